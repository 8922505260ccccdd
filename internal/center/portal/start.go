package portal

import (
	"context"
	"net/http"

	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

// Start is GET /start: what is assigned to the person.
func (s *Service) Start(w http.ResponseWriter, r *http.Request, session signin.Session) {
	body, err := s.assigned(r.Context(), session.User.ID)
	if err != nil {
		s.SignIn.Fail(w, r, err)
		return
	}
	s.Pages.Show(w, http.StatusOK, web.Page{
		Title:     "Your accounts",
		User:      session.User.Name,
		FormToken: s.SignIn.FormToken(session),
		Body:      body,
	})
}

func (s *Service) assigned(ctx context.Context, userID string) (web.Start, error) {
	body := web.Start{StartURL: s.Origin + "/start"}
	accounts, err := s.Store.Accounts(ctx, userID, 0, maxPage+1)
	if err != nil {
		return body, err
	}
	if len(accounts) > maxPage {
		accounts, body.More = accounts[:maxPage], true
	}
	for _, a := range accounts {
		shown := web.Account{ID: a.ID, Name: a.Name, Email: a.Email}
		sets, err := s.Store.Roles(ctx, userID, a.ID, 0, maxPage)
		if err != nil {
			return body, err
		}
		for _, set := range sets {
			shown.Roles = append(shown.Roles, set.Name)
		}
		body.Accounts = append(body.Accounts, shown)
	}
	return body, nil
}
