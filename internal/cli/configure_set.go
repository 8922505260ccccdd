package cli

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"latchkey/internal/awsconfig"
)

func newSetCmd(env *Env) *cobra.Command {
	var o keyOptions
	cmd := &cobra.Command{
		Use:   "set KEY VALUE",
		Short: "Write one value of a profile",
		Long: `Write one value of the profile. Keys and tokens go to the credentials file, all
else to the config file, where every other byte stays as it is.`,
		Example: `  latchkey configure set region us-west-2 --profile P
  latchkey configure set profile.P.s3.addressing_style path
  latchkey configure set s3.endpoint_url http://localhost:9000 --services local`,
		Args: keyAndValue,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSet(cmd.Context(), env, o, args[0], args[1])
		},
	}
	o.register(cmd)
	return cmd
}

func runSet(ctx context.Context, env *Env, o keyOptions, key, value string) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	a, err := env.address(cfg, o, key)
	if err != nil {
		return err
	}
	if a.byName {
		return ambiguous(env, a)
	}
	paths, err := env.paths()
	if err != nil {
		return err
	}
	secret := a.kind == awsconfig.KindProfile && isSecretKey(a.key)
	path := paths.Config
	if secret {
		path, a.kind = paths.Credentials, awsconfig.KindCredentials
	}
	if err := awsconfig.Apply(ctx, path, a.edit(value)); err != nil {
		return err
	}
	if secret {
		env.warnOfMode(path)
	}
	return nil
}

// ambiguous refuses NAME.KEY where NAME is a profile: for the AWS CLI it names
// the profile's key when it is read, and a block of the current profile when it
// is written.
func ambiguous(env *Env, a address) error {
	current, _ := env.profileName()
	rest := a.key
	if a.sub != "" {
		rest += "." + a.sub
	}
	return &usageError{
		fmt.Sprintf("%s.%s: %s is the name of a profile", a.section, rest, a.section),
		fmt.Sprintf("write profile.%s.%s for a key of this profile, or profile.%s.%s.%s for a block of that name", a.section, rest, current, a.section, rest),
	}
}

// isSecretKey reports the keys that the AWS CLI writes to the credentials file.
func isSecretKey(key string) bool {
	return slices.Contains([]string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"}, key)
}

func (a address) edit(value string) awsconfig.Edit {
	kv := awsconfig.KeyValue{Key: a.key, Value: value}
	if a.sub != "" {
		kv = awsconfig.KeyValue{Key: a.key, Nested: []awsconfig.KeyValue{{Key: a.sub, Value: value}}}
	}
	return awsconfig.Edit{Kind: a.kind, Name: a.section, Set: []awsconfig.KeyValue{kv}}
}

// warnOfMode says it when others can read the file. Its mode is the person's
// to change.
func (e *Env) warnOfMode(path string) {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 || runtime.GOOS == "windows" {
		return
	}
	e.warn(fmt.Errorf("the file '%s' is accessible by other users; consider running 'chmod 600 %s' to restrict access to only your user", path, path))
}
