package directory

import (
	"errors"
	"fmt"
)

// ErrChanged says that somebody changed the directory since its State was read.
var ErrChanged = errors.New("the directory was changed by somebody else at the same time")

// Kind is what something in the directory is.
type Kind string

// The kinds of things that have names; an account's is its id.
const (
	KindUser          Kind = "user"
	KindGroup         Kind = "group"
	KindAccount       Kind = "account"
	KindPermissionSet Kind = "permission set"
	KindAssignment    Kind = "assignment"
	KindMember        Kind = "member"
)

// UnknownError is a name that nothing has. It is ErrNotFound.
type UnknownError struct {
	Kind Kind
	Name string
}

func (e *UnknownError) Error() string { return fmt.Sprintf("there is no %s %q", e.Kind, e.Name) }
func (e *UnknownError) Unwrap() error { return ErrNotFound }

// ExistsError is a name that something has already.
type ExistsError struct {
	Kind Kind
	Name string
}

func (e *ExistsError) Error() string { return fmt.Sprintf("%s %q is there already", e.Kind, e.Name) }
