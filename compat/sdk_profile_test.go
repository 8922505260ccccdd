package compat_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"latchkey/internal/ssocache"
)

// enter gives this process the environment of m for the time of the test: the
// SDK in it looks at nothing else.
func enter(t *testing.T, m *machine) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // puts it back afterwards
			os.Unsetenv(name)
		}
	}
	files := filepath.Join(m.home, ".aws") // the SDK has settled on files before HOME is set here
	m = m.with("AWS_CONFIG_FILE="+filepath.Join(files, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(files, "credentials"))
	for _, variable := range m.env {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// sdkARN is who the AWS SDK for Go is with a profile. It reads the endpoints of
// STS, SSO and SSO OIDC from the profile's services section.
func sdkARN(t *testing.T, profile string) string {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile(profile), config.WithHTTPClient(localClient(t)))
	if err != nil {
		t.Fatal(err)
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(who.Arn)
}

// TestSDKProfile: the AWS SDK for Go v2 takes profiles of every kind as they are.
func TestSDKProfile(t *testing.T) {
	m := newMachine(t)
	configureKinds(t, m, startCenter(t))
	enter(t, m)
	for _, kind := range kinds {
		t.Run(kind.profile, func(t *testing.T) {
			if arn := sdkARN(t, kind.profile); !kind.arn.MatchString(arn) {
				t.Errorf("the SDK is %s, want %s", arn, kind.arn)
			}
		})
	}
	t.Run("refreshes the session", func(t *testing.T) { sdkRefreshes(t, m) })
}

// sdkRefreshes: an old token of a session is no end of it for the SDK, and what
// it leaves in the cache serves latchkey.
func sdkRefreshes(t *testing.T, m *machine) {
	t.Helper()
	token := func() ssocache.Token {
		t.Helper()
		token, err := ssocache.In(m.home).Token(ssocache.TokenKey("", "corp"))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := token()
	age(t, m)
	if arn := sdkARN(t, "in-session"); !roleARN.MatchString(arn) {
		t.Errorf("the SDK is %s, want %s", arn, roleARN)
	}
	after := token()
	if after.AccessToken == before.AccessToken || after.RefreshToken == before.RefreshToken {
		t.Error("the SDK did not refresh the token")
	}
	identityOf(t, m.run(t, program(t, "latchkey"), "sts", "get-caller-identity", "--profile", "in-session"))
	if token().AccessToken != after.AccessToken {
		t.Error("latchkey refreshed a token that was fresh")
	}
}
