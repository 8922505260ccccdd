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

// A RoleError means that the person may not use a role. The service says no
// more than "No access", whether the name is misspelt or not assigned; the list
// of the person's roles tells which.
type RoleError struct {
	AccountID, RoleName string
	Have                []string // the person's roles in the account
	Err                 error    // the service's answer
}

func (e *RoleError) Error() string {
	if len(e.Have) == 0 {
		return fmt.Sprintf("no role in the account %s is assigned to you", e.AccountID)
	}
	return fmt.Sprintf("the role %q in the account %s is not assigned to you; you have %s", e.RoleName, e.AccountID, strings.Join(e.Have, ", "))
}

func (e *RoleError) Unwrap() error { return e.Err }

// Near is the person's role whose name is most like the one that was asked for,
// "" if none is like it.
func (e *RoleError) Near() string {
	best, least := "", 3 // more than two letters apart is another name
	for _, have := range e.Have {
		if d := distance(strings.ToLower(have), strings.ToLower(e.RoleName)); d < least {
			best, least = have, d
		}
	}
	return best
}

// noAccess asks for the person's roles when err is the service's refusal of
// one. When they cannot be listed, err stands.
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
	if slices.Contains(e.Have, roleName) {
		return err // assigned, and refused for another reason
	}
	return e
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
