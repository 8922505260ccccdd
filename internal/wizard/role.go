package wizard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/picker"
	"latchkey/internal/termtext"
)

// chooseRole settles the account and the role.
func (w *Wizard) chooseRole(ctx context.Context, portal Portal, sso *awsconfig.SSO) error {
	accounts, err := portal.ListAccounts(ctx)
	if err != nil {
		return err
	}
	if sso.AccountID, err = w.account(ctx, accounts); err != nil {
		return err
	}
	w.say("Using the account ID %s", termtext.Line(sso.AccountID))
	roles, err := portal.ListAccountRoles(ctx, sso.AccountID)
	if err != nil {
		return err
	}
	if sso.RoleName, err = w.role(ctx, sso.AccountID, roles); err != nil {
		return err
	}
	w.say(`Using the role name "%s"`, termtext.Line(sso.RoleName))
	return nil
}

// givesTokenOnly reports whether err means that the session is good for its
// token alone, as with scopes that have nothing to do with AWS accounts. Who
// named an account or a role is told the error instead.
func (w *Wizard) givesTokenOnly(err error, t Target) bool {
	refused, ok := errors.AsType[*awsapi.Error](err)
	return ok && refused.Code == "UnauthorizedException" && t.SSO.SessionName != "" && w.Given.AccountID == "" && w.Given.RoleName == ""
}

func (w *Wizard) account(ctx context.Context, accounts []awsapi.Account) (string, error) {
	if len(accounts) == 0 {
		return "", &NothingAssignedError{
			Message: "no AWS accounts are available to you",
			Hint:    "ask whoever administers IAM Identity Center to assign you an account and a permission set",
		}
	}
	sortAccounts(accounts)
	c := chooser{
		one: "The only AWS account available to you is: %s", many: "There are %d AWS accounts available to you.",
		given: w.Given.AccountID, flag: "--sso-account-id", what: "account", prompt: "Account [1]: ",
	}
	for _, a := range accounts {
		c.items = append(c.items, picker.Item{Label: label(a), Answers: []string{a.ID}})
	}
	return w.choose(ctx, c)
}

func (w *Wizard) role(ctx context.Context, accountID string, roles []awsapi.Role) (string, error) {
	if len(roles) == 0 {
		return "", &NothingAssignedError{
			Message: fmt.Sprintf("no roles are available to you in the account %s", termtext.Line(accountID)),
			Hint:    "ask whoever administers IAM Identity Center to assign you a permission set in it",
		}
	}
	c := chooser{
		one: "The only role available to you is: %s", many: "There are %d roles available to you.",
		given: w.Given.RoleName, flag: "--sso-role-name", what: "role", prompt: "Role [1]: ",
	}
	for _, r := range roles {
		c.items = append(c.items, picker.Item{Label: r.Name, Answers: []string{r.Name}})
	}
	return w.choose(ctx, c)
}

// A chooser takes one of a list; the first answer of an item is its value.
type chooser struct {
	one, many, given, flag, what, prompt string
	items                                []picker.Item
}

func (w *Wizard) choose(ctx context.Context, c chooser) (string, error) {
	if c.given != "" {
		return c.find(c.given)
	}
	if len(c.items) == 1 {
		w.say(c.one, termtext.Line(c.value(0)))
		return c.take(0)
	}
	missing := &MissingAnswerError{strings.TrimSuffix(c.prompt, " [1]: "), c.flag}
	if w.NoInput {
		return "", missing
	}
	w.say(c.many, len(c.items))
	i, err := w.Ask.Select(ctx, picker.Choice{Items: c.items, PlainPrompt: c.prompt})
	if wrong, ok := errors.AsType[*picker.AnswerError](err); ok {
		return "", &BadAnswerError{wrong.Error(), "or answer it with " + c.flag}
	}
	if err != nil {
		return "", orMissing(err, missing)
	}
	return c.take(i)
}

func (c chooser) value(i int) string { return c.items[i].Answers[0] }

// take returns item i's value, which comes from a server and goes into a file
// that can name commands to run.
func (c chooser) take(i int) (string, error) {
	if err := awsconfig.ValidValue(c.value(i)); err != nil {
		return "", fmt.Errorf("the service offers the %s %q, which cannot be written to a config file: %w", c.what, c.value(i), err)
	}
	return c.value(i), nil
}

// find checks that the command line's choice is on offer.
func (c chooser) find(given string) (string, error) {
	var near string
	for i := range c.items {
		switch v := c.value(i); {
		case v == given:
			return c.take(i)
		case strings.EqualFold(v, given):
			near = v
		}
	}
	e := &BadAnswerError{
		Message: fmt.Sprintf("%s %q is not among those available to you", c.what, given),
		Hint:    fmt.Sprintf("leave %s out to choose from a list of %d", c.flag, len(c.items)),
	}
	if near != "" {
		e.Hint = fmt.Sprintf("did you mean %s?", termtext.Line(near))
	}
	return "", e
}

// label is an account's line in the list, as in the AWS CLI: the name, the
// e-mail address and the ID, as far as they are known.
func label(a awsapi.Account) string {
	switch {
	case a.Name != "" && a.Email != "":
		return a.Name + ", " + a.Email + " (" + a.ID + ")"
	case a.Name != "" || a.Email != "":
		return a.Name + a.Email + " (" + a.ID + ")"
	}
	return a.ID
}

// sortAccounts orders by name, then by the order of the service; accounts with
// nothing but an ID come last.
func sortAccounts(accounts []awsapi.Account) {
	slices.SortStableFunc(accounts, func(a, b awsapi.Account) int {
		if d := cmp.Compare(nameless(a), nameless(b)); d != 0 {
			return d
		}
		return strings.Compare(sortKey(a), sortKey(b))
	})
}

func nameless(a awsapi.Account) int {
	if a.Name == "" && a.Email == "" {
		return 1
	}
	return 0
}

func sortKey(a awsapi.Account) string {
	return strings.ToLower(cmp.Or(a.Name, a.Email, a.ID))
}
