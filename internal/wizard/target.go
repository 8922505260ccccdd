package wizard

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"latchkey/internal/awsconfig"
	"latchkey/internal/picker"
	"latchkey/internal/starturl"
	"latchkey/internal/termtext"
)

// defaultScopes is what a new sso-session asks for when the person names no
// scope: access to accounts and roles.
const defaultScopes = "sso:account:access"

// target asks where to sign in: the session name, and for a legacy profile or a
// session that is not configured yet the start URL, region and scopes.
func (w *Wizard) target(ctx context.Context, start awsconfig.Profile) (Target, error) {
	name, err := w.sessionName(ctx, start)
	if err != nil {
		return Target{}, err
	}
	if _, ok := w.Config.SSOSession(name); ok && name != "" {
		sso, err := w.Config.SSOLogin("", name)
		if err != nil {
			return Target{}, err
		}
		t := Target{SSO: sso}
		if err := w.sameSession(sso); err != nil {
			return Target{}, err
		}
		err = w.center(ctx, &t)
		return t, err
	}
	t := Target{New: name != ""}
	t.SSO.SessionName = name
	err = w.place(ctx, start.Values, &t)
	return t, err
}

// place asks where a sign-in leads; current is the section that has the
// defaults.
func (w *Wizard) place(ctx context.Context, current awsconfig.Section, t *Target) (err error) {
	if t.SSO.StartURL, err = w.startURL(ctx, current); err != nil {
		return err
	}
	if err := w.region(ctx, current, t); err != nil || t.SSO.SessionName == "" {
		return err
	}
	t.scopes, err = w.scopes(ctx, current)
	t.SSO.Scopes = splitScopes(t.scopes)
	return err
}

// sameSession refuses flags that say otherwise than the session that is
// configured: passing them over would sign in elsewhere than was asked for.
func (w *Wizard) sameSession(sso awsconfig.SSO) error {
	if err := contradiction("--sso-start-url", w.Given.StartURL, sso.StartURL); err != nil {
		return err
	}
	if err := contradiction("--sso-region", w.Given.SSORegion, sso.Region); err != nil {
		return err
	}
	if given := splitScopes(w.Given.Scopes); len(given) > 0 && !slices.Equal(given, sso.Scopes) {
		return contradiction("--sso-registration-scopes", w.Given.Scopes, strings.Join(sso.Scopes, ","))
	}
	return nil
}

func contradiction(flag, given, is string) error {
	if given == "" || given == is {
		return nil
	}
	return &BadAnswerError{
		Message: fmt.Sprintf("%s is %s, but it is %s here", flag, termtext.Line(given), termtext.Line(is)),
		Hint:    "leave " + flag + " out, or use another session or start URL",
	}
}

func (w *Wizard) sessionName(ctx context.Context, start awsconfig.Profile) (string, error) {
	if w.Given.Legacy {
		return "", nil
	}
	current, _ := start.Values.Get("sso_session")
	q := question{
		text: "SSO session name (Recommended)", flag: "--sso-session or --legacy", given: w.Given.SessionName,
		suggest: w.Config.SSOSessions(), check: awsconfig.ValidName,
	}
	if current != "" {
		q.text, q.def, q.brackets = "SSO session name", current, current
	}
	return w.ask(ctx, q)
}

func (w *Wizard) startURL(ctx context.Context, section awsconfig.Section) (string, error) {
	current, _ := section.Get("sso_start_url")
	return w.ask(ctx, question{
		text: "SSO start URL", flag: "--sso-start-url", given: w.Given.StartURL, def: current, brackets: none(current),
		required: true, suggest: w.knownStartURLs(),
		check: checkStartURL,
	})
}

func checkStartURL(raw string) error {
	if err := starturl.Check(raw); err != nil {
		return err
	}
	return awsconfig.ValidValue(raw)
}

func (w *Wizard) knownStartURLs() []string {
	var urls []string
	for _, name := range w.Config.Profiles() {
		p, _ := w.Config.Profile(name)
		u, _ := p.Values.Get("sso_start_url")
		urls = append(urls, u)
	}
	for _, name := range w.Config.SSOSessions() {
		s, _ := w.Config.SSOSession(name)
		u, _ := s.Get("sso_start_url")
		urls = append(urls, u)
	}
	slices.Sort(urls)
	return unique(urls)
}

// region finds out who answers at a start URL that is not AWS's, and asks for
// the region unless the start URL leads to it.
func (w *Wizard) region(ctx context.Context, section awsconfig.Section, t *Target) error {
	current, _ := section.Get("sso_region")
	if err := w.lead(ctx, t); err != nil {
		return err
	}
	if t.Center != nil {
		current = t.Center.Region
	}
	if t.SSO.Region != "" {
		return contradiction("--sso-region", w.Given.SSORegion, t.SSO.Region)
	}
	var err error
	t.SSO.Region, err = w.ask(ctx, question{
		text: "SSO region", flag: "--sso-region", given: w.Given.SSORegion, def: current, brackets: none(current),
		required: true, suggest: starturl.KnownRegions(), check: starturl.CheckRegion,
	})
	return err
}

// lead finds out where a start URL that is not AWS's leads: to a center, or
// over one redirect to AWS. Where nothing answers, nobody can sign in; a
// session can be written all the same, and then, as in the AWS CLI, any failure
// leaves the question for the region.
func (w *Wizard) lead(ctx context.Context, t *Target) error {
	away := w.center(ctx, t)
	unreachable, ok := errors.AsType[*starturl.UnreachableError](away)
	if away != nil && !ok || t.Center != nil || awsOwned(t.SSO.StartURL) {
		return away
	}
	resolved, region, err := w.Resolve(ctx, t.SSO.StartURL)
	nowhere, known := errors.AsType[*starturl.HintError](err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		t.Resolved, t.SSO.Region = resolved, region
		w.say("The start URL leads to %s.", termtext.Line(resolved))
	case unreachable != nil && w.SignIn != nil:
		return unreachable
	case unreachable != nil:
		w.say("%s.", sentence(unreachable.Message))
	case known:
		w.say("No latchkey-center was found, and %s.", termtext.Safe(nowhere.Message))
	}
	return nil
}

// sentence is a message with a capital letter.
func sentence(message string) string {
	message = termtext.Safe(message)
	return strings.ToUpper(message[:1]) + message[1:]
}

// center looks for a center at a start URL that is not AWS's.
func (w *Wizard) center(ctx context.Context, t *Target) error {
	if awsOwned(t.SSO.StartURL) {
		return nil
	}
	center, found, err := w.Discover(ctx, t.SSO.StartURL)
	if err != nil || !found {
		return err
	}
	t.Center = &center
	w.say("Found a latchkey-center at %s, region %s.", termtext.Line(center.SSO), termtext.Line(center.Region))
	return nil
}

func awsOwned(startURL string) bool {
	u, err := url.Parse(startURL)
	return err == nil && starturl.AWSOwned(u.Hostname())
}

// scopes returns the list as it was typed.
func (w *Wizard) scopes(ctx context.Context, section awsconfig.Section) (string, error) {
	current, _ := section.Get("sso_registration_scopes")
	if current == "" {
		current = defaultScopes
	}
	return w.ask(ctx, question{
		text: "SSO registration scopes", flag: "--sso-registration-scopes", given: w.Given.Scopes,
		def: current, brackets: current, suggest: []string{defaultScopes}, check: checkScopes,
	})
}

func checkScopes(text string) error {
	for _, scope := range splitScopes(text) {
		if strings.ContainsAny(scope, " \t") {
			return errors.New("scope values must be separated by commas")
		}
	}
	return awsconfig.ValidValue(text)
}

// orMissing turns the end of input into an error which names the flag.
func orMissing(err error, missing *MissingAnswerError) error {
	if errors.Is(err, picker.ErrEndOfInput) {
		return missing
	}
	return err
}
