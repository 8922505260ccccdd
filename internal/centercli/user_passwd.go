package centercli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/password"
	"latchkey/internal/center/store"
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
	err := opened(ctx, e, p, store.Open, func(db *store.DB) error { // before anybody is asked
		u, err := db.Lookup().User(ctx, name)
		return cmp.Or(err, hasPasswordHere(u))
	})
	if err != nil {
		return err
	}
	hash, err := newPasswordHash(ctx, e, name)
	if err != nil {
		return err
	}
	return changeUser(ctx, e, p, name, func(u *directory.User) error {
		u.PasswordHash = hash
		return hasPasswordHere(*u)
	})
}

// hasPasswordHere keeps passwords from people who sign in elsewhere.
func hasPasswordHere(u directory.User) error {
	if u.Source == "" {
		return nil
	}
	return withHint(fmt.Errorf("user %s is from %s, where the password is kept", u.Name, u.Source), "change it there")
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
	var word string
	err := t.again(func() (wrong, err error) {
		if word, err = t.askSecret(ctx, "New password of "+visible(name)); err != nil {
			return nil, err
		}
		if err := validPassword(word, name); err != nil {
			return err, nil
		}
		again, err := t.askSecret(ctx, "The same again")
		if err == nil && word != again {
			wrong = errors.New("the two passwords differ")
		}
		return wrong, err
	})
	if err != nil {
		return "", err
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
