package centercli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/password"
)

func newUserPasswd(e *env) *cobra.Command {
	var p place
	c := command("passwd NAME", "Give a user another password, and sign the user out of everything", &p, oneArg("NAME"),
		func(ctx context.Context, args []string) error { return runUserPasswd(ctx, e, p, args[0]) })
	c.Long = "Give a user another password, and sign the user out of everything.\n\n" +
		"In a terminal it is asked for, twice; otherwise it is the first line of stdin."
	return c
}

func runUserPasswd(ctx context.Context, e *env, p place, name string) error {
	hash, err := newPasswordHash(ctx, e, name)
	if err != nil {
		return err
	}
	return changeUser(ctx, e, p, name, func(u *directory.User) error {
		if u.Source != "" {
			return withHint(fmt.Errorf("user %s is from %s, where the password is kept", u.Name, u.Source), "change it there")
		}
		u.PasswordHash = hash
		return nil
	})
}

// newPasswordHash asks a terminal for a new password of a user, or reads it.
func newPasswordHash(ctx context.Context, e *env, name string) (string, error) {
	t, ok := terminalOf(e)
	if !ok {
		return hashedLine(e, name)
	}
	return askedHash(ctx, t, name)
}

func askedHash(ctx context.Context, t terminal, name string) (string, error) {
	word, err := t.askSecret(ctx, "New password of "+visible(name))
	if err != nil {
		return "", err
	}
	if err := validPassword(word, name); err != nil {
		return "", err
	}
	again, err := t.askSecret(ctx, "The same again")
	if err != nil {
		return "", err
	}
	if word != again {
		return "", withHint(fmt.Errorf("the two passwords differ"), "nothing was changed; try again")
	}
	return password.NewHasher().Hash(word)
}

// hashedLine is the hash of a new password that is the first line of stdin.
func hashedLine(e *env, name string) (string, error) {
	word, err := readLine(e.in)
	if err != nil {
		return "", withHint(fmt.Errorf("password from stdin: %w", err), "send one line, the password")
	}
	if err := validPassword(word, name); err != nil {
		return "", err
	}
	return password.NewHasher().Hash(word)
}

func validPassword(word, name string) error {
	if err := password.ValidNew(word, name); err != nil {
		return fmt.Errorf("the password %w", err)
	}
	return nil
}
