// Package login owns the ways from "not signed in" to a token. It talks to the
// person through a UI struct of functions and never prints.
//
// It leaves to others the registration of the client and the cache of tokens
// (session), the calls themselves (awsapi) and the words (cli).
package login

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

// Ways in which a sign-in ends without a token, besides the service's own
// errors and the end of the context.
var (
	ErrDenied  = errors.New("the sign-in was denied in the browser")
	ErrExpired = errors.New("the sign-in was not completed in time")
)

// decided returns the person's or the clock's decision where err, the answer to
// a request for a token, tells one; else err.
func decided(err error) error {
	answered, ok := errors.AsType[*awsapi.Error](err)
	if !ok {
		return err
	}
	switch answered.Code {
	case "ExpiredTokenException":
		return ErrExpired
	case "AccessDeniedException":
		// With a reason it is not the person who denied, but a key that the
		// service may not use.
		if answered.Reason == "" {
			return ErrDenied
		}
	}
	return err
}

// A UI is how a sign-in reaches the person. A nil function means: cannot.
type UI struct {
	// ShowCode and ShowURL tell the person what to do, the one for a device
	// code, the other for a browser of this machine. One of them is called, at
	// most once, after the browser was tried.
	ShowCode func(Prompt)
	ShowURL  func(URLPrompt)
	// ShowAway tells the person, once, that the service has not answered for a
	// while and is asked on.
	ShowAway func(error)
	// CheckURL refuses a page that a person must not be sent to, whoever opens
	// it. The URLs come from the service.
	CheckURL func(url string) error
	// OpenBrowser opens url, which comes from the service and is checked by
	// this function before anything is started with it.
	OpenBrowser func(ctx context.Context, url string) error
}

// refuse is CheckURL for the URLs that a service names.
func (ui UI) refuse(urls ...string) error {
	for _, url := range urls {
		if url == "" || ui.CheckURL == nil {
			continue
		}
		if err := ui.CheckURL(url); err != nil {
			return fmt.Errorf("the service names a page to sign in at which is not to be opened: %w", err)
		}
	}
	return nil
}

// A Prompt is what the person needs to sign in. Its texts come from the
// service and are raw.
type Prompt struct {
	UserCode                string
	VerificationURI         string
	VerificationURIComplete string // with the code in it; may be ""
	BrowserOpened           bool
	BrowserError            error // why not, nil when it was not tried
	ExpiresIn               time.Duration
}

// A URLPrompt is where the person signs in with a browser that can reach this
// machine. The URL is raw.
type URLPrompt struct {
	URL           string
	BrowserOpened bool
	BrowserError  error // why not, nil when it was not tried
}

// authorize opens the browser, then shows the URL.
func (ui UI) authorize(ctx context.Context, url string) {
	p := URLPrompt{URL: url}
	if ui.OpenBrowser != nil {
		p.BrowserError = ui.OpenBrowser(ctx, url)
		p.BrowserOpened = p.BrowserError == nil
	}
	if ui.ShowURL != nil {
		ui.ShowURL(p)
	}
}

// prompt opens the browser, then shows the code: the words depend on whether
// that worked.
func (ui UI) prompt(ctx context.Context, d awsapi.DeviceAuthorization) {
	p := Prompt{
		UserCode: d.UserCode, VerificationURI: d.VerificationURI,
		VerificationURIComplete: d.VerificationURIComplete, ExpiresIn: d.ExpiresIn,
	}
	if ui.OpenBrowser != nil {
		p.BrowserError = ui.OpenBrowser(ctx, p.browserURL())
		p.BrowserOpened = p.BrowserError == nil
	}
	if ui.ShowCode != nil {
		ui.ShowCode(p)
	}
}

func (p Prompt) browserURL() string {
	if p.VerificationURIComplete != "" {
		return p.VerificationURIComplete
	}
	return p.VerificationURI
}

// DeviceAPI is the part of SSO OIDC that a sign-in with a device code calls;
// *awsapi.Client has it.
type DeviceAPI interface {
	StartDeviceAuthorization(ctx context.Context, clientID string, clientSecret awscred.Secret, startURL string) (awsapi.DeviceAuthorization, error)
	CreateToken(ctx context.Context, in awsapi.CreateTokenInput) (awsapi.Token, error)
}
