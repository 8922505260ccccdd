package cli

import (
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"latchkey/internal/awsconfig"
	"latchkey/internal/browser"
	"latchkey/internal/picker"
	"latchkey/internal/ssocache"
	"latchkey/internal/starturl"
)

// Env is everything that a command meets outside the program.
type Env struct {
	In      io.Reader
	Out     io.Writer // answers
	Err     io.Writer // everything else
	Getenv  func(string) string
	Environ func() []string
	Home    string // "" when unknown
	Now     func() time.Time
	Browser browser.Env
	Globals globals
}

func system() *Env {
	home, _ := os.UserHomeDir()
	e := &Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Home: home, Now: time.Now, Browser: browser.System(os.Getenv),
	}
	e.Getenv, e.Environ = e.variable, e.variables
	return e
}

// variable looks a variable up. What an exec around has set for its profile does
// not count for one that is named on the command line.
func (e *Env) variable(name string) string {
	if e.Globals.Profile != "" && slices.Contains(execSet(os.Getenv), name) {
		return ""
	}
	return os.Getenv(name)
}

func (e *Env) variables() []string {
	if e.Globals.Profile == "" {
		return os.Environ()
	}
	return remove(os.Environ(), execSet(os.Getenv))
}

// globals are the flags that every command has.
type globals struct {
	Profile, Region, Output, EndpointURL, CABundle, Color string
	NoInput, Debug                                        bool
}

func (g *globals) register(f *pflag.FlagSet) {
	f.StringVar(&g.Profile, "profile", "", "use this profile of the config file")
	f.StringVar(&g.Region, "region", "", "AWS Region")
	f.StringVar(&g.Output, "output", "", "output format of the profile that is written (other commands print JSON)")
	f.StringVar(&g.EndpointURL, "endpoint-url", "", "call the AWS API there (for development)")
	f.StringVar(&g.CABundle, "ca-bundle", "", "trust the certificates in this file")
	f.BoolVar(&g.NoInput, "no-input", false, "never ask: use the default or fail")
	f.StringVar(&g.Color, "color", "auto", "auto, on or off")
	f.BoolVar(&g.Debug, "debug", false, "say on stderr what is done")
	f.SortFlags = false
}

// check refuses values of the global flags that no command could use.
func (g *globals) check() error {
	if !slices.Contains([]string{"auto", "on", "off"}, g.Color) {
		return &usageError{"--color: invalid choice " + quote(g.Color), "choose one of auto, on, off"}
	}
	if g.Region == "" {
		return nil
	}
	err := starturl.CheckRegion(g.Region)
	if hinted, ok := errors.AsType[*starturl.HintError](err); ok {
		return &usageError{"--region: " + hinted.Message, hinted.Hint}
	}
	return err
}

// profileName is the profile to use: the flag, then the environment, then
// "default". named reports whether anybody named it.
func (e *Env) profileName() (name string, named bool) {
	for _, name := range []string{e.Globals.Profile, e.Getenv("AWS_PROFILE"), e.Getenv("AWS_DEFAULT_PROFILE")} {
		if name != "" {
			return name, true
		}
	}
	return "default", false
}

// paths are the two files of profiles.
func (e *Env) paths() (awsconfig.Paths, error) {
	p, err := awsconfig.FindPaths(e.Getenv, e.Home)
	if err == nil && p.Config == "" {
		err = e.noHome()
	}
	return p, err
}

func (e *Env) noHome() error {
	return &configError{"the home directory is unknown: HOME is not set", "set HOME to your home directory"}
}

func (e *Env) config() (*awsconfig.Config, error) {
	p, err := e.paths()
	if err != nil {
		return nil, err
	}
	return awsconfig.Load(p)
}

func (e *Env) cache() (ssocache.Dir, error) {
	if e.Home == "" {
		return ssocache.Dir{}, e.noHome()
	}
	return ssocache.In(e.Home), nil
}

// asker draws questions on out, which is where the conversation goes.
func (e *Env) asker(out io.Writer) *picker.Asker {
	return picker.New(e.In, out, picker.Options{Plain: e.plain(), Color: e.color()})
}

func (e *Env) plain() bool { return e.Getenv("TERM") == "dumb" || e.Getenv("LATCHKEY_PLAIN") == "1" }

func (e *Env) color() bool {
	switch e.Globals.Color {
	case "on":
		return true
	case "off":
		return false
	}
	return e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}
