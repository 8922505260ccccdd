package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
)

// A RoleError means that the service gives no credentials of a role. It says no
// more than "No access", whether the name is misspelt, the role not assigned or
// the account suspended; what it lists of the person's tells more.
type RoleError struct {
	AccountID, RoleName string
	Have                []string // the person's roles in the account
	Unlisted            bool     // the account is not among the person's
	Err                 error    // the service's answer
}

func (e *RoleError) Error() string {
	switch {
	case e.Assigned():
		return fmt.Sprintf("the role %q in the account %s is assigned to you, and refused all the same: %v", e.RoleName, e.AccountID, e.Err)
	case e.Unlisted:
		return fmt.Sprintf("the account %s is not among yours: no role in it is assigned to you, or it was suspended or closed", e.AccountID)
	case len(e.Have) == 0:
		return fmt.Sprintf("no role in the account %s is assigned to you", e.AccountID)
	}
	return fmt.Sprintf("the role %q in the account %s is not assigned to you; you have %s", e.RoleName, e.AccountID, strings.Join(e.Have, ", "))
}

// Assigned reports whether the person has the role, so that it is the account
// that is not as it should be. An assignment outlives the account's suspension.
func (e *RoleError) Assigned() bool { return slices.Contains(e.Have, e.RoleName) }

func (e *RoleError) Unwrap() error { return e.Err }

// Near is the person's role whose name is most like the one that was asked for,
// "" if none is like it, or if it is the one.
func (e *RoleError) Near() string {
	if e.Assigned() {
		return ""
	}
	best, least := "", 3 // more than two letters apart is another name
	for _, have := range e.Have {
		if d := distance(strings.ToLower(have), strings.ToLower(e.RoleName)); d < least {
			best, least = have, d
		}
	}
	return best
}

// noAccess asks for the person's roles when err is the service's refusal of
// one, and for the accounts when there are none. When they cannot be listed,
// err stands.
func (s *Session) noAccess(ctx context.Context, token awscred.Secret, accountID, roleName string, err error) error {
	refused, ok := errors.AsType[*awsapi.Error](err)
	if !ok || refused.Code != "ForbiddenException" && refused.Code != "ResourceNotFoundException" {
		return err
	}
	roles, listErr := s.API.ListAccountRoles(ctx, token, accountID)
	listRefused, ok := errors.AsType[*awsapi.Error](listErr)
	if listErr != nil && (!ok || listRefused.Code != refused.Code) {
		return err
	}
	e := &RoleError{AccountID: accountID, RoleName: roleName, Err: err}
	for _, r := range roles {
		e.Have = append(e.Have, r.Name)
	}
	e.Unlisted = len(roles) == 0 && s.unlisted(ctx, token, accountID)
	return e
}

// unlisted reports whether the account is not among the person's. It is not
// known where they cannot be listed.
func (s *Session) unlisted(ctx context.Context, token awscred.Secret, accountID string) bool {
	accounts, err := s.API.ListAccounts(ctx, token)
	return err == nil && !slices.ContainsFunc(accounts, func(a awsapi.Account) bool { return a.ID == accountID })
}

// distance is the Levenshtein distance of two names, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
