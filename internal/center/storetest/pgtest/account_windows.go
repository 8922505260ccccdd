package pgtest

import (
	"syscall"
	"testing"
)

// account is the user that runs the test: there is no root here.
type account struct{}

func someoneElse(testing.TB) account             { return account{} }
func (account) attributes() *syscall.SysProcAttr { return nil }
func (account) own(testing.TB, string)           {}
