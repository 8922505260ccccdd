// Package credsource finds the credentials of a profile: keys in the
// environment and the files, a sign-in, an assumed role, a web identity, a
// program, the machine. Which of them counts is botocore's order of precedence,
// so that a profile means here what it means to the AWS CLI.
//
// It leaves to others how a sign-in gives credentials (session), the calls to
// STS (awsapi), what a machine is asked (metadata) and the files of the cache
// (ssocache). It never prints.
package credsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/session"
	"latchkey/internal/ssocache"
)

// STS are the calls that assume a role; *awsapi.Client makes them.
type STS interface {
	AssumeRole(ctx context.Context, source awscred.Credentials, in awsapi.AssumeRoleInput) (awsapi.AssumedRole, error)
	AssumeRoleWithWebIdentity(ctx context.Context, token awscred.Secret, roleARN, sessionName string) (awsapi.AssumedRole, error)
}

// A Finder finds credentials. All fields but the last four are needed.
type Finder struct {
	Config  *awsconfig.Config
	Cache   ssocache.Dir
	Getenv  func(string) string
	Environ func() []string // what a credential_process gets
	Now     func() time.Time

	// SignIn gives the credentials of a profile that signs in.
	SignIn func(context.Context, awsconfig.SSO) (awscred.Credentials, error)
	// STS is asked for when a role has to be assumed.
	STS func() (STS, error)

	// Named: the person named the profile on the command line. Keys in the
	// environment then do not count.
	Named bool
	// Ask puts a question to a person; nil when there is nobody to ask.
	Ask func(ctx context.Context, question string) (answer string, err error)
	// Stdin and Stderr are those of a credential_process; nil for none.
	Stdin  io.Reader
	Stderr io.Writer
	// Warn, if set, is told what went wrong without stopping the work.
	Warn func(error)
}

// A source gives credentials when they are needed. What is wrong with the
// configuration is known before.
type source func(context.Context) (awscred.Credentials, error)

// Credentials returns those of the profile. What the files have wrong is an
// *awsconfig.ConfigError.
func (f *Finder) Credentials(ctx context.Context, profile string) (awscred.Credentials, error) {
	seen, err := f.chain(profile)
	if err != nil {
		return awscred.Credentials{}, err
	}
	find := &search{f, append(seen, profile)}
	from, err := find.source(profile)
	if err != nil {
		return awscred.Credentials{}, err
	}
	return from(ctx)
}

// A search is a Finder at work for the last profile of chain, which a program
// that is run on the way is told.
type search struct {
	*Finder
	chain []string
}

// source is the first of all places that has credentials for the profile.
func (s *search) source(profile string) (source, error) {
	if !s.Named && s.Getenv("AWS_ACCESS_KEY_ID") != "" {
		return s.environment()
	}
	p, _ := s.Config.Profile(profile)
	if assumesRole(p) {
		return s.role(p, []string{profile})
	}
	if from, err := s.profile(p, !s.Named); from != nil || err != nil {
		return from, err
	}
	return s.machine(profile)
}

// profile is the first of the places that a profile itself names but for a
// role: web identity, sign-in, keys of the credentials file, program, keys of
// the config file. It is nil when the profile names none.
func (s *search) profile(p awsconfig.Profile, environment bool) (source, error) {
	if from, err := s.webIdentity(p, environment); from != nil || err != nil {
		return from, err
	}
	if from, err := s.signIn(p); from != nil || err != nil {
		return from, err
	}
	inCredentials, _ := s.Config.InCredentialsFile(p.Name)
	if from, err := static(p, inCredentials); from != nil || err != nil {
		return from, err
	}
	if _, ok := p.Values.Get("login_session"); ok {
		return nil, unserved(p, "login_session", `the sign-in of "aws login"`)
	}
	if from, err := s.process(p); from != nil || err != nil {
		return from, err
	}
	inConfig, _ := s.Config.InConfigFile(p.Name)
	return static(p, inConfig)
}

func (s *search) signIn(p awsconfig.Profile) (source, error) {
	if !has(p, "sso_account_id") && !has(p, "sso_role_name") {
		return nil, nil
	}
	sso, err := s.Config.SSOCredentials(p.Name)
	if errors.Is(err, awsconfig.ErrNotSSO) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (awscred.Credentials, error) { return s.SignIn(ctx, sso) }, nil
}

// nothing says that there are no credentials. why is what came of asking for
// those of an EC2 instance, which takes long where there is none.
func (s *search) nothing(profile string, why error) error {
	if p, _ := s.Config.Profile(profile); has(p, "sso_session") {
		return &awsconfig.ConfigError{
			Message: fmt.Sprintf("profile %q names an sso-session, but neither account nor role: it has a token and no credentials", profile),
			Hint:    `print the token with "latchkey sso get-token", or choose a role with "latchkey configure sso"`,
		}
	}
	none := &awsconfig.ConfigError{
		Message: fmt.Sprintf("profile %q has no credentials", profile),
		Hint:    `run "latchkey configure sso" to make one that has`,
	}
	if slow, ok := errors.AsType[net.Error](why); ok && slow.Timeout() {
		none.Hint += "; with AWS_EC2_METADATA_DISABLED=true no time is lost on asking whether this is an EC2 instance"
	}
	return none
}

func (f *Finder) warn(err error) {
	if f.Warn != nil && err != nil {
		f.Warn(err)
	}
}

// fresh reports whether cached credentials can be handed out.
func (f *Finder) fresh(c awscred.Credentials) bool {
	return c.Expiration.Sub(f.Now()) >= session.Margin
}

// has reports whether the profile has a value for key, be it empty.
func has(p awsconfig.Profile, key string) bool {
	_, ok := p.Values.Get(key)
	return ok
}

func value(p awsconfig.Profile, key string) string {
	v, _ := p.Values.Get(key)
	return v
}

func wrong(p awsconfig.Profile, key, what, hint string) error {
	return &awsconfig.ConfigError{Message: fmt.Sprintf("%s: %s %s", p.Values.Where(key), p, what), Hint: hint}
}

func unserved(p awsconfig.Profile, key, what string) error {
	return wrong(p, key, "gets its credentials from "+what+", which is not served here",
		"name a profile that signs in to IAM Identity Center, or use the AWS CLI for this one")
}
