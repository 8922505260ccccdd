package sts

import (
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Principal is a person in a role: a permission set in an account.
type Principal struct {
	Account       string // 12 digits
	PermissionSet string // at most 32 of A-Za-z0-9_+=,.@-
	// RoleSuffix is the 16 hexadecimal digits that end the role's name; "" for
	// one derived from account and permission set, the same each time.
	RoleSuffix string
	Region     string // of the Identity Center; "" for the Service's
	UserName   string // 1 to 64 of A-Za-z0-9_+=,.@-
}

// ErrUserName is a user name that cannot be the name of a role session.
var ErrUserName = errors.New("user name cannot name a role session: 1 to 64 letters, digits or _+=,.@-")

type role struct {
	partition, account, name, id, session string
}

// role names the role of p as IAM Identity Center does when it provisions a
// permission set in an account.
func (s *Service) role(p Principal) (role, error) {
	if len(p.Account) != 12 || strings.Trim(p.Account, "0123456789") != "" {
		return role{}, fmt.Errorf("account %q is not 12 digits", p.Account)
	}
	if !sessionName(p.PermissionSet, 32) {
		return role{}, fmt.Errorf("permission set %q cannot be part of a role name", p.PermissionSet)
	}
	if !sessionName(p.UserName, 64) {
		return role{}, fmt.Errorf("%w: %q", ErrUserName, p.UserName)
	}
	if p.RoleSuffix == "" {
		p.RoleSuffix = hex.EncodeToString(s.derive("role suffix", p.Account, p.PermissionSet)[:8])
	}
	if p.Region == "" {
		p.Region = s.Region
	}
	r := role{
		partition: partition(p.Region),
		account:   p.Account,
		name:      "AWSReservedSSO_" + p.PermissionSet + "_" + p.RoleSuffix,
		session:   p.UserName,
	}
	// The id follows the role's ARN, so that a role provisioned anew under
	// another suffix is another role, as it is in IAM.
	r.id = "AROA" + base32.StdEncoding.EncodeToString(s.derive("role id", r.roleARN(p.Region)))[:17]
	return r, nil
}

// roleARN has no region segment for us-east-1, the one region whose Identity
// Center provisions its roles without it.
func (r role) roleARN(region string) string {
	path := "aws-reserved/sso.amazonaws.com/"
	if region != "us-east-1" {
		path += region + "/"
	}
	return "arn:" + r.partition + ":iam::" + r.account + ":role/" + path + r.name
}

// sessionARN carries the role's name without its path.
func (r role) sessionARN() string {
	return "arn:" + r.partition + ":sts::" + r.account + ":assumed-role/" + r.name + "/" + r.session
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// sessionName reports whether s is 1 to max of the characters that IAM allows
// in a role session name, [\w+=,.@-]. A name outside of them is refused and not
// rewritten: two people must never share one ARN.
func sessionName(s string, max int) bool {
	if s == "" || len(s) > max {
		return false
	}
	for i := range len(s) {
		if !alphanumeric(s[i]) && !strings.ContainsRune("_+=,.@-", rune(s[i])) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
