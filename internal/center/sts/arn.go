package sts

import (
	"encoding/base32"
	"encoding/hex"
	"regexp"
	"strings"
)

// role is a role of IAM, by what its ARN has in it.
type role struct {
	partition string
	account   string // 12 digits
	path      string // without the slash before it: "" or ci/prod/
	name      string
}

// reservedPath is where IAM Identity Center provisions roles.
const reservedPath = "aws-reserved/sso.amazonaws.com/"

// permissionSetRole is the role as which IAM Identity Center provisions a
// permission set in an account, the same each time. The ARN has no region for
// us-east-1, the one region whose Identity Center provisions its roles without it.
func (s *Service) permissionSetRole(account, permissionSet string) role {
	suffix := hex.EncodeToString(s.derive("role suffix", account, permissionSet)[:8])
	r := role{partition(s.Region), account, reservedPath, "AWSReservedSSO_" + permissionSet + "_" + suffix}
	if s.Region != "us-east-1" {
		r.path += s.Region + "/"
	}
	return r
}

// roleForm is that of CreateRole: a path of visible characters, a name of up to
// 64: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
var roleForm = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/((?:[!-~]{1,510}/)?)([\w+=,.@-]{1,64})$`)

func parseRole(arn string) (role, bool) {
	m := roleForm.FindStringSubmatch(arn)
	if m == nil {
		return role{}, false
	}
	return role{m[1], m[2], m[3], m[4]}, true
}

func (r role) arn() string {
	return "arn:" + r.partition + ":iam::" + r.account + ":role/" + r.path + r.name
}

// reserved reports whether only a service may assume r: the roles of permission
// sets are had by signing in.
func (r role) reserved() bool {
	return strings.HasPrefix(r.path, "aws-reserved/") || strings.HasPrefix(r.path, "aws-service-role/") ||
		strings.HasPrefix(strings.ToLower(r.name), "awsreservedsso_")
}

// sessionARN carries the role's name without its path.
func (r role) sessionARN(session string) string {
	return "arn:" + r.partition + ":sts::" + r.account + ":assumed-role/" + r.name + "/" + session
}

// roleID follows the role's ARN, so that a role provisioned anew under another
// suffix is another role, as it is in IAM.
func (s *Service) roleID(r role) string {
	return "AROA" + base32.StdEncoding.EncodeToString(s.derive("role id", r.arn()))[:17]
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
	return s != "" && len(s) <= max && nameCharacters(s, "")
}

// nameCharacters reports whether s has only letters, digits and _+=,.@- and more.
func nameCharacters(s, more string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) && strings.IndexByte("_+=,.@-"+more, s[i]) < 0 {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
