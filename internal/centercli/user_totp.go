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

type totpOptions struct {
	place
	Remove, Replace bool
	Issuer          string
}

func newUserTOTP(e *env) *cobra.Command {
	var o totpOptions
	c := command("totp NAME", "Give a user a second factor: a secret for an authenticator app, shown once", &o.place, oneArg("NAME"),
		func(ctx context.Context, args []string) error {
			switch {
			case o.Remove && o.Replace:
				return usage("--remove and --replace: want one", "--replace takes the second factor away too, and gives another")
			case o.Remove:
				return runRemoveTOTP(ctx, e, o.place, args[0])
			}
			return runUserTOTP(ctx, e, o, args[0])
		})
	c.Flags().BoolVar(&o.Remove, "remove", false, "take the second factor away")
	c.Flags().BoolVar(&o.Replace, "replace", false, "give another one to a user who has one, whose codes are not right any more")
	c.Flags().StringVar(&o.Issuer, "issuer", issuer, "how the app is to call this center")
	return c
}

func runUserTOTP(ctx context.Context, e *env, o totpOptions, name string) error {
	if err := directory.ValidName(o.Issuer); err != nil {
		return usage(fmt.Sprintf("--issuer %q %v", o.Issuer, err), "for example --issuer \"Example Inc.\"")
	}
	word := totp.NewSecret()
	var v secondFactorView
	return edit(ctx, e, o.place,
		func(db *store.DB, ed *store.Edit) error {
			u, err := ed.User(ctx, name)
			if err != nil {
				return err
			}
			has, err := hasSecondFactor(ctx, db, u)
			if err != nil {
				return err
			}
			if has && !o.Replace {
				return withHint(fmt.Errorf("user %s has a second factor already", u.Name),
					"--replace gives another, and the codes of that one are not right any more")
			}
			v = secondFactorView{u.Name, totp.URL(word, o.Issuer, u.Name), totp.Text(word)}
			return ed.SetSecondFactor(ctx, u, center.SealSecondFactor(db.ServerKey(), u.ID, word))
		},
		func(*store.DB, bool) error {
			if err := show(e, o.JSON, v); err != nil || o.JSON {
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
