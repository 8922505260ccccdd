package credsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

// assumesRole reports whether the profile assumes a role with the credentials
// of another source. With a token file it does so with a web identity.
func assumesRole(p awsconfig.Profile) bool {
	return has(p, "role_arn") && !has(p, "web_identity_token_file")
}

// role is the role of p, assumed with the credentials that p names. visited are
// the profiles on the way to p, which is the last of them.
func (s *search) role(p awsconfig.Profile, visited []string) (source, error) {
	from, err := s.roleSource(p, visited)
	if err != nil {
		return nil, err
	}
	request := s.request(p)
	return func(ctx context.Context) (awscred.Credentials, error) {
		return s.assume(ctx, p, request, from)
	}, nil
}

// roleSource is what p assumes its role with.
func (s *search) roleSource(p awsconfig.Profile, visited []string) (source, error) {
	name, byProfile := p.Values.Get("source_profile")
	kind, byKind := p.Values.Get("credential_source")
	switch {
	case byProfile && byKind:
		return nil, wrong(p, "credential_source", "has both source_profile and credential_source", "remove one of them")
	case byKind:
		return s.named(p, kind)
	case byProfile:
		return s.sourceProfile(p, name, visited)
	}
	return nil, wrong(p, "role_arn", "has a role_arn but neither source_profile nor credential_source",
		"add source_profile = NAME with the profile whose credentials may assume the role")
}

// named is one of the places that credential_source can name.
func (s *search) named(p awsconfig.Profile, kind string) (source, error) {
	switch kind {
	case "Environment":
		if s.Getenv("AWS_ACCESS_KEY_ID") == "" {
			return nil, wrong(p, "credential_source", "takes its source from the environment, which has no AWS_ACCESS_KEY_ID",
				"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a source_profile")
		}
		return s.environment()
	case "EcsContainer":
		from, err := s.container()
		if from == nil && err == nil {
			err = wrong(p, "credential_source", "takes its source from the container, and the environment names none",
				"run the command in a container of ECS or EKS, or name a source_profile")
		}
		return from, err
	case "Ec2InstanceMetadata":
		return s.instance(func(why error) error {
			return wrong(p, "credential_source", "takes its source from the EC2 instance: "+why.Error(),
				"run the command on an instance with a role, or name a source_profile")
		})
	}
	return nil, wrong(p, "credential_source", fmt.Sprintf("has the credential_source %q, which does not exist", kind),
		"write Environment, EcsContainer or Ec2InstanceMetadata, or name a source_profile in its place")
}

// sourceProfile is the profile name, from which p takes the credentials for its
// role. It may be p itself, whose keys then assume its role. A source with keys
// uses them even when it has a role.
func (s *search) sourceProfile(p awsconfig.Profile, name string, visited []string) (source, error) {
	next, ok := s.Config.Profile(name)
	if !ok {
		return nil, wrong(p, "source_profile", fmt.Sprintf("names the source_profile %q, which does not exist", name),
			`see "latchkey configure list-profiles" for those that do`)
	}
	static := has(next, "aws_access_key_id") || has(next, "aws_secret_access_key")
	path := append(slices.Clone(visited), name)
	if slices.Contains(visited, name) && (name != p.Name || !static) {
		return nil, wrong(p, "source_profile", "leads round in a circle: "+strings.Join(path, " -> "),
			"let one of them name a profile that has credentials of its own")
	}
	if !static && assumesRole(next) {
		return s.role(next, path)
	}
	from, err := s.profile(next, false)
	if from == nil && err == nil {
		err = wrong(p, "source_profile", fmt.Sprintf("names the source_profile %q, which has no credentials", name),
			"name a profile that has")
	}
	return from, err
}

// request is what p says of its role. Like botocore, it passes over a duration
// that is no number.
func (s *search) request(p awsconfig.Profile) ssocache.RoleRequest {
	r := ssocache.RoleRequest{
		RoleARN: value(p, "role_arn"), SessionName: value(p, "role_session_name"),
		ExternalID: value(p, "external_id"), SerialNumber: value(p, "mfa_serial"),
	}
	if text, ok := p.Values.Get("duration_seconds"); ok {
		seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
		if err != nil {
			s.warn(fmt.Errorf("%s: %s: duration_seconds is not a number and does not count", p.Values.Where("duration_seconds"), p))
		}
		r.Duration = time.Duration(max(seconds, 0)) * time.Second
	}
	return r
}

// assume returns the role's credentials: the cached ones while they are fresh,
// else new ones. The source is asked before the lock is taken: it may need
// locks of its own, and two chains in opposite orders must not wait for each
// other.
func (s *search) assume(ctx context.Context, p awsconfig.Profile, r ssocache.RoleRequest, from source) (awscred.Credentials, error) {
	if c, ok := s.cached(r.Key()); ok {
		return c, nil
	}
	with, err := from(ctx)
	if err != nil {
		return awscred.Credentials{}, err
	}
	return s.fetched(ctx, p, r, func(sts STS) (awsapi.AssumedRole, error) {
		in := awsapi.AssumeRoleInput{
			RoleARN: r.RoleARN, SessionName: s.sessionName(r), ExternalID: r.ExternalID,
			SerialNumber: r.SerialNumber, Duration: r.Duration,
		}
		if r.SerialNumber != "" {
			if in.TokenCode, err = s.tokenCode(ctx, p); err != nil {
				return awsapi.AssumedRole{}, err
			}
		}
		return sts.AssumeRole(ctx, with, in)
	})
}

func (s *search) cached(key string) (awscred.Credentials, bool) {
	c, err := s.Cache.Credentials(key)
	return c, err == nil && s.fresh(c)
}

// fetched gets new credentials and keeps them, unless another process has done
// so while this one waited for its turn.
func (s *search) fetched(ctx context.Context, p awsconfig.Profile, r ssocache.RoleRequest, fetch func(STS) (awsapi.AssumedRole, error)) (awscred.Credentials, error) {
	key := r.Key()
	unlock, err := s.Cache.LockCredentials(ctx, key)
	switch {
	case err == nil:
		defer unlock()
	case ctx.Err() != nil:
		return awscred.Credentials{}, ctx.Err()
	default:
		s.warn(fmt.Errorf("cache lock: %w", err))
	}
	if c, ok := s.cached(key); ok {
		return c, nil
	}
	sts, err := s.STS()
	if err != nil {
		return awscred.Credentials{}, err
	}
	role, err := fetch(sts)
	if _, unanswered := errors.AsType[*MFARequiredError](err); unanswered {
		return awscred.Credentials{}, err // it has said all of this
	}
	if err != nil {
		return awscred.Credentials{}, fmt.Errorf("%s: role %s: %w", p, r.RoleARN, err)
	}
	s.warn(s.Cache.PutAssumedRole(key, role.Credentials, role.ID, role.ARN))
	return role.Credentials, nil
}

// sessionName is what AWS's logs show of the role. One that is made up is no
// part of the cache key.
func (s *search) sessionName(r ssocache.RoleRequest) string {
	if r.SessionName != "" {
		return r.SessionName
	}
	return "latchkey-session-" + strconv.FormatInt(s.Now().Unix(), 10)
}

// tokenCode asks for what the MFA device of p shows.
func (s *search) tokenCode(ctx context.Context, p awsconfig.Profile) (string, error) {
	serial := value(p, "mfa_serial")
	if s.Ask == nil {
		return "", &MFARequiredError{Profile: p.Name, SerialNumber: serial}
	}
	code, err := s.Ask(ctx, fmt.Sprintf("Enter MFA code for %s: ", serial))
	if errors.Is(err, ErrNobody) {
		return "", &MFARequiredError{Profile: p.Name, SerialNumber: serial}
	}
	return strings.TrimSpace(code), err
}

// ErrNobody is what Ask returns when there is nobody to ask after all.
var ErrNobody = errors.New("nobody to ask")

// An MFARequiredError means that a role asks for a code which only a person can
// give, and that there is nobody to ask.
type MFARequiredError struct{ Profile, SerialNumber string }

func (e *MFARequiredError) Error() string {
	return fmt.Sprintf("profile %q needs the code of the MFA device %s, and there is no terminal to ask for it", e.Profile, e.SerialNumber)
}
