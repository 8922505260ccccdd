package ldap

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"latchkey/internal/center/signin"
)

// prove binds as dn on a connection of its own, and ends that.
func (m *Method) prove(ctx context.Context, s server, dn, password string) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(m.config.Timeout)
	}
	c, err := m.dial(ctx, s, deadline)
	if err != nil {
		return err
	}
	defer c.close()
	// Servers that do not know the control ignore it: it is not critical.
	request := ldap.NewSimpleBindRequest(dn, password, []ldap.Control{ldap.NewControlBeheraPasswordPolicy()})
	result, err := c.SimpleBind(request)
	return verdict(s, result, err)
}

// verdict is nil for a bind that succeeded without more to do.
func verdict(s server, result *ldap.SimpleBindResult, err error) error {
	policy := policyOf(result)
	switch {
	case err == nil && policy == ldap.BeheraChangeAfterReset:
		return refused(mustChange)
	case err == nil:
		return nil
	case policy == ldap.BeheraPasswordExpired && isWrong(err):
		return refused(expired)
	case isWrong(err):
		return wrong(err)
	}
	return fmt.Errorf("%s: bind as the person: %w", s.url, told(err))
}

// isWrong is for the answers that mean this name with this password, as opposed
// to a server that cannot answer. Some servers say so of locked accounts with
// constraintViolation or unwillingToPerform.
func isWrong(err error) bool {
	return ldap.IsErrorAnyOf(err, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultNoSuchObject,
		ldap.LDAPResultInvalidDNSyntax, ldap.LDAPResultInappropriateAuthentication,
		ldap.LDAPResultConstraintViolation, ldap.LDAPResultUnwillingToPerform)
}

func policyOf(result *ldap.SimpleBindResult) int {
	if result == nil {
		return -1
	}
	control, ok := ldap.FindControl(result.Controls, ldap.ControlTypeBeheraPasswordPolicy).(*ldap.ControlBeheraPasswordPolicy)
	if !ok {
		return -1
	}
	return int(control.Error)
}

// What a person with the right password is told.
const (
	mustChange = "Your password must be changed at the directory before you can sign in here."
	expired    = "Your password has expired at the directory. Change it there, then sign in again."
)

func refused(message string) error { return &signin.RefusedError{Message: message} }

// adCode is where Active Directory says what a refused bind means:
// "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data
// 52e, v1db1". It is a Win32 error, in hexadecimal.
var adCode = regexp.MustCompile(`(?i)AcceptSecurityContext error, data ([0-9a-f]{1,8})\b`)

// wrong tells apart what a refused bind means. Active Directory answers with
// 530 to 533, 701 and 773 only if the password was right, so the person may
// know; 525 (no such user), 52e (wrong password) and 775 (locked) it answers to
// anybody, and a stranger must not learn who exists or is locked out.
func wrong(err error) error {
	match := adCode.FindStringSubmatch(err.Error())
	if match == nil {
		return signin.ErrWrongPassword
	}
	code := strings.ToLower(match[1])
	switch code {
	case "530":
		return refused("The directory does not let you sign in at this time of day.")
	case "531":
		return refused("The directory does not let you sign in from this center: your account is limited to certain computers.")
	case "532":
		return refused(expired)
	case "533":
		return refused("Your account is disabled at the directory. Ask those who keep it.")
	case "701":
		return refused("Your account has expired at the directory. Ask those who keep it.")
	case "773":
		return refused(mustChange)
	}
	return fmt.Errorf("%w (the directory's code is %s)", signin.ErrWrongPassword, code)
}
