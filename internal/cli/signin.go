package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"latchkey/internal/browser"
	"latchkey/internal/login"
	"latchkey/internal/session"
	"latchkey/internal/termtext"
)

// waitForOthers is how long a sign-in of another process is waited for unless
// --wait says otherwise.
const waitForOthers = 2 * time.Minute

// signInOptions are how a person wants to sign in: the flags of every command
// that can ask for it.
type signInOptions struct {
	NoBrowser, UseDeviceCode bool
	RedirectPort             int
	Wait                     time.Duration

	automatic bool // in the middle of a command that has none of the flags
}

func (o *signInOptions) register(f *pflag.FlagSet) {
	f.BoolVar(&o.NoBrowser, "no-browser", false, "show the URL instead of opening it")
	f.BoolVar(&o.UseDeviceCode, "use-device-code", false, "sign in by a code that can be entered on any device")
	f.IntVar(&o.RedirectPort, "redirect-port", 0, "let the browser come back to this port, as for ssh -L; 0 takes any")
	f.DurationVar(&o.Wait, "wait", waitForOthers, "wait this long for a sign-in of another process to the same session")
}

func (o signInOptions) check() error {
	switch {
	case o.RedirectPort < 0 || o.RedirectPort > 65535:
		return &usageError{fmt.Sprintf("--redirect-port: there is no port %d", o.RedirectPort), "give a number from 1 to 65535"}
	case o.RedirectPort != 0 && o.UseDeviceCode:
		return &usageError{"--redirect-port and --use-device-code contradict each other", "give one of them"}
	case o.Wait < 0:
		return &usageError{"--wait is less than nothing", "give a time such as 30s or 5m, or 0 not to wait"}
	}
	return nil
}

// loginOptions chooses how to sign in, and tells the person on out what to do
// in the browser.
func (e *Env) loginOptions(out io.Writer, o signInOptions) (session.LoginOptions, error) {
	habit := e.Getenv("LATCHKEY_LOGIN")
	if habit != "" && habit != "device" {
		return session.LoginOptions{}, &configError{"LATCHKEY_LOGIN is " + quote(habit) + ", which is no way to sign in", "set it to device, or not at all"}
	}
	able, why := e.Browser.Decide()
	if o.NoBrowser {
		why = "" // asked for: nothing to explain
	}
	ui := login.UI{
		CheckURL: checkURL,
		ShowCode: func(p login.Prompt) { showCode(out, p, why) },
		ShowURL:  func(p login.URLPrompt) { o.showURL(out, p) },
		ShowAway: func(err error) {
			fmt.Fprintf(out, "Still waiting, though the service does not answer: %s\n", termtext.Safe(err.Error()))
		},
	}
	if able && !o.NoBrowser {
		ui.OpenBrowser = e.openBrowser
	}
	return session.LoginOptions{
		UI:           ui,
		Device:       o.UseDeviceCode || o.RedirectPort == 0 && (habit == "device" || !able),
		RedirectPort: o.RedirectPort,
		Wait:         o.Wait,
		Waiting:      func(pid int) { showWaiting(e.Err, pid, o.Wait) },
	}, nil
}

// autoLogin is how commands sign in that are not about it: not at all, unless
// LATCHKEY_AUTO_LOGIN is 1. Many run where nobody looks.
func (e *Env) autoLogin() (*session.LoginOptions, error) {
	if e.Getenv("LATCHKEY_AUTO_LOGIN") != "1" || e.Globals.NoInput {
		return nil, nil
	}
	o, err := e.loginOptions(e.Err, signInOptions{Wait: waitForOthers, automatic: true})
	return &o, err
}

// openBrowser opens a URL that the service named, if it is one that a browser
// may be given.
func (e *Env) openBrowser(ctx context.Context, raw string) error {
	u, err := browser.CheckURL(raw)
	if err != nil {
		return err
	}
	return e.Browser.Open(ctx, u)
}

func checkURL(raw string) error {
	_, err := browser.CheckURL(raw)
	return err
}

func showWaiting(out io.Writer, pid int, wait time.Duration) {
	who := "another process"
	if pid != 0 {
		who = fmt.Sprintf("process %d", pid)
	}
	fmt.Fprintf(out, "Waiting up to %v for the sign-in of %s to the same session.\n", wait, who)
}

const browserOpened = `SSO authorization page has automatically been opened in your default browser.
Follow the instructions in the browser to complete this authorization request.
`

// pageOfError is said beforehand: a service that does not know the start URL or
// the client must tell the browser alone, and nobody comes back.
const pageOfError = "If the page shows an error, press Ctrl-C, and check the start URL and the SSO region."

// showURL shows where to sign in with a browser that comes back to this machine.
func (o signInOptions) showURL(out io.Writer, p login.URLPrompt) {
	lead := "Using a browser on this machine, open the following URL:"
	switch {
	case p.BrowserOpened:
		lead = browserOpened + "\nIf no page appears, open the following URL in a browser on this machine:"
	case o.RedirectPort != 0:
		lead = "Using a browser, open the following URL:"
	}
	fmt.Fprintf(out, "%s\n\n%s\n\n%s\n%s\n\n", lead, termtext.Safe(p.URL), o.elsewhere(), pageOfError)
}

// elsewhere says what to do when the browser is on another machine.
func (o signInOptions) elsewhere() string {
	switch {
	case o.RedirectPort != 0:
		return fmt.Sprintf("If the browser is on another machine, its port %d must lead here: ssh -L %[1]d:127.0.0.1:%[1]d", o.RedirectPort)
	case o.automatic:
		return "If the browser is on another machine, set LATCHKEY_LOGIN=device."
	}
	return "If the browser is on another machine, run this command again with --use-device-code."
}

func showCode(out io.Writer, p login.Prompt, why string) {
	code, complete := termtext.Line(p.UserCode), termtext.Safe(p.VerificationURIComplete)
	if p.BrowserOpened {
		fmt.Fprintf(out, browserOpened+"\nCheck that the browser shows this code: %s\n", code)
		showComplete(out, "If no page appears, open the following URL:", complete)
		return
	}
	if why == "" && p.BrowserError != nil {
		why = termtext.Line(p.BrowserError.Error())
	}
	if why != "" {
		fmt.Fprintf(out, "No browser was opened: %s.\n", why)
	}
	fmt.Fprintf(out, `Using a browser, open the following URL:

%s

and enter the following code:

%s
`, termtext.Safe(p.VerificationURI), code)
	showComplete(out, "or open this URL, which has the code filled in:", complete)
}

// showComplete names the URL that has the code in it, which a service may leave
// out.
func showComplete(out io.Writer, lead, url string) {
	if url != "" {
		fmt.Fprintf(out, "\n%s\n\n%s\n", lead, url)
	}
	fmt.Fprintln(out)
}
