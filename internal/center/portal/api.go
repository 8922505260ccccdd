package portal

import (
	"errors"
	"net/http"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/oauth"
)

type accountInfo struct {
	AccountID    string `json:"accountId"`
	AccountName  string `json:"accountName"`
	EmailAddress string `json:"emailAddress"`
}

type listAccountsOutput struct {
	AccountList []accountInfo `json:"accountList"`
	NextToken   string        `json:"nextToken,omitempty"`
}

type roleInfo struct {
	RoleName  string `json:"roleName"`
	AccountID string `json:"accountId"`
}

type listRolesOutput struct {
	RoleList  []roleInfo `json:"roleList"`
	NextToken string     `json:"nextToken,omitempty"`
}

type roleCredentials struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	SessionToken    string `json:"sessionToken"`
	Expiration      int64  `json:"expiration"` // milliseconds since 1970
}

type getRoleCredentialsOutput struct {
	RoleCredentials roleCredentials `json:"roleCredentials"`
}

// ListAccounts, ListAccountRoles, GetRoleCredentials and Logout are the
// operations of the portal.
func (s *Service) ListAccounts() http.HandlerFunc     { return s.operation(forRoles(s.listAccounts)) }
func (s *Service) ListAccountRoles() http.HandlerFunc { return s.operation(forRoles(s.listRoles)) }
func (s *Service) GetRoleCredentials() http.HandlerFunc {
	return s.operation(forRoles(s.roleCredentials))
}
func (s *Service) Logout() http.HandlerFunc { return s.operation(s.logout) }

func (s *Service) listAccounts(r *http.Request, token oauth.Token) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	accounts, err := s.Store.Accounts(r.Context(), token.UserID, p.after, p.size+1)
	if err != nil {
		return nil, err
	}
	accounts, next := cut(p, accounts, func(a directory.Account) int64 { return a.Position })
	out := listAccountsOutput{AccountList: []accountInfo{}, NextToken: next}
	for _, a := range accounts {
		out.AccountList = append(out.AccountList, accountInfo{a.ID, a.Name, a.Email})
	}
	return out, nil
}

func (s *Service) listRoles(r *http.Request, token oauth.Token) (any, error) {
	account := r.URL.Query().Get("account_id")
	if directory.ValidAccountID(account) != nil {
		return nil, invalidRequest("account_id must be 12 digits")
	}
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	sets, err := s.Store.Roles(r.Context(), token.UserID, account, p.after, p.size+1)
	if err != nil {
		return nil, err
	}
	if len(sets) == 0 && p.after == 0 {
		return nil, forbidden()
	}
	sets, next := cut(p, sets, func(s directory.PermissionSet) int64 { return s.Position })
	out := listRolesOutput{RoleList: []roleInfo{}, NextToken: next}
	for _, set := range sets {
		out.RoleList = append(out.RoleList, roleInfo{set.Name, account})
	}
	return out, nil
}

func (s *Service) roleCredentials(r *http.Request, token oauth.Token) (any, error) {
	account, role := r.URL.Query().Get("account_id"), r.URL.Query().Get("role_name")
	if directory.ValidAccountID(account) != nil {
		return nil, invalidRequest("account_id must be 12 digits")
	}
	if role == "" {
		return nil, invalidRequest("role_name is required")
	}
	user := directory.User{ID: token.UserID, Name: token.UserName}
	c, _, err := s.vend(r, asked{User: user, Client: token.ClientName, Account: account, Role: role})
	if errors.Is(err, directory.ErrNotFound) {
		return nil, forbidden()
	}
	if err != nil {
		return nil, err
	}
	return getRoleCredentialsOutput{roleCredentials{c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expires.UnixMilli()}}, nil
}

func (s *Service) logout(r *http.Request, token oauth.Token) (any, error) {
	if err := s.Store.RevokeToken(r.Context(), token); err != nil {
		return nil, err
	}
	return nil, s.recordSignOut(r, audit.Event{UserID: token.UserID, User: token.UserName, Client: token.ClientName}, "program")
}
