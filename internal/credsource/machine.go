package credsource

import (
	"context"
	"errors"

	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/metadata"
)

// machine is the last of all places: what the container was given, if this is
// one, or else the EC2 instance, if this is one.
func (s *search) machine(profile string) (source, error) {
	if from, err := s.container(); from != nil || err != nil {
		return from, err
	}
	return s.instance(func(why error) error { return s.nothing(profile, why) })
}

// container is nil where the environment names none.
func (s *search) container() (source, error) {
	c, ok, err := metadata.ContainerOf(s.Getenv)
	if err != nil {
		return nil, &awsconfig.ConfigError{
			Message: err.Error(),
			Hint:    "the variable is meant to be set by the container's runtime: unset it, or name a profile that has credentials",
		}
	}
	if !ok {
		return nil, nil
	}
	return func(ctx context.Context) (awscred.Credentials, error) {
		got, err := c.Credentials(ctx)
		if err == nil && !got.Expiration.After(s.Now()) {
			return awscred.Credentials{}, &ExpiredError{"what the container gave", got.Expiration}
		}
		return got, err
	}, nil
}

// instance makes an error with none when there turn out to be no credentials.
// Its settings are those of the profile that was asked for, as in botocore.
func (s *search) instance(none func(why error) error) (source, error) {
	p, _ := s.Config.Profile(s.chain[len(s.chain)-1])
	i, ok, err := metadata.InstanceOf(s.Getenv, func(key string) string { return value(p, key) })
	if err != nil {
		return nil, &awsconfig.ConfigError{Message: err.Error(), Hint: "correct it, or unset it; in a profile the setting has a name of its own, in lower case"}
	}
	if !ok {
		return nil, none(errors.New("AWS_EC2_METADATA_DISABLED says not to ask it"))
	}
	i.Now = s.Now
	return func(ctx context.Context) (awscred.Credentials, error) {
		c, err := i.Credentials(ctx)
		if errors.Is(err, metadata.ErrNone) {
			return awscred.Credentials{}, none(err)
		}
		return c, err
	}, nil
}
