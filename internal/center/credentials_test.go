package center_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"latchkey/internal/center"
)

// roleCredentials are alice's for ReadOnly, by a new token that is returned too.
func (w *world) roleCredentials(t *testing.T) (c aws.Credentials, token string) {
	t.Helper()
	token = w.token(t, "alice", "correct horse")
	got := w.portal(t, "GET", "/federation/credentials?account_id=123456789011&role_name=ReadOnly", token)
	var out struct {
		RoleCredentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	}
	if err := json.Unmarshal(got.Body, &out); err != nil || got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	keys := out.RoleCredentials
	return aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken}, token
}

// sts sends a form to STS, signed with c at the center's time.
func (w *world) sts(t *testing.T, c aws.Credentials, form string) answer {
	t.Helper()
	form += "&Version=2011-06-15"
	r, err := http.NewRequest("POST", w.URL+"/", strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(form))
	if err := v4.NewSigner().SignHTTP(t.Context(), c, r, hex.EncodeToString(sum[:]), "sts", "us-east-1", w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	return read(t, resp, err)
}

const whoAmI = "Action=GetCallerIdentity"

// TestCredentialsLastToTheirEnd: neither signing out nor a restart ends them,
// their time does.
func TestCredentialsLastToTheirEnd(t *testing.T) {
	w := serve(t)
	c, token := w.roleCredentials(t)
	if got := w.portal(t, "POST", "/logout", token); got.Status != http.StatusOK {
		t.Fatalf("logout: %d %s", got.Status, got.Body)
	}
	if got := w.portal(t, "GET", "/assignment/accounts", token); got.Status != http.StatusUnauthorized {
		t.Fatalf("the token after signing out: %d", got.Status)
	}
	w.Clock.Advance(time.Hour - time.Second)
	if got := w.sts(t, c, whoAmI); got.Status != http.StatusOK || !strings.Contains(string(got.Body), "/alice</Arn>") {
		t.Errorf("after signing out: %d %s", got.Status, got.Body)
	}
	w.Clock.Advance(time.Second)
	if got := w.sts(t, c, whoAmI); got.Status != http.StatusForbidden || !strings.Contains(string(got.Body), "<Code>ExpiredToken</Code>") {
		t.Errorf("after an hour: %d %s", got.Status, got.Body)
	}
}

// TestReplicasVerifyOneAnother, and another center verifies neither.
func TestReplicasVerifyOneAnother(t *testing.T) {
	one := serve(t)
	two := serve(t, func(config *center.Config) { config.Database = one.address })
	other := serve(t)
	c, _ := one.roleCredentials(t)
	if got := two.sts(t, c, whoAmI); got.Status != http.StatusOK {
		t.Errorf("a replica: %d %s", got.Status, got.Body)
	}
	for _, form := range []string{whoAmI, "Action=GetAccessKeyInfo&AccessKeyId=" + c.AccessKeyID} {
		if got := other.sts(t, c, form); got.Status != http.StatusForbidden || !strings.Contains(string(got.Body), "<Code>InvalidClientTokenId</Code>") {
			t.Errorf("another center, %s: %d %s", form, got.Status, got.Body)
		}
	}
}

// A permission set without policies allows no role.
func TestPermissionSetsAllowNoRolesByThemselves(t *testing.T) {
	w := serve(t)
	c, _ := w.roleCredentials(t)
	const form = "Action=AssumeRole&RoleArn=arn:aws:iam::123456789022:role/Deploy&RoleSessionName=alice"
	if got := w.sts(t, c, form); got.Status != http.StatusForbidden || !strings.Contains(string(got.Body), "is not authorized to perform: sts:AssumeRole") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// TestPoliciesAreReadAsTheyAre: what a permission set allows changes for running
// credentials, too, and each try is recorded.
func TestPoliciesAreReadAsTheyAre(t *testing.T) {
	w := serve(t)
	c, _ := w.roleCredentials(t)
	const form = "Action=AssumeRole&RoleArn=arn:aws:iam::123456789022:role/Deploy&RoleSessionName=alice-ci"
	for _, tt := range []struct {
		effect string
		status int
	}{{"Allow", http.StatusOK}, {"Deny", http.StatusForbidden}} {
		policy := `{"Statement": {"Effect": "` + tt.effect + `", "Action": "sts:*", "Resource": "arn:aws:iam::*:role/Deploy"}}`
		if _, err := w.Import(t.Context(), strings.NewReader("permission_sets: [{name: ReadOnly, inline_policy: '"+policy+"'}]"), "policy.yaml"); err != nil {
			t.Fatal(err)
		}
		if got := w.sts(t, c, form); got.Status != tt.status {
			t.Errorf("%s: %d %s", tt.effect, got.Status, got.Body)
		}
	}
	got := w.recorded(t, "assume role")
	if len(got) != 2 || !strings.Contains(got[0], "ok") || !strings.Contains(got[0], "arn:aws:iam::123456789022:role/Deploy") || !strings.Contains(got[1], "not authorized") {
		t.Errorf("recorded %q", got)
	}
}
