// Package warm answers `latchkey configure export-credentials` from the cache
// while the program's packages initialise, before the network, the AWS SDK and
// the terminal code have started: AWS clients run it as a credential_process
// for every command, and a cache hit needs none of them.
//
// It holds no logic of its own. What it reads and prints is what awsconfig,
// ssocache and awscred do for the ordinary path, which answers everything that
// is not a plain hit. Importing it is what makes it run; only cmd/latchkey does.
package warm

import (
	"os"
	"slices"
	"strings"
	"time"

	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

// margin is session.Margin, which lives beside network code.
const margin = 15 * time.Minute

// Go initialises packages in the order of their import paths as soon as their
// imports are ready, so that this runs before net, net/http and the SDK, which
// either have more to wait for or sort later (Go specification, "Program
// initialization").
func init() {
	home, _ := os.UserHomeDir()
	if answer, ok := Answer(os.Args, os.Getenv, home, time.Now()); ok {
		if _, err := os.Stdout.Write(answer); err == nil {
			os.Exit(0)
		}
		os.Exit(255)
	}
}

// Answer returns what the command line args should print, if it is an export of
// credentials that are in the cache and live for long enough.
func Answer(args []string, getenv func(string) string, home string, now time.Time) ([]byte, bool) {
	profile, form, ok := parse(args)
	if !ok || home == "" || others(profile, getenv) {
		return nil, false
	}
	for _, name := range []string{getenv("AWS_PROFILE"), getenv("AWS_DEFAULT_PROFILE"), "default"} {
		if profile == "" {
			profile = name
		}
	}
	creds, ok := cached(profile, getenv, home)
	if !ok || creds.Expiration.Sub(now) < margin {
		return nil, false
	}
	text, err := awscred.Format(creds, form)
	return text, err == nil
}

// others reports whether the environment may have more to say than which profile
// is meant: credentials, which go before those of a profile that no flag names,
// or that this is a credential_process of another one, which may be a circle.
func others(profile string, getenv func(string) string) bool {
	around := getenv("AWS_ACCESS_KEY_ID") != "" || getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != ""
	return profile == "" && around || getenv("_AWS_CLI_PROFILE_CHAIN") != ""
}

// parse takes the plain forms of the command line; anything else is left to the
// real parser.
func parse(args []string) (profile string, form awscred.Form, ok bool) {
	if len(args) < 3 || args[1] != "configure" || args[2] != "export-credentials" {
		return "", "", false
	}
	form = awscred.Process
	for rest := args[3:]; len(rest) > 0; {
		flag, value, joined := strings.Cut(rest[0], "=")
		rest = rest[1:]
		if !joined {
			if len(rest) == 0 {
				return "", "", false
			}
			value, rest = rest[0], rest[1:]
		}
		switch flag {
		case "--profile":
			profile = value
		case "--format":
			form = awscred.Form(value)
		default:
			return "", "", false
		}
	}
	return profile, form, slices.Contains(awscred.Forms(), form)
}

func cached(profile string, getenv func(string) string, home string) (awscred.Credentials, bool) {
	paths, err := awsconfig.FindPaths(getenv, home)
	if err != nil {
		return awscred.Credentials{}, false
	}
	cfg, err := awsconfig.Load(paths)
	if err != nil {
		return awscred.Credentials{}, false
	}
	p, _ := cfg.Profile(profile)
	for _, before := range []string{"role_arn", "web_identity_token_file"} {
		if _, ok := p.Values.Get(before); ok {
			return awscred.Credentials{}, false
		}
	}
	sso, err := cfg.SSOCredentials(profile)
	if err != nil {
		return awscred.Credentials{}, false
	}
	key := ssocache.CredentialsKey(sso.AccountID, sso.RoleName, sso.SessionName, sso.StartURL)
	creds, err := ssocache.In(home).Credentials(key)
	return creds, err == nil
}
