package portal

import (
	"context"
	"net/http"
	"strings"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/web"
)

const (
	// accountsShown is how many are on one page: few enough to look through.
	accountsShown = 25
	// rolesShown is how many are shown of an account.
	rolesShown = 100
	// manyAccounts is from how many on a list is easier searched than read.
	manyAccounts = 8
	// searchStep is how many accounts are read at a time to search in.
	searchStep = 1000
	maxSearch  = 100
)

// Start is GET /start: what is assigned to the person.
func (s *Service) Start(w http.ResponseWriter, r *http.Request, session signin.Session) {
	body, err := s.assigned(r, session.User.ID)
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

func (s *Service) assigned(r *http.Request, userID string) (web.Start, error) {
	query := r.URL.Query()
	p := page{size: accountsShown}
	p.after, _ = readToken(query.Get("after")) // a broken one is the first page
	body := web.Start{
		Search: trimSearch(query.Get("find")), First: p.after == 0,
		StartURL: s.Origin + "/start", Region: s.Region, Console: s.Console != nil,
	}
	accounts, err := s.find(r.Context(), userID, body.Search, p)
	if err != nil {
		return body, err
	}
	accounts, body.Next = cut(p, accounts, func(a directory.Account) int64 { return a.Position })
	for _, a := range accounts {
		shown, err := s.account(r.Context(), userID, a)
		if err != nil {
			return body, err
		}
		body.Accounts = append(body.Accounts, shown)
	}
	body.Searchable = body.Search != "" || !body.First || len(accounts) >= manyAccounts
	return body, nil
}

func trimSearch(text string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(text, "")))
	return string(runes[:min(len(runes), maxSearch)])
}

// find returns the accounts of a page that have the text, in any case, and one
// more if the list goes on. Text of any language is compared here alike, which
// databases do not.
func (s *Service) find(ctx context.Context, userID, text string, p page) ([]directory.Account, error) {
	if text == "" {
		return s.Store.Accounts(ctx, userID, p.after, p.size+1)
	}
	text = strings.ToLower(text)
	var found []directory.Account
	for after := p.after; ; {
		step, err := s.Store.Accounts(ctx, userID, after, searchStep)
		if err != nil {
			return nil, err
		}
		for _, a := range step {
			if strings.Contains(strings.ToLower(a.Name+"\n"+a.ID+"\n"+a.Email), text) {
				found = append(found, a)
			}
		}
		if len(found) > p.size {
			return found[:p.size+1], nil
		}
		if len(step) < searchStep {
			return found, nil
		}
		after = step[len(step)-1].Position
	}
}

// account is an account as it is shown, with the person's roles.
func (s *Service) account(ctx context.Context, userID string, a directory.Account) (web.Account, error) {
	shown := web.Account{ID: a.ID, Name: a.Name, Email: a.Email}
	sets, err := s.Store.Roles(ctx, userID, a.ID, 0, rolesShown+1)
	if err != nil {
		return shown, err
	}
	if len(sets) > rolesShown {
		sets, shown.MoreRoles = sets[:rolesShown], true
	}
	for _, set := range sets {
		shown.Roles = append(shown.Roles, web.Role{Name: set.Name, Command: s.command(a.ID, set.Name)})
	}
	return shown, nil
}
