package login_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
	"latchkey/internal/login"
)

// A script is an SSO OIDC whose answers to CreateToken are given beforehand;
// the last one is repeated. It notes when it was asked, in seconds. silence is
// how long it says nothing when it refuses.
type script struct {
	t             *testing.T
	authorization awsapi.DeviceAuthorization
	answers       []error // nil gives the token
	silence       time.Duration
	began         time.Time
	asked         []int
	startErr      error
}

func (s *script) StartDeviceAuthorization(_ context.Context, clientID string, clientSecret awscred.Secret, startURL string) (awsapi.DeviceAuthorization, error) {
	if clientID != "cid" || clientSecret != "cs" || startURL != "https://my-sso-portal.awsapps.com/start" {
		s.t.Errorf("asked for %s, %s, %s", clientID, clientSecret.Reveal(), startURL)
	}
	s.began = time.Now()
	return s.authorization, s.startErr
}

func (s *script) CreateToken(ctx context.Context, in awsapi.CreateTokenInput) (awsapi.Token, error) {
	want := awsapi.CreateTokenInput{ClientID: "cid", ClientSecret: "cs", GrantType: awsapi.DeviceCodeGrant, DeviceCode: "dc"}
	if in != want {
		s.t.Errorf("asked with %+v", in)
	}
	s.asked = append(s.asked, int(time.Since(s.began)/time.Second))
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if errors.Is(answer, error(refused)) {
		time.Sleep(s.silence) // in synctest's time
	}
	if answer != nil {
		return awsapi.Token{}, answer
	}
	return awsapi.Token{AccessToken: "AT", ExpiresIn: 8 * time.Hour}, nil
}

func authorization(interval time.Duration) awsapi.DeviceAuthorization {
	return awsapi.DeviceAuthorization{DeviceCode: "dc", UserCode: "QCFK-N451",
		VerificationURI:         "https://device.sso.us-east-1.amazonaws.com/",
		VerificationURIComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=QCFK-N451",
		ExpiresIn:               time.Minute, Interval: interval}
}

var (
	pending  = &awsapi.Error{Code: "AuthorizationPendingException", Status: 400}
	slowDown = &awsapi.Error{Code: "SlowDownException", Status: 400}
	expired  = &awsapi.Error{Code: "ExpiredTokenException", Status: 400}
	denied   = &awsapi.Error{Code: "AccessDeniedException", Status: 400}
	noKey    = &awsapi.Error{Code: "AccessDeniedException", Status: 400, Reason: "KMS_DisabledException"}
	invalid  = &awsapi.Error{Code: "InvalidGrantException", Status: 400}
	ill      = &awsapi.Error{Code: "InternalServerException", Status: 503}
	refused  = &awsapi.UnreachableError{Err: errors.New("connection refused")}
)

func device(ctx context.Context, s *script, ui login.UI) (awsapi.Token, error) {
	return login.Device(ctx, s, "cid", "cs", "https://my-sso-portal.awsapps.com/start", ui)
}

// When a token is asked for, and how the sign-in ends.
func TestDevice(t *testing.T) {
	tests := []struct {
		name     string
		interval time.Duration
		answers  []error
		asked    []int
		err      error
	}{
		{"known already", time.Second, []error{nil}, []int{0}, nil},
		{"approved after a while", time.Second, []error{pending, pending, pending, nil}, []int{0, 1, 2, 3}, nil},
		{"the server's interval", 7 * time.Second, []error{pending, pending, nil}, []int{0, 7, 14}, nil},
		{"no interval", 0, []error{pending, pending, nil}, []int{0, 5, 10}, nil},
		{"slow down, for good", time.Second, []error{pending, slowDown, pending, nil}, []int{0, 1, 7, 13}, nil},
		{"slow down at once and again", time.Second, []error{slowDown, slowDown, nil}, []int{0, 6, 17}, nil},
		{"slow down for ever", time.Second, []error{slowDown}, []int{0, 6, 17, 33, 54}, login.ErrExpired},
		{"denied", time.Second, []error{pending, denied}, []int{0, 1}, login.ErrDenied},
		{"denied at once", time.Second, []error{denied}, []int{0}, login.ErrDenied},
		{"denied for want of a key", time.Second, []error{pending, noKey}, []int{0, 1}, noKey},
		{"expired", time.Second, []error{pending, expired}, []int{0, 1}, login.ErrExpired},
		{"another error", time.Second, []error{pending, invalid}, []int{0, 1}, invalid},
		{"never decided", 20 * time.Second, []error{pending}, []int{0, 20, 40}, login.ErrExpired},
		{"short outage", time.Second, []error{pending, refused, refused, pending, pending, nil}, []int{0, 1, 2, 4, 5, 6}, nil},
		{"ill", 5 * time.Second, []error{pending, ill, nil}, []int{0, 5, 10}, nil},
		{"long outage", time.Second, []error{pending, refused}, []int{0, 1, 2, 4, 8, 16, 32}, refused},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := &script{t: t, authorization: authorization(tt.interval), answers: tt.answers}
			token, err := device(t.Context(), s, login.UI{})
			if !errors.Is(err, tt.err) || (err == nil) != (token.AccessToken == "AT") {
				t.Errorf("%s: %+v, %v, want %v", tt.name, token, err, tt.err)
			}
			if diff := cmp.Diff(tt.asked, s.asked); diff != "" {
				t.Errorf("%s: asked at seconds (-want +got):\n%s", tt.name, diff)
			}
			if took := time.Since(s.began); took > time.Minute {
				t.Errorf("%s: took %v", tt.name, took)
			}
		})
	}
}

// A service that is away for ten seconds is told of, once.
func TestDeviceAway(t *testing.T) {
	for _, tc := range []struct {
		name    string
		answers []error
		silence time.Duration
		told    []int // at seconds
	}{
		{"short", []error{pending, refused, refused, pending, nil}, 0, nil},
		{"twice short", []error{refused, refused, pending, refused, refused, nil}, 0, nil},
		{"long", []error{pending, refused}, 0, []int{16}},
		{"ill", []error{pending, ill, ill, ill, ill, nil}, 0, nil},
		{"ill for longer", []error{pending, ill, ill, ill, ill, ill, pending, refused}, 0, []int{16}},
		{"silent", []error{pending, refused, nil}, 30 * time.Second, []int{31}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{t: t, authorization: authorization(time.Second), answers: tc.answers, silence: tc.silence}
			var told []int
			_, _ = device(t.Context(), s, login.UI{ShowAway: func(err error) {
				if err == nil {
					t.Errorf("%s: told of no error", tc.name)
				}
				told = append(told, int(time.Since(s.began)/time.Second))
			}})
			if diff := cmp.Diff(tc.told, told); diff != "" {
				t.Errorf("%s: told at seconds (-want +got):\n%s", tc.name, diff)
			}
		})
	}
}

func TestDeviceNotStarted(t *testing.T) {
	s := &script{t: t, startErr: invalid}
	if _, err := device(t.Context(), s, login.UI{}); !errors.Is(err, error(invalid)) || s.asked != nil {
		t.Errorf("got %v, asked %v", err, s.asked)
	}
}

func TestDeviceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		s := &script{t: t, authorization: authorization(time.Second), answers: []error{pending}}
		_, err := device(ctx, s, login.UI{})
		if !errors.Is(err, context.Canceled) || time.Since(s.began) != 2500*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(s.began))
		}
	})
}

// The browser is tried before the code is shown, since the words depend on it.
func TestPrompt(t *testing.T) {
	noBrowser := errors.New("no browser here")
	complete, plain := authorization(time.Second), authorization(time.Second)
	plain.VerificationURIComplete = ""
	tests := []struct {
		name    string
		auth    awsapi.DeviceAuthorization
		answers []error
		open    error
		try     bool
		want    []string
	}{
		{"opened", complete, []error{pending, nil}, nil, true, []string{"open " + complete.VerificationURIComplete, "opened"}},
		{"no complete address", plain, []error{pending, nil}, nil, true, []string{"open " + plain.VerificationURI, "opened"}},
		{"opening fails", complete, []error{pending, pending, nil}, noBrowser, true, []string{"open " + complete.VerificationURIComplete, "no browser here"}},
		{"not to be opened", complete, []error{pending, nil}, nil, false, []string{"not opened"}},
		{"known already", complete, []error{nil}, nil, true, nil},
		{"service down at first", complete, []error{refused, nil}, nil, false, []string{"not opened"}},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			var got []string
			ui := login.UI{ShowCode: func(p login.Prompt) { got = append(got, outcome(t, p)) }}
			if tt.try {
				ui.OpenBrowser = func(_ context.Context, url string) error {
					got = append(got, "open "+url)
					return tt.open
				}
			}
			s := &script{t: t, authorization: tt.auth, answers: tt.answers}
			if _, err := device(t.Context(), s, ui); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func outcome(t *testing.T, p login.Prompt) string {
	t.Helper()
	if p.UserCode != "QCFK-N451" || p.ExpiresIn != time.Minute || p.VerificationURI == "" {
		t.Errorf("prompt %+v", p)
	}
	switch {
	case p.BrowserOpened:
		return "opened"
	case p.BrowserError != nil:
		return p.BrowserError.Error()
	}
	return "not opened"
}
