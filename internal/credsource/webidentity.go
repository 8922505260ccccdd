package credsource

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

// maxToken bounds the file of a web identity, in bytes. STS takes 20,000.
const maxToken = 64 << 10

// webIdentity is a role that is assumed with the token of another identity
// provider. The environment's settings, where they count, go before the
// profile's, one by one.
func (s *search) webIdentity(p awsconfig.Profile, environment bool) (source, error) {
	get := func(variable, key string) string {
		if v := s.Getenv(variable); environment && v != "" {
			return v
		}
		return value(p, key)
	}
	file := get("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file")
	if file == "" {
		return nil, nil
	}
	r := ssocache.RoleRequest{
		RoleARN: get("AWS_ROLE_ARN", "role_arn"), SessionName: get("AWS_ROLE_SESSION_NAME", "role_session_name"),
	}
	if r.RoleARN == "" {
		return nil, &awsconfig.ConfigError{
			Message: fmt.Sprintf("%s has a web identity but no role to assume with it", p),
			Hint:    "add role_arn to the profile, or set AWS_ROLE_ARN",
		}
	}
	return func(ctx context.Context) (awscred.Credentials, error) {
		if c, ok := s.cached(r.Key()); ok {
			return c, nil
		}
		return s.fetched(ctx, p, r, func(sts STS) (awsapi.AssumedRole, error) {
			token, err := readToken(file)
			if err != nil {
				return awsapi.AssumedRole{}, err
			}
			return sts.AssumeRoleWithWebIdentity(ctx, token, r.RoleARN, s.sessionName(r))
		})
	}, nil
}

func readToken(name string) (awscred.Secret, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("web identity token: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxToken+1))
	if err != nil {
		return "", fmt.Errorf("web identity token: %w", err)
	}
	token := strings.TrimSpace(string(b))
	if token == "" || len(b) > maxToken {
		return "", fmt.Errorf("web identity token: %s holds none", name)
	}
	return awscred.Secret(token), nil
}
