package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/session"
	"latchkey/internal/starturl"
)

// wire is how calls of one profile reach the service: the environment's and the
// profile's settings, read once.
type wire struct {
	http      *http.Client
	endpoints awsapi.Endpoints
	fips      bool
	dualStack bool
	attempts  int
	retryMode string
	log       func(format string, args ...any)
}

// wire reads the settings that profile has a part in; the zero Profile has
// none. --endpoint-url counts for the named services only, those that the
// command is about: a token must not go where somebody wanted STS to be.
func (e *Env) wire(cfg *awsconfig.Config, profile awsconfig.Profile, about ...awsapi.Service) (*wire, error) {
	service, err := services(cfg, profile)
	if err != nil {
		return nil, err
	}
	key := func(key string) string {
		v, _ := profile.Values.Get(key)
		return v
	}
	return e.wireOf(key, service, about)
}

// wireAway is the wire of a profile that is about to sign in elsewhere: its
// endpoints are those of the place that it leaves.
func (e *Env) wireAway(profile awsconfig.Profile, about ...awsapi.Service) (*wire, error) {
	key := func(key string) string {
		v, _ := profile.Values.Get(key)
		if key == "endpoint_url" {
			return ""
		}
		return v
	}
	return e.wireOf(key, func(string) string { return "" }, about)
}

func (e *Env) wireOf(key, service func(string) string, about []awsapi.Service) (w *wire, err error) {
	w = &wire{log: e.debugf}
	if w.endpoints, err = awsapi.ResolveEndpoints(e.Getenv, "", key, service); err != nil {
		return nil, &configError{message: err.Error()}
	}
	if err := w.name(e.Globals.EndpointURL, about); err != nil {
		return nil, err
	}
	w.fips, w.dualStack = awsapi.ResolveSwitches(e.Getenv, key)
	if w.attempts, w.retryMode, err = awsapi.ResolveRetry(e.Getenv, key); err != nil {
		return nil, &configError{message: err.Error()}
	}
	w.http, err = awsapi.NewHTTPClient(awsapi.HTTPOptions{
		CABundle: awsapi.ResolveCABundle(e.Getenv, e.Globals.CABundle, key),
		Proxy:    http.ProxyFromEnvironment,
	})
	return w, err
}

// name takes url for the endpoint of the services.
func (w *wire) name(url string, services []awsapi.Service) error {
	none := func(string) string { return "" }
	named, err := awsapi.ResolveEndpoints(none, url, none, none)
	if err != nil {
		return &usageError{message: err.Error()}
	}
	for _, s := range services {
		switch {
		case url == "":
		case s == awsapi.SSO:
			w.endpoints.SSO = named.SSO
		case s == awsapi.SSOOIDC:
			w.endpoints.SSOOIDC = named.SSOOIDC
		case s == awsapi.STS:
			w.endpoints.STS = named.STS
		}
	}
	return nil
}

// services returns the look-up of endpoint_url in the profile's services
// section.
func services(cfg *awsconfig.Config, profile awsconfig.Profile) (func(id string) string, error) {
	name, ok := profile.Values.Get("services")
	if !ok {
		return func(string) string { return "" }, nil
	}
	section, ok := cfg.Services(name)
	if !ok {
		return nil, &configError{
			fmt.Sprintf("profile %q names the services section %q, which does not exist", profile.Name, name),
			"add [services " + name + "] to the config file, or remove the line from the profile",
		}
	}
	return func(id string) string {
		v, _ := section.Nested(id, "endpoint_url")
		return v
	}, nil
}

func (w *wire) client(region string) *awsapi.Client {
	return awsapi.New(awsapi.Config{
		Region: region, Endpoints: w.endpoints, FIPS: w.fips, DualStack: w.dualStack,
		HTTP: w.http, MaxAttempts: w.attempts, RetryMode: w.retryMode, Log: w.log,
	})
}

// use leads the calls to a center, unless an endpoint was named already.
func (w *wire) use(c starturl.Center) {
	for _, e := range []struct{ to, from *string }{
		{&w.endpoints.SSO, &c.SSO}, {&w.endpoints.SSOOIDC, &c.SSOOIDC}, {&w.endpoints.STS, &c.STS},
	} {
		if *e.to == "" {
			*e.to = *e.from
		}
	}
}

// direct finds out where a start URL that is not AWS's leads, when nothing
// names an endpoint for it. It returns the URL and the region to call.
func (w *wire) direct(ctx context.Context, sso awsconfig.SSO) (resolved, region string, err error) {
	u, err := url.Parse(sso.StartURL)
	if err != nil || starturl.AWSOwned(u.Hostname()) || w.endpoints.SSOOIDC != "" {
		return sso.StartURL, sso.Region, nil
	}
	center, found, away := starturl.Discover(ctx, w.http, sso.StartURL)
	if _, unreachable := errors.AsType[*starturl.UnreachableError](away); away != nil && !unreachable {
		return "", "", away
	}
	if found {
		w.use(center)
		return sso.StartURL, sso.Region, nil
	}
	resolved, region, err = starturl.ResolveVanity(ctx, w.http, sso.StartURL, sso.Region)
	if err != nil && away != nil {
		err = away
	}
	return resolved, region, err
}

// session makes the session of sso, whose calls go as w says.
func (e *Env) session(w *wire, sso awsconfig.SSO) (*session.Session, error) {
	cache, err := e.cache()
	if err != nil {
		return nil, err
	}
	if err := checked(sso); err != nil {
		return nil, err
	}
	auto, err := e.autoLogin()
	if err != nil {
		return nil, err
	}
	return &session.Session{SSO: sso, Cache: cache, Now: e.Now, AutoLogin: auto, Warn: e.warn, Locate: w.locate(sso)}, nil
}

// locate finds out where the calls of sso go, which can take a look at the
// network.
func (w *wire) locate(sso awsconfig.SSO) func(context.Context) (session.Place, error) {
	return func(ctx context.Context) (session.Place, error) {
		startURL, region, err := w.direct(ctx, sso)
		if hinted, ok := errors.AsType[*starturl.HintError](err); ok {
			err = misconfigured("sso_start_url", hinted)
		}
		return session.Place{API: w.client(region), StartURL: startURL, Region: region}, err
	}
}

// checked refuses values of a config file that must not become part of a
// request.
func checked(sso awsconfig.SSO) error {
	if err := starturl.CheckRegion(sso.Region); err != nil {
		return misconfigured("sso_region", err)
	}
	if err := starturl.Check(sso.StartURL); err != nil {
		return misconfigured("sso_start_url", err)
	}
	return nil
}

// misconfigured names the key whose value was refused.
func misconfigured(key string, err error) error {
	bad := &configError{message: key + ": " + err.Error()}
	if hinted, ok := errors.AsType[*starturl.HintError](err); ok {
		bad.hint = hinted.Hint
	}
	return bad
}

// namedSession is the SSO session that is named, or else that of the profile
// which the command line or the environment names, and how its calls go. A
// profile without account and role serves the commands which name their own.
func (e *Env) namedSession(name string) (*awsconfig.Config, *session.Session, *wire, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, nil, nil, err
	}
	sso, err := e.signInTarget(cfg, name)
	if err != nil {
		return nil, nil, nil, err
	}
	w, err := e.wire(cfg, profileOf(cfg, sso), awsapi.SSO, awsapi.SSOOIDC)
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := e.session(w, sso)
	return cfg, s, w, err
}

// signedIn returns the token of s and the client to use it with.
func (w *wire) signedIn(ctx context.Context, s *session.Session) (awscred.Secret, *awsapi.Client, error) {
	token, err := s.Token(ctx)
	if err != nil {
		return "", nil, err
	}
	if err := s.Reach(ctx); err != nil {
		return "", nil, err
	}
	return token.AccessToken, w.client(s.Region), nil
}

// profileOf finds the profile whose settings a session uses: the one that was
// named, or the first that signs in to the same session.
func profileOf(cfg *awsconfig.Config, sso awsconfig.SSO) awsconfig.Profile {
	if p, ok := cfg.Profile(sso.Profile); ok {
		return p
	}
	for _, name := range servedBy(cfg, sso) {
		if p, ok := cfg.Profile(name); ok {
			return p
		}
	}
	return awsconfig.Profile{}
}

// servedBy lists the profiles that the sign-in of sso serves: those whose token
// is the same file.
func servedBy(cfg *awsconfig.Config, sso awsconfig.SSO) []string {
	key := (&session.Session{SSO: sso}).TokenKey()
	var names []string
	for _, name := range cfg.Profiles() {
		other, err := cfg.SSOLogin(name, "")
		if err == nil && (&session.Session{SSO: other}).TokenKey() == key {
			names = append(names, name)
		}
	}
	return names
}
