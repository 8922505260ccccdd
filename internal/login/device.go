package login

import (
	"context"
	"errors"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

const (
	defaultInterval = 5 * time.Second  // RFC 8628, section 3.5
	slowDownStep    = 5 * time.Second  // the same
	maxBackOff      = 30 * time.Second // between polls of a service that is down
	quietOutage     = 10 * time.Second // that the person is not told of
)

// Device signs in with a device code (RFC 8628) and returns the token. As in
// the AWS CLI, a token is asked for once before the person is bothered, since
// the service may know them already.
//
// It waits until the person has decided, the code has expired or ctx ends, and
// returns ErrDenied, ErrExpired, the service's error or ctx's. While the
// service cannot be reached, or answers that it is ill, it goes on trying,
// ever more rarely, until the code has expired.
func Device(ctx context.Context, api DeviceAPI, clientID string, clientSecret awscred.Secret, startURL string, ui UI) (awsapi.Token, error) {
	authorization, err := api.StartDeviceAuthorization(ctx, clientID, clientSecret, startURL)
	if err != nil {
		return awsapi.Token{}, err
	}
	if err := ui.refuse(authorization.VerificationURI, authorization.VerificationURIComplete); err != nil {
		return awsapi.Token{}, err
	}
	p := newPoll(authorization)
	for prompted := false; ; prompted = true {
		p.asked = time.Now()
		token, err := api.CreateToken(ctx, awsapi.CreateTokenInput{
			ClientID: clientID, ClientSecret: clientSecret,
			GrantType: awsapi.DeviceCodeGrant, DeviceCode: authorization.DeviceCode,
		})
		if err = p.judge(err); !errors.Is(err, errPending) {
			return token, err
		}
		if p.tells() && ui.ShowAway != nil {
			ui.ShowAway(p.lastErr)
		}
		if !prompted {
			ui.prompt(ctx, authorization)
		}
		if err := p.wait(ctx); err != nil {
			return awsapi.Token{}, err
		}
	}
}

// errPending stands for "ask again later".
var errPending = errors.New("pending")

// A poll is the rhythm of the questions.
type poll struct {
	interval time.Duration
	backOff  time.Duration // more than the interval while the service is down, else 0
	deadline time.Time
	asked    time.Time // the last question
	lastErr  error     // of the service being down, nil when it answered
	away     time.Time // since when it is down
	told     bool      // that it was
}

func newPoll(d awsapi.DeviceAuthorization) *poll {
	p := &poll{interval: d.Interval, deadline: time.Now().Add(d.ExpiresIn)}
	if p.interval <= 0 {
		p.interval = defaultInterval
	}
	return p
}

// judge turns the error of one question into nil, errPending or the error that
// ends the sign-in.
func (p *poll) judge(err error) error {
	if err == nil {
		return nil
	}
	if transient(err) {
		if p.lastErr == nil {
			p.away = p.asked // a silent service is noticed long after
		}
		p.backOff = min(max(2*p.backOff, p.interval), max(maxBackOff, p.interval))
		p.lastErr = err
		return errPending
	}
	p.backOff, p.lastErr = 0, nil
	answered, ok := errors.AsType[*awsapi.Error](err)
	if !ok {
		return err
	}
	switch answered.Code {
	case "AuthorizationPendingException":
		return errPending
	case "SlowDownException":
		// "the interval MUST be increased by 5 seconds for this and all
		// subsequent requests"
		// https://datatracker.ietf.org/doc/html/rfc8628#section-3.5
		p.interval += slowDownStep
		return errPending
	}
	return decided(err)
}

// tells reports, once in a sign-in, that the service is down for long enough to
// tell the person.
func (p *poll) tells() bool {
	if p.told || p.lastErr == nil || time.Since(p.away) < quietOutage {
		return false
	}
	p.told = true
	return true
}

// transient reports whether the same question may be answered later.
func transient(err error) bool {
	if u, ok := errors.AsType[*awsapi.UnreachableError](err); ok {
		return u.RetryableError()
	}
	answered, ok := errors.AsType[*awsapi.Error](err)
	return ok && (answered.Status >= 500 || answered.Status == 429)
}

// wait sleeps until the next question is due. Past the deadline the answer to
// it could only be that the code has expired.
func (p *poll) wait(ctx context.Context) error {
	pause := max(p.interval, p.backOff)
	if time.Until(p.deadline) < pause {
		pause = time.Until(p.deadline)
	}
	timer := time.NewTimer(max(pause, 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	if time.Now().Before(p.deadline) {
		return nil
	}
	if p.lastErr != nil {
		return p.lastErr
	}
	return ErrExpired
}
