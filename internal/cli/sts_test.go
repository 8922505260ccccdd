package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdSTS serves a stand-in of STS that assumes every role; STS is its address.
// The access key of a role is its ARN. Each call is a line in the file sts.log:
// who assumes which role, and with what.
func cmdSTS(ts *testscript.TestScript, neg bool, args []string) {
	s := &stsStandIn{log: filepath.Join(ts.Getenv("WORK"), "sts.log")}
	server := httptest.NewServer(s)
	ts.Defer(server.Close)
	ts.Setenv("STS", server.URL)
}

type stsStandIn struct {
	log string
	mu  sync.Mutex
}

func (s *stsStandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.ParseForm() != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	who := r.Form.Get("WebIdentityToken")
	if _, signed, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		who, _, _ = strings.Cut(signed, "/20") // what follows is the date
	}
	action, role := r.Form.Get("Action"), r.Form.Get("RoleArn")
	line := fmt.Sprintf("%s %s %s", who, action, role)
	for _, name := range []string{"ExternalId", "SerialNumber", "TokenCode", "DurationSeconds"} {
		if v := r.Form.Get(name); v != "" {
			line += " " + v
		}
	}
	f, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		fmt.Fprintln(f, line)
		f.Close()
	}
	if action == "GetCallerIdentity" {
		fmt.Fprintf(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>u</UserId><Account>123456789012</Account><Arn>%s</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`, who)
		return
	}
	fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/x/y</Arn><AssumedRoleId>AROA:y</AssumedRoleId></AssumedRoleUser>`+
		`<Credentials><AccessKeyId>%[2]s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%[3]s</Expiration></Credentials></%[1]sResult></%[1]sResponse>`,
		action, role[strings.LastIndex(role, ":")+1:], time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}
