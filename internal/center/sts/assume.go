package sts

import (
	"cmp"
	"encoding/xml"
	"errors"
	"net/http"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/directory"
	"latchkey/internal/center/policy"
	"latchkey/internal/center/signin"
)

type assumedRole struct {
	XMLName        xml.Name    `xml:"AssumeRoleResult"`
	SourceIdentity string      `xml:",omitempty"`
	User           assumedUser `xml:"AssumedRoleUser"`
	Credentials    assumedKey  `xml:"Credentials"`
}

type assumedUser struct {
	ARN string `xml:"Arn"`
	ID  string `xml:"AssumedRoleId"`
}

type assumedKey struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string // 2026-11-22T12:00:00Z
}

// assumeRole gives credentials of another role. All callers have those of a role
// already, so this is always what AWS calls role chaining:
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
//
// A role here has no trust policy and no policies of its own: what its session may
// assume is, however long the chain, what the permission set says that the person
// signed in with.
func (s *Service) assumeRole(c call) (any, error) {
	request, err := readAssumeRole(c.params)
	if err != nil {
		return nil, err
	}
	err = s.mayAssume(c, request)
	if refused, ok := errors.AsType[*apiError](err); ok {
		return nil, cmp.Or(s.recordAssumed(c, request, "not authorized", ""), error(refused))
	}
	if err != nil {
		return nil, err
	}
	session := s.assumed(c.caller, request)
	credentials, err := s.credentials(session)
	if err != nil {
		return nil, err
	}
	if err := s.recordAssumed(c, request, "ok", credentials.AccessKeyID); err != nil {
		return nil, err
	}
	return assumedRole{
		SourceIdentity: session.SourceIdentity,
		User:           assumedUser{session.ARN, session.callerID()},
		Credentials: assumedKey{credentials.AccessKeyID, credentials.SecretAccessKey, credentials.SessionToken,
			credentials.Expires.Format(time.RFC3339)},
	}, nil
}

// assumed is the session of a role that caller assumes: the person stays.
func (s *Service) assumed(caller Session, request assumeRequest) Session {
	session := caller
	session.ARN, session.RoleID = request.role.sessionARN(request.session), s.roleID(request.role)
	session.Source = FromAssumeRole
	session.Issued = s.now()
	session.Expires = session.Issued.Add(request.duration)
	if session.SourceIdentity == "" {
		session.SourceIdentity = request.sourceIdentity
	}
	return session
}

// mayAssume asks the policies as they are now, and only those of a person who
// still has the permission set: what was given before lasts until it expires, and
// cannot be made to last longer. AWS answers the same for a role that does not
// exist and one that is not allowed.
func (s *Service) mayAssume(c call, request assumeRequest) error {
	exists, err := s.exists(c, request.role)
	if err != nil {
		return err
	}
	policies, err := s.Store.Policies(c.Context(), c.caller.UserID, c.caller.Home, c.caller.PermissionSetID)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err := s.permit(c, policies, "sts:AssumeRole", request.role); err != nil {
		return err
	}
	if !exists {
		return notAuthorized(c.caller, "sts:AssumeRole", request.role, "")
	}
	if request.sourceIdentity == "" {
		return nil
	}
	// "You cannot change the source identity after it is set": IAM User Guide,
	// Monitor and control actions taken with assumed roles.
	if given := c.caller.SourceIdentity; given != "" && given != request.sourceIdentity {
		return notAuthorized(c.caller, "sts:SetSourceIdentity", request.role, "")
	}
	return s.permit(c, policies, "sts:SetSourceIdentity", request.role)
}

// exists reports whether r is a role that can be assumed: any name in an account
// of the directory, but those of permission sets.
func (s *Service) exists(c call, r role) (bool, error) {
	if r.partition != partition(s.Region) || r.reserved() {
		return false, nil
	}
	return s.Store.HasAccount(c.Context(), r.account)
}

// permit asks the policies. In another account than the person signed in to, AWS
// would ask the role's trust policy as well. There is none here, so there who may
// do everything may only what is named: an administrator of one account is none
// of the others.
func (s *Service) permit(c call, policies policy.Policies, action string, r role) error {
	evaluate := policies.Evaluate
	if r.account != c.caller.Home {
		evaluate = policies.EvaluateNamed
	}
	decision, err := evaluate(action, r.arn())
	if err != nil && s.Logger != nil {
		s.Logger.WarnContext(c.Context(), "the inline policy of a permission set allows nothing",
			"permission_set", c.caller.PermissionSetID, "error", err)
	}
	switch decision {
	case policy.Allowed:
		return nil
	case policy.Denied:
		return notAuthorized(c.caller, action, r, " with an explicit deny in an identity-based policy")
	}
	return notAuthorized(c.caller, action, r, "")
}

func notAuthorized(caller Session, action string, r role, why string) *apiError {
	return &apiError{http.StatusForbidden, "AccessDenied",
		"User: " + caller.ARN + " is not authorized to perform: " + action + " on resource: " + r.arn() + why}
}

func (s *Service) recordAssumed(c call, request assumeRequest, outcome, accessKeyID string) error {
	details := map[string]string{"by": c.caller.ARN, "role": request.role.arn(), "session": request.session}
	if accessKeyID != "" {
		details["access_key"] = accessKeyID
	}
	if request.sourceIdentity != "" {
		details["source_identity"] = request.sourceIdentity
	}
	return s.Audit.Record(c.Context(), audit.Event{
		Action: "assume role", Outcome: outcome, UserID: c.caller.UserID, User: c.caller.User,
		Address: signin.Address(c.Request), Details: details,
	})
}
