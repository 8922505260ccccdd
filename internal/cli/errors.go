package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/login"
	"latchkey/internal/picker"
	"latchkey/internal/session"
	"latchkey/internal/starturl"
	"latchkey/internal/termtext"
	"latchkey/internal/wizard"
)

// Exit codes, the AWS CLI's.
const (
	exitOK          = 0
	exitInterrupted = 130
	exitUsage       = 252
	exitConfig      = 253
	exitService     = 254
	exitOther       = 255
)

// A usageError is a command line that cannot be carried out.
type usageError struct{ message, hint string }

func (e *usageError) Error() string { return e.message }

// A configError is a configuration that cannot be used.
type configError struct{ message, hint string }

func (e *configError) Error() string { return e.message }

// report prints err and returns the exit code that goes with it. Its text can
// come from a server or a file: it is one line, and never raw.
func report(env *Env, err error) int {
	code, hint := explain(err)
	if err.Error() == "" { // the code says it all
		return code
	}
	if code == exitInterrupted {
		fmt.Fprintln(env.Err, "\nlatchkey: cancelled")
		return code
	}
	fmt.Fprintf(env.Err, "latchkey: %s\n", termtext.Safe(err.Error()))
	if hint != "" {
		fmt.Fprintf(env.Err, "hint: %s\n", termtext.Safe(hint))
	}
	return code
}

func explain(err error) (code int, hint string) {
	if errors.Is(err, picker.ErrInterrupted) || errors.Is(err, context.Canceled) {
		return exitInterrupted, ""
	}
	for _, kind := range []func(error) (int, string, bool){ours, configuration, conversation, credentials, service, files} {
		if code, hint, ok := kind(err); ok {
			return code, hint
		}
	}
	return exitOther, ""
}

func ours(err error) (int, string, bool) {
	if e, ok := errors.AsType[*usageError](err); ok {
		return exitUsage, e.hint, true
	}
	if e, ok := errors.AsType[*configError](err); ok {
		return exitConfig, e.hint, true
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code, e.hint, true
	}
	return 0, "", false
}

func configuration(err error) (int, string, bool) {
	if e, ok := errors.AsType[*awsconfig.SyntaxError](err); ok {
		return exitConfig, e.Hint, true
	}
	if e, ok := errors.AsType[*awsconfig.ConfigError](err); ok {
		return exitConfig, e.Hint, true
	}
	if e, ok := errors.AsType[*awsconfig.ProfileNotFoundError](err); ok && e.Name == "default" {
		return exitConfig, `name a profile with --profile, or run "latchkey configure sso" to make one`, true
	}
	if e, ok := errors.AsType[*awsconfig.ProfileNotFoundError](err); ok {
		return exitConfig, `run "latchkey configure sso --profile ` + shellWord(e.Name) + `" to make it, or "latchkey configure list-profiles" to see what there is`, true
	}
	return 0, "", false
}

func conversation(err error) (int, string, bool) {
	if e, ok := errors.AsType[*wizard.MissingAnswerError](err); ok {
		return exitUsage, "answer it with " + e.Flag, true
	}
	if e, ok := errors.AsType[*wizard.BadAnswerError](err); ok {
		return exitUsage, e.Hint, true
	}
	if e, ok := errors.AsType[*wizard.NothingAssignedError](err); ok {
		return exitOther, e.Hint, true
	}
	if e, ok := errors.AsType[*starturl.HintError](err); ok {
		return exitUsage, e.Hint, true
	}
	return 0, "", false
}

func service(err error) (int, string, bool) {
	if e, ok := errors.AsType[*session.LoginRequiredError](err); ok {
		if away, ok := errors.AsType[*awsapi.UnreachableError](err); ok {
			return exitOther, away.Hint, true // to sign in, the service must be there as well
		}
		return exitOther, "run " + quote(command(e.Command())), true
	}
	switch {
	case errors.Is(err, login.ErrDenied):
		return exitOther, "run the command again to ask anew, if that was a mistake", true
	case errors.Is(err, login.ErrExpired):
		return exitOther, "run the command again and approve the request in the browser within its time", true
	}
	if code, hint, ok := signIn(err); ok {
		return code, hint, true
	}
	if e, ok := errors.AsType[*session.RoleError](err); ok {
		return exitService, roleHint(e), true
	}
	if e, ok := errors.AsType[*starturl.UnreachableError](err); ok {
		return exitOther, e.Hint, true
	}
	if e, ok := errors.AsType[*awsapi.UnreachableError](err); ok {
		return exitOther, e.Hint, true
	}
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return exitService, serviceHint(e), true
	}
	return 0, "", false
}

// signIn explains what kept a person from signing in by the browser.
func signIn(err error) (int, string, bool) {
	if _, ok := errors.AsType[*session.UnderwayError](err); ok {
		return exitOther, "complete it in the browser, or wait longer with --wait 10m", true
	}
	if _, ok := errors.AsType[*login.CallbackError](err); ok {
		return exitOther, "choose another port with --redirect-port, or sign in with --use-device-code", true
	}
	if _, ok := errors.AsType[*login.AuthorizationError](err); ok {
		return exitService, "if the browser shows nothing to go by, sign in with --use-device-code", true
	}
	return 0, "", false
}

func roleHint(e *session.RoleError) string {
	if e.Assigned() {
		return "the account may be suspended or closed, or the assignment is new and not carried out yet: ask your administrator"
	}
	if near := e.Near(); near != "" {
		return "did you mean " + near + "?"
	}
	return "see \"latchkey sso list-accounts\" and \"latchkey sso list-account-roles\", or ask your administrator to assign the role"
}

// maxSkew is what is said of a clock that is wrong; AWS refuses signatures that
// are a quarter of an hour off.
const maxSkew = 5 * time.Minute

func serviceHint(e *awsapi.Error) string {
	switch {
	case e.Skew > maxSkew:
		return "the clock of this machine is " + e.Skew.String() + " behind the service's: set it"
	case e.Skew < -maxSkew:
		return "the clock of this machine is " + (-e.Skew).String() + " ahead of the service's: set it"
	case e.Code == "ForbiddenException":
		return `the role is not assigned to you, or its name is misspelt: see "latchkey sso list-account-roles"`
	case e.Operation == "StartDeviceAuthorization" && (e.Code == "InvalidRequestException" || e.Code == "InvalidGrantException"):
		return "check the start URL and the SSO region: the service of this region does not know the start URL"
	}
	return ""
}

// joined makes one error, of one line, of those that are not nil.
func joined(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return &severalErrors{errs}
}

type severalErrors struct{ errs []error }

func (e *severalErrors) Unwrap() []error { return e.errs }

func (e *severalErrors) Error() string {
	texts := make([]string, len(e.errs))
	for i, err := range e.errs {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func quote(s string) string { return strconv.Quote(s) }

// command joins words into a line that a shell splits into them again.
func command(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellWord(w)
	}
	return strings.Join(quoted, " ")
}

func shellWord(w string) string {
	safe := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("@%+=:,./-_", r)
	}
	if w != "" && !strings.ContainsFunc(w, func(r rune) bool { return !safe(r) }) {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
