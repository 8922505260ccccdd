// Package wizard owns the `configure sso` conversation: which questions are
// asked, in what order and with which defaults, and what is written from the
// answers.
//
// It leaves asking to picker, signing in to its caller and editing the file to
// awsconfig.
package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/picker"
	"latchkey/internal/starturl"
	"latchkey/internal/termtext"
)

// Given are the answers that the command line already has; "" means ask.
type Given struct {
	Legacy      bool // no sso-session, whatever the profile has
	SessionName string
	StartURL    string
	SSORegion   string
	Scopes      string
	AccountID   string
	RoleName    string
	Region      string
	Output      string
	Profile     string
}

// An Asker puts questions to a person; *picker.Asker does.
type Asker interface {
	Input(context.Context, picker.Question) (string, error)
	Select(context.Context, picker.Choice) (int, error)
}

// A Portal lists what the person who signed in may use.
type Portal interface {
	ListAccounts(context.Context) ([]awsapi.Account, error)
	ListAccountRoles(ctx context.Context, accountID string) ([]awsapi.Role, error)
}

// A Target is where to sign in.
type Target struct {
	SSO      awsconfig.SSO
	Center   *starturl.Center // the center that answers at the start URL, if any
	Resolved string           // the AWS start URL that SSO.StartURL leads to, if it is another
	New      bool             // sign in anew, whatever token there is

	scopes string // of a new session, as typed
}

// Wizard holds one conversation. Every field is set before Run.
type Wizard struct {
	Given      Given
	Config     *awsconfig.Config
	ConfigFile string
	Ask        Asker
	NoInput    bool
	Out        io.Writer // the conversation, apart from what Ask draws

	// Discover looks for a center at a start URL that is not AWS's; Resolve
	// follows an organisation's own start URL to AWS's.
	Discover func(ctx context.Context, startURL string) (starturl.Center, bool, error)
	Resolve  func(ctx context.Context, startURL string) (resolved, region string, err error)
	SignIn   func(ctx context.Context, t Target) (Portal, error)
}

// Result says what was configured.
type Result struct {
	Profile string
	Target
}

// A MissingAnswerError names the flag that answers a question which nobody did.
type MissingAnswerError struct {
	Question, Flag string
}

func (e *MissingAnswerError) Error() string {
	return fmt.Sprintf("no answer to %q", e.Question)
}

// A BadAnswerError is an answer from the command line that does not fit what
// the service offers.
type BadAnswerError struct{ Message, Hint string }

func (e *BadAnswerError) Error() string { return e.Message }

// bad makes a BadAnswerError of why the answer to what was refused.
func bad(what string, err error) *BadAnswerError {
	e := &BadAnswerError{Message: what + ": " + err.Error()}
	if hinted, ok := errors.AsType[*starturl.HintError](err); ok {
		e.Hint = hinted.Hint
	}
	return e
}

// NothingAssignedError means that the person who signed in may use nothing.
type NothingAssignedError struct{ Message, Hint string }

func (e *NothingAssignedError) Error() string { return e.Message }

// Run holds the conversation of `configure sso` and writes the profile. When it fails, nothing was
// written.
func (w *Wizard) Run(ctx context.Context) (Result, error) {
	if err := w.Given.check(); err != nil {
		return Result{}, err
	}
	start := w.startingProfile()
	target, err := w.target(ctx, start)
	if err != nil {
		return Result{}, err
	}
	portal, err := w.SignIn(ctx, target)
	if err != nil {
		return Result{}, err
	}
	if err := w.chooseRole(ctx, portal, &target.SSO); w.givesTokenOnly(err, target) {
		target.SSO.AccountID, target.SSO.RoleName = "", ""
		w.say("Unable to list AWS accounts and/or roles. Skipping configuring AWS credential provider for profile.")
	} else if err != nil {
		return Result{}, err
	}
	p, err := w.finish(ctx, start, target)
	if err != nil {
		return Result{}, err
	}
	target.SSO.Profile = p.name
	return Result{Profile: p.name, Target: target}, w.write(ctx, p, target)
}

// check refuses flags that no service needs to be asked about, before a person
// signs in.
func (g Given) check() error {
	for _, a := range []struct {
		what, answer string
		check        func(string) error
	}{
		{"SSO session name", g.SessionName, awsconfig.ValidName},
		{"SSO start URL", g.StartURL, checkStartURL},
		{"SSO region", g.SSORegion, starturl.CheckRegion},
		{"SSO registration scopes", g.Scopes, checkScopes},
		{"CLI default client Region", g.Region, starturl.CheckRegion},
		{"CLI default output format", g.Output, checkOutput},
		{"CLI profile name", g.Profile, awsconfig.ValidName},
	} {
		if a.answer == "" {
			continue
		}
		if err := a.check(a.answer); err != nil {
			return bad(a.what, err)
		}
	}
	return nil
}

// startingProfile gives the defaults: the profile that was named, which need
// not exist.
func (w *Wizard) startingProfile() awsconfig.Profile {
	p, _ := w.Config.Profile(w.Given.Profile)
	return p
}

func (w *Wizard) say(format string, args ...any) {
	fmt.Fprintf(w.Out, format+"\n", args...)
}

// A question is one line of the conversation.
type question struct {
	text     string // "SSO region", as in the guide
	flag     string // "--sso-region"
	given    string // the flag's value
	def      string // what an empty answer means
	brackets string // what stands between the brackets: "[None]" or the default; "" for none
	required bool
	suggest  []string
	check    func(string) error
}

// ask returns the answer to q: the flag's, the person's, or the default.
func (w *Wizard) ask(ctx context.Context, q question) (string, error) {
	missing := &MissingAnswerError{q.text, q.flag}
	if q.given != "" {
		return q.given, q.accept(q.given)
	}
	if w.NoInput {
		if q.def == "" && q.required {
			return "", missing
		}
		return q.def, q.accept(q.def)
	}
	answer, err := w.Ask.Input(ctx, picker.Question{Prompt: q.prompt(), Suggest: q.suggest, Check: q.accept})
	if err != nil {
		return "", orMissing(err, missing)
	}
	if answer == "" {
		answer = q.def
	}
	return answer, nil
}

func (q question) prompt() string {
	if q.brackets == "" {
		return q.text + ": "
	}
	return q.text + " [" + termtext.Line(q.brackets) + "]: "
}

// accept checks an answer as given, the empty one standing for the default.
func (q question) accept(answer string) error {
	if answer == "" {
		answer = q.def
	}
	if answer == "" {
		if q.required {
			return bad(q.text, errors.New("a value is required"))
		}
		return nil
	}
	if q.check == nil {
		return nil
	}
	if err := q.check(answer); err != nil {
		return bad(q.text, err)
	}
	return nil
}

// none is how the conversation shows that there is no default: as the AWS CLI,
// which prints Python's None.
func none(def string) string {
	if def == "" {
		return "None"
	}
	return def
}

func unique(values []string) []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// splitScopes parses a list as the AWS CLI does: separated by commas, trimmed.
func splitScopes(text string) []string {
	scopes := []string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			scopes = append(scopes, part)
		}
	}
	return scopes
}
