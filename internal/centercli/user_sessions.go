package centercli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/store"
)

// sessionView is a browser that a user is signed in with, or a client that acts
// for the user.
type sessionView struct {
	Kind    string `json:"kind"` // browser or client
	Name    string `json:"name"`
	Address string `json:"address"`
	Created string `json:"created"`
	Expires string `json:"expires"`
}

func newUserSessions(e *env) *cobra.Command {
	var p place
	return command("sessions NAME", "List the browsers and clients that a user is signed in with, the newest first", &p, oneArg("NAME"),
		func(ctx context.Context, args []string) error {
			return with(ctx, e, p, func(db *store.DB) error {
				u, err := db.Lookup().User(ctx, args[0])
				if err != nil {
					return err
				}
				all, err := signedIn(ctx, db, u)
				if err != nil {
					return err
				}
				things := func(yield func(sessionView, error) bool) {
					for _, v := range all {
						if !yield(v, nil) {
							return
						}
					}
				}
				return list(e, p.JSON, []string{"KIND", "SINCE", "UNTIL", "ADDRESS", "NAME"}, things,
					func(v sessionView) any { return v },
					func(v sessionView) []string {
						return []string{v.Kind, v.Created, v.Expires, cmp.Or(v.Address, "-"), cmp.Or(v.Name, "-")}
					})
			})
		})
}

func signedIn(ctx context.Context, db *store.DB, u directory.User) ([]sessionView, error) {
	browsers, err := db.Sessions(ctx, u.ID, db.Now())
	if err != nil {
		return nil, err
	}
	clients, err := db.Clients(ctx, u.ID, db.Now())
	if err != nil {
		return nil, err
	}
	var all []sessionView
	for _, b := range browsers {
		all = append(all, sessionView{"browser", b.Browser, b.Address, seconds(b.Created), seconds(b.Expires)})
	}
	for _, c := range clients {
		all = append(all, sessionView{"client", c.ClientName, c.Address, seconds(c.Created), seconds(c.Expires)})
	}
	slices.SortStableFunc(all, func(a, b sessionView) int { return cmp.Compare(b.Created, a.Created) })
	return all, nil
}

func seconds(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func newUserSignOut(e *env) *cobra.Command {
	var p place
	return command("sign-out NAME", "Sign a user out of everything at once", &p, oneArg("NAME"), func(ctx context.Context, args []string) error {
		var u directory.User
		return edit(ctx, e, p,
			func(_ *store.DB, ed *store.Edit) (err error) {
				if u, err = ed.User(ctx, args[0]); err != nil {
					return err
				}
				return ed.SignOutUser(ctx, u)
			},
			func(db *store.DB, _ bool) error {
				return userDone(ctx, e, p, db, u, "signed user "+u.Name+" out of everything")
			})
	})
}
