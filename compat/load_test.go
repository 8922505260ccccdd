//go:build unix

package compat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"

	"latchkey/internal/webuser"
)

// workers of a load have one request under way each.
const workers = 6

// load is programs and people who use a center all the time: every 20 ms a step
// of each program, every 100 ms one of a person, which are a few requests each.
type load struct {
	steps    atomic.Int64
	mu       sync.Mutex
	failures []error
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// startLoad has programs poll for tokens and fetch role credentials, and people
// sign in. Programs try once, or as often as the SDK does of itself.
func startLoad(t *testing.T, r *replicas, again bool) *load {
	t.Helper()
	s := sdk{center: r.center}
	hc := trusting(t, r.dir)
	var retryer aws.Retryer = aws.NopRetryer{}
	if again {
		retryer = nil
	}
	s.Client = ssooidc.New(ssooidc.Options{Region: region, BaseEndpoint: &r.origin, HTTPClient: hc, Retryer: retryer, Credentials: aws.AnonymousCredentials{}})
	portal := sso.New(sso.Options{Region: region, BaseEndpoint: &r.origin, HTTPClient: hc, Retryer: retryer})
	s.register(t)
	token := s.signIn(t, hc)
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{cancel: cancel}
	t.Cleanup(l.end)
	for i := range workers {
		const pace = 20 * time.Millisecond
		switch {
		case i%2 == 0:
			l.run(ctx, pace, func() error { return s.poll(ctx) })
		case i == 1 && !again: // browsers do not try again
			l.run(ctx, 5*pace, func() error { return visit(hc, r.startURL()) })
		default:
			l.run(ctx, pace, func() error {
				_, err := portal.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{
					AccessToken: &token, AccountId: aws.String(account), RoleName: aws.String(role)})
				return err
			})
		}
	}
	return l
}

func (l *load) run(ctx context.Context, pace time.Duration, step func() error) {
	l.done.Go(func() {
		next := time.NewTicker(pace)
		defer next.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-next.C:
			}
			if err := step(); err != nil && ctx.Err() == nil {
				l.mu.Lock()
				l.failures = append(l.failures, err)
				l.mu.Unlock()
			}
			l.steps.Add(1)
		}
	})
}

// goOn waits until so many more steps were made.
func (l *load) goOn(t *testing.T, steps int64) {
	t.Helper()
	until := l.steps.Load() + steps
	await(t, "answers", func() bool { return l.steps.Load() >= until })
}

func (l *load) end() {
	l.cancel()
	l.done.Wait()
}

// stop ends the load, of which at most so many steps may have failed.
func (l *load) stop(t *testing.T, most int) {
	t.Helper()
	l.end()
	t.Logf("%d of %d steps failed", len(l.failures), l.steps.Load())
	if len(l.failures) > most {
		t.Errorf("want at most %d; the first: %v", most, l.failures[0])
	}
}

// poll asks for a device code, and for the token that nobody has allowed yet.
func (s sdk) poll(ctx context.Context) error {
	device, err := s.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: s.registered.ClientId, ClientSecret: s.registered.ClientSecret, StartUrl: aws.String(awsStartURL)})
	if err != nil {
		return fmt.Errorf("a device code: %w", err)
	}
	_, err = s.CreateToken(ctx, &ssooidc.CreateTokenInput{ClientId: s.registered.ClientId, ClientSecret: s.registered.ClientSecret,
		GrantType: aws.String(deviceGrant), DeviceCode: device.DeviceCode})
	if _, ok := errors.AsType[*types.AuthorizationPendingException](err); !ok {
		return fmt.Errorf("a poll: %w", err)
	}
	return nil
}

// visit is a person who signs in with another browser.
func visit(hc *http.Client, startURL string) error {
	page, err := webuser.New(hc).Open(startURL)
	if err != nil {
		return err
	}
	page.Fill(map[string]string{"username": userName, "password": password})
	if page, err = page.Submit(); err != nil {
		return err
	}
	if page.Status != http.StatusOK || page.HasField("password") {
		return fmt.Errorf("a sign-in: %d %s", page.Status, page.Text())
	}
	return nil
}
