package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

// callbackWait is how long a person may take in the browser; the AWS CLI's.
const callbackWait = 10 * time.Minute

// CodeAPI is the part of SSO OIDC that a sign-in with an authorization code
// uses; *awsapi.Client has it.
type CodeAPI interface {
	AuthorizeURL(awsapi.AuthorizeInput) (string, error)
	CreateToken(ctx context.Context, in awsapi.CreateTokenInput) (awsapi.Token, error)
}

// A Client is a registration with the authorization code grant and
// RegisteredRedirectURI.
type Client struct {
	ID     string
	Secret awscred.Secret
	Scopes []string
}

// PKCE signs in with an authorization code that a browser of this machine
// brings to callback (RFC 6749, section 4.1, with RFC 7636), and closes
// callback. The browser is told that it went well only when there is a token.
//
// It returns ErrDenied, ErrExpired, an *AuthorizationError, the service's error
// or ctx's.
func PKCE(ctx context.Context, api CodeAPI, callback *Callback, client Client, ui UI) (awsapi.Token, error) {
	defer callback.Close()
	verifier, state := newVerifier(), newState()
	url, err := api.AuthorizeURL(awsapi.AuthorizeInput{
		ClientID: client.ID, RedirectURI: callback.RedirectURI(), State: state,
		Scopes: client.Scopes, CodeChallenge: challenge(verifier),
	})
	if err != nil {
		return awsapi.Token{}, err
	}
	answer := callback.expect(state)
	ui.authorize(ctx, url)
	code, err := wait(ctx, answer)
	var token awsapi.Token
	if err == nil {
		token, err = api.CreateToken(ctx, awsapi.CreateTokenInput{
			ClientID: client.ID, ClientSecret: client.Secret, GrantType: awsapi.AuthorizationCodeGrant,
			Code: code, CodeVerifier: verifier, RedirectURI: callback.RedirectURI(),
		})
		err = decided(err)
	}
	answer.end(err)
	return token, err
}

func wait(ctx context.Context, a *answer) (awscred.Secret, error) {
	limited, cancel := context.WithTimeout(ctx, callbackWait)
	defer cancel()
	code, err := a.wait(limited)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return "", ErrExpired
	}
	return code, err
}

// newVerifier makes a code verifier as long and of the letters of the AWS CLI's.
//
// "code-verifier = 43*128unreserved"
// https://datatracker.ietf.org/doc/html/rfc7636#section-4.1
func newVerifier() awscred.Secret {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	const even = 256 - 256%len(letters) // the bytes above would prefer some letters
	verifier := make([]byte, 0, 64)
	for random := make([]byte, 1); len(verifier) < cap(verifier); {
		rand.Read(random)
		if b := int(random[0]); b < even {
			verifier = append(verifier, letters[b%len(letters)])
		}
	}
	return awscred.Secret(verifier)
}

// challenge is the S256 one (RFC 7636, section 4.2).
func challenge(verifier awscred.Secret) string {
	sum := sha256.Sum256([]byte(verifier.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newState makes a random UUID, the form that the AWS CLI sends.
func newState() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40 // version 4 (RFC 9562, section 5.4)
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
