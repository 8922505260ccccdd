package credsource

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
)

// environment is the keys in the environment. Their end, when it is told, is
// told on.
func (s *search) environment() (source, error) {
	c := awscred.Credentials{
		AccessKeyID:     s.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: awscred.Secret(s.Getenv("AWS_SECRET_ACCESS_KEY")),
		// botocore's order: the older name first.
		SessionToken: awscred.Secret(cmp.Or(s.Getenv("AWS_SECURITY_TOKEN"), s.Getenv("AWS_SESSION_TOKEN"))),
		AccountID:    s.Getenv("AWS_ACCOUNT_ID"),
	}
	if c.SecretAccessKey == "" {
		return nil, &awsconfig.ConfigError{
			Message: "the environment has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY",
			Hint:    "set both or neither, or name a profile with --profile",
		}
	}
	if text := s.Getenv("AWS_CREDENTIAL_EXPIRATION"); text != "" {
		var ok bool
		if c.Expiration, ok = parseTime(text); !ok {
			return nil, &awsconfig.ConfigError{
				Message: "AWS_CREDENTIAL_EXPIRATION in the environment is not a time",
				Hint:    "unset it, or name a profile with --profile",
			}
		}
	}
	return func(context.Context) (awscred.Credentials, error) {
		if !c.Expiration.IsZero() && !c.Expiration.After(s.Now()) {
			return awscred.Credentials{}, &ExpiredError{"the credentials in the environment", c.Expiration}
		}
		return c, nil
	}, nil
}

// An ExpiredError is about credentials that came with an end which is past.
type ExpiredError struct {
	Whose   string
	Expired time.Time
}

func (e *ExpiredError) Error() string {
	return fmt.Sprintf("%s ended at %s", e.Whose, e.Expired.Local().Format("2006-01-02 15:04 MST"))
}

// static is the keys of one file, which must both be there. The other file's
// are no help: AWS clients look at one at a time.
func static(p awsconfig.Profile, in awsconfig.Section) (source, error) {
	id, ok := in.Get("aws_access_key_id")
	if !ok {
		return nil, nil
	}
	get := func(key string) string {
		v, _ := in.Get(key)
		return v
	}
	c := awscred.Credentials{
		AccessKeyID:     id,
		SecretAccessKey: awscred.Secret(get("aws_secret_access_key")),
		SessionToken:    awscred.Secret(cmp.Or(get("aws_security_token"), get("aws_session_token"))),
		AccountID:       get("aws_account_id"),
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return nil, &awsconfig.ConfigError{
			Message: fmt.Sprintf("%s: %s has only one of aws_access_key_id and aws_secret_access_key", in.Where("aws_access_key_id"), p),
			Hint:    "write both into the same file, or neither",
		}
	}
	return func(context.Context) (awscred.Credentials, error) { return c, nil }, nil
}

// parseTime takes the ways in which programs write a time: RFC 3339, with or
// without a fraction, and what else Python's dateutil is known to be given.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05UTC", "2006-01-02 15:04:05Z07:00",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
