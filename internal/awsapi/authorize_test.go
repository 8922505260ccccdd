package awsapi_test

import (
	"strings"
	"testing"

	"latchkey/internal/awsapi"
)

// The parameters and their order are the AWS CLI's.
func TestAuthorizeURL(t *testing.T) {
	in := awsapi.AuthorizeInput{
		ClientID: "c&id_-.~", RedirectURI: "http://127.0.0.1:38115/oauth/callback",
		State:  "a3c1a1f6-0000-4000-8000-000000000000",
		Scopes: []string{"sso:foo", "sso:bar"}, CodeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
	}
	const query = "/authorize?response_type=code&client_id=c%26id_-.~" +
		"&redirect_uri=http%3A%2F%2F127.0.0.1%3A38115%2Foauth%2Fcallback" +
		"&state=a3c1a1f6-0000-4000-8000-000000000000&code_challenge_method=S256&scopes=sso%3Afoo%20sso%3Abar" +
		"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	tests := []struct {
		config awsapi.Config
		want   string
	}{
		{awsapi.Config{Region: "us-east-1"}, "https://oidc.us-east-1.amazonaws.com"},
		{awsapi.Config{Region: "us-east-1", FIPS: true}, "https://oidc-fips.us-east-1.amazonaws.com"},
		{awsapi.Config{Region: "us-east-1", DualStack: true}, "https://oidc.us-east-1.api.aws"},
		{awsapi.Config{Region: "cn-north-1"}, "https://oidc.cn-north-1.amazonaws.com.cn"},
		{awsapi.Config{Region: "us-gov-west-1"}, "https://oidc.us-gov-west-1.amazonaws.com"},
		{awsapi.Config{Region: "eusc-de-east-1"}, "https://oidc.eusc-de-east-1.amazonaws.eu"},
		{awsapi.Config{Region: "us-east-1", FIPS: true, Endpoints: awsapi.Endpoints{SSOOIDC: "http://127.0.0.1:8080/"}}, "http://127.0.0.1:8080"},
		{awsapi.Config{Endpoints: awsapi.Endpoints{SSOOIDC: "https://center.example/below"}}, "https://center.example/below"},
	}
	for _, tt := range tests {
		got, err := awsapi.New(tt.config).AuthorizeURL(in)
		if err != nil || got != tt.want+query {
			t.Errorf("%+v:\n got %s, %v\nwant %s", tt.config, got, err, tt.want+query)
		}
	}
}

func TestAuthorizeURLOfNoRegion(t *testing.T) {
	got, err := awsapi.New(awsapi.Config{Region: "x.example/"}).AuthorizeURL(awsapi.AuthorizeInput{})
	if err == nil || strings.Contains(got, "example") {
		t.Errorf("got %q, %v", got, err)
	}
}
