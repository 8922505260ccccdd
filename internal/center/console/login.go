package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// shown is how many bytes of a destination or an issuer are.
const shown = 2048

// visible is text of strangers with what does not show written out: characters
// that turn the direction of text around could make an address look like another.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text[:min(len(text), shown)] {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	return b.String()
}

func (s *Service) login(w http.ResponseWriter, r *http.Request) {
	t, err := s.open(r.Form.Get("SigninToken"))
	destination := r.Form.Get("Destination")
	switch {
	case errors.Is(err, errToken):
		s.refuse(w, "The link is not good, or not any more: it lasts 15 minutes.")
		return
	case err != nil:
		s.fail(w, r, err)
		return
	case destination == "":
		s.refuse(w, "The link has no Destination.")
		return
	}
	page, err := s.page(r.Context(), t)
	if err == nil {
		err = s.Audit.Record(r.Context(), audit.Event{
			Action: "console sign-in", Outcome: "ok", UserID: t.UserID, User: t.User, Address: signin.Address(r),
			Details: map[string]string{"arn": t.ARN},
		})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	page.Destination, page.Issuer = visible(destination), visible(r.Form.Get("Issuer"))
	s.Pages.Show(w, http.StatusOK, web.Page{Title: "This would be the AWS console", Body: page})
}

// page says what t does; the account's name is left out if the directory has it
// no more.
func (s *Service) page(ctx context.Context, t token) (web.Console, error) {
	account := strings.Split(t.ARN, ":")[4]
	role := strings.Split(t.ARN, "/") // assumed-role, ROLE, SESSION
	name, err := s.Accounts.AccountName(ctx, account)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return web.Console{}, err
	}
	return web.Console{
		Account: web.Account{ID: account, Name: name}, Role: role[1], Session: role[2], Until: web.Moment(t.Until),
	}, nil
}

func (s *Service) refuse(w http.ResponseWriter, alert string) {
	s.Pages.Show(w, http.StatusBadRequest, web.Page{
		Title: "400 Bad Request", Alert: alert,
		Body: web.Message{LinkText: "Go to your accounts", Link: "/start"},
	})
}
