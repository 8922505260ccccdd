package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"

	"latchkey/internal/awsapi"
	"latchkey/internal/awsconfig"
	"latchkey/internal/awscred"
	"latchkey/internal/credsource"
	"latchkey/internal/metadata"
	"latchkey/internal/picker"
	"latchkey/internal/starturl"
)

// credentials are those of the profile that the command line or the environment
// names, with how its calls reach AWS.
func (e *Env) credentials(ctx context.Context, cfg *awsconfig.Config) (*wire, awscred.Credentials, error) {
	name, named := e.profileName()
	profile, ok := cfg.Profile(name)
	if !ok && named {
		return nil, awscred.Credentials{}, &awsconfig.ProfileNotFoundError{Name: name}
	}
	w, err := e.wire(cfg, profile, awsapi.STS)
	if err != nil {
		return nil, awscred.Credentials{}, err
	}
	cache, err := e.cache()
	if err != nil {
		return nil, awscred.Credentials{}, err
	}
	f := credsource.Finder{
		Config: cfg, Cache: cache, Getenv: e.Getenv, Environ: e.Environ, Now: e.Now,
		SignIn: func(ctx context.Context, sso awsconfig.SSO) (awscred.Credentials, error) {
			return e.signedIn(ctx, cfg, name, w, sso)
		},
		STS:   func() (credsource.STS, error) { return e.sts(w, profile) },
		Named: e.Globals.Profile != "",
		Ask:   e.askTerminal, Stdin: e.In, Stderr: e.Err, Warn: e.warn,
	}
	c, err := f.Credentials(ctx, name)
	return w, c, err
}

// signedIn gives the credentials of a profile that signs in. Where its token
// goes is what that profile says, and not one that assumes a role with it.
func (e *Env) signedIn(ctx context.Context, cfg *awsconfig.Config, name string, w *wire, sso awsconfig.SSO) (awscred.Credentials, error) {
	if sso.Profile != name {
		profile, _ := cfg.Profile(sso.Profile)
		var err error
		if w, err = e.wire(cfg, profile); err != nil {
			return awscred.Credentials{}, err
		}
	}
	s, err := e.session(w, sso)
	if err != nil {
		return awscred.Credentials{}, err
	}
	return s.Credentials(ctx)
}

// sts calls STS in the region of the profile.
func (e *Env) sts(w *wire, profile awsconfig.Profile) (*awsapi.Client, error) {
	region := e.clientRegion(profile)
	if err := starturl.CheckRegion(region); err != nil {
		return nil, misconfigured("region", err)
	}
	return w.client(region), nil
}

// credentials explains what is wrong with credentials that need no sign-in.
func credentials(err error) (int, string, bool) {
	if _, ok := errors.AsType[*credsource.MFARequiredError](err); ok {
		return exitOther, "run the command in a terminal; the answer then serves every program until it ends", true
	}
	if _, ok := errors.AsType[*credsource.ProcessError](err); ok {
		return processCode(err), "run the program by itself to see what it says", true
	}
	if _, ok := errors.AsType[*credsource.ExpiredError](err); ok {
		return exitOther, "get new ones, or name a profile with --profile", true
	}
	if _, ok := errors.AsType[*metadata.Error](err); ok {
		return exitOther, "ask whoever runs this machine, or name a profile that has credentials of its own", true
	}
	return 0, "", false
}

// processCode hands on what a program like this one said of its configuration,
// such as a circle of programs that run each other.
func processCode(err error) int {
	if exited, ok := errors.AsType[*exec.ExitError](err); ok && exited.ExitCode() == exitConfig {
		return exitConfig
	}
	return exitOther
}

// askTerminal puts a question to the person at the terminal, whatever stdin and
// stdout are: they may belong to a program that is run.
func (e *Env) askTerminal(ctx context.Context, question string) (string, error) {
	if e.Globals.NoInput {
		return "", credsource.ErrNobody
	}
	in, out, err := openTerminal()
	if err != nil {
		return "", credsource.ErrNobody
	}
	defer in.Close()
	defer out.Close()
	asker := picker.New(in, out, picker.Options{Plain: e.plain(), Color: e.color()})
	return asker.Input(ctx, picker.Question{Prompt: question, Check: notEmpty})
}

func notEmpty(answer string) error {
	if answer == "" {
		return errors.New("type the digits that the device shows")
	}
	return nil
}

// openTerminal opens the terminal that the process belongs to.
func openTerminal() (in, out *os.File, err error) {
	input, output := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		input, output = "CONIN$", "CONOUT$"
	}
	if in, err = os.OpenFile(input, os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile(output, os.O_RDWR, 0); err != nil {
		in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
