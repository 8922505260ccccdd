package portal

import (
	"errors"
	"net/http"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/vendor"
)

// asked is who wants the credentials of which role.
type asked struct {
	User    directory.User // ID and Name
	Client  string         // the program's name, "" for the person's browser
	Account string
	Role    string
}

// vend gives the credentials of a role, and keeps that it did. A role that is not
// the person's is directory.ErrNotFound.
func (s *Service) vend(r *http.Request, a asked) (vendor.Credentials, directory.PermissionSet, error) {
	set, err := s.Store.Role(r.Context(), a.User.ID, a.Account, a.Role)
	if errors.Is(err, directory.ErrNotFound) {
		return vendor.Credentials{}, set, errors.Join(err, s.record(r, a, "not assigned", nil))
	}
	if err != nil {
		return vendor.Credentials{}, set, err
	}
	c, err := s.Vendor.Vend(r.Context(), vendor.Grant{User: a.User, AccountID: a.Account, PermissionSet: set, Duration: set.SessionDuration})
	if err != nil {
		return vendor.Credentials{}, set, err
	}
	return c, set, s.record(r, a, "ok", map[string]string{"access_key": c.AccessKeyID, "arn": c.ARN, "vendor": s.Vendor.Name()})
}

func (s *Service) record(r *http.Request, a asked, outcome string, more map[string]string) error {
	e := audit.Event{
		Action: "role credentials", Outcome: outcome, UserID: a.User.ID, User: a.User.Name, Client: a.Client,
		Address: signin.Address(r), Details: map[string]string{"account": a.Account, "role": a.Role},
	}
	for name, value := range more {
		e.Details[name] = value
	}
	return s.Audit.Record(r.Context(), e)
}
