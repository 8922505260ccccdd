package centercli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"latchkey/internal/center"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
	"latchkey/internal/center/totp"
)

// issuer is how an authenticator app calls the center.
const issuer = "Latchkey"

// secondFactorView is a new second factor: the only time that it is shown.
type secondFactorView struct {
	User   string `json:"user"`
	URL    string `json:"otpauth_url"`
	Secret string `json:"secret"`
}

func (v secondFactorView) rows() [][2]string {
	return [][2]string{{"user", v.User}, {"address", v.URL}, {"secret", v.Secret}}
}

func newUserTOTP(e *env) *cobra.Command {
	var p place
	var remove bool
	var name string
	c := command("totp NAME", "Give a user a second factor: a secret for an authenticator app, shown once", &p, oneArg("NAME"),
		func(ctx context.Context, args []string) error {
			if remove {
				return runRemoveTOTP(ctx, e, p, args[0])
			}
			return runUserTOTP(ctx, e, p, args[0], name)
		})
	c.Flags().BoolVar(&remove, "remove", false, "take the second factor away")
	c.Flags().StringVar(&name, "issuer", issuer, "how the app is to call this center")
	return c
}

func runUserTOTP(ctx context.Context, e *env, p place, name, issuer string) error {
	if err := directory.ValidName(issuer); err != nil {
		return usage(fmt.Sprintf("--issuer %q %v", issuer, err), "for example --issuer \"Example Inc.\"")
	}
	word := totp.NewSecret()
	var v secondFactorView
	return edit(ctx, e, p,
		func(db *store.DB, ed *store.Edit) error {
			u, err := ed.User(ctx, name)
			if err != nil {
				return err
			}
			v = secondFactorView{u.Name, totp.URL(word, issuer, u.Name), totp.Text(word)}
			return ed.SetSecondFactor(ctx, u, center.SealSecondFactor(db.ServerKey(), u.ID, word))
		},
		func(*store.DB, bool) error {
			if err := show(e, p.JSON, v); err != nil || p.JSON {
				return err
			}
			_, err := fmt.Fprintln(e.err, "This is shown once. The next sign-in asks for a code.")
			return err
		})
}

func runRemoveTOTP(ctx context.Context, e *env, p place, name string) error {
	var u directory.User
	return edit(ctx, e, p,
		func(_ *store.DB, ed *store.Edit) (err error) {
			if u, err = ed.User(ctx, name); err != nil {
				return err
			}
			err = ed.SetSecondFactor(ctx, u, nil)
			if errors.Is(err, signin.ErrNotFound) {
				return fmt.Errorf("user %s has no second factor", u.Name)
			}
			return err
		},
		func(db *store.DB, _ bool) error {
			return userDone(ctx, e, p, db, u, "removed the second factor of user "+u.Name)
		})
}

func hasSecondFactor(ctx context.Context, db *store.DB, u directory.User) (bool, error) {
	_, err := db.TOTP(ctx, u.ID)
	if errors.Is(err, signin.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
