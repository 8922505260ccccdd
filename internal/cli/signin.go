package cli

import (
	"context"
	"fmt"
	"io"

	"latchkey/internal/browser"
	"latchkey/internal/login"
	"latchkey/internal/termtext"
)

// signInUI tells the person what to do in the browser, on out.
func (e *Env) signInUI(out io.Writer, noBrowser bool) login.UI {
	ui := login.UI{}
	able, why := e.Browser.Decide()
	if able && !noBrowser {
		ui.OpenBrowser = e.openBrowser
		why = ""
	}
	if noBrowser {
		why = "" // asked for: nothing to explain
	}
	ui.ShowCode = func(p login.Prompt) { showCode(out, p, why) }
	return ui
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

func showCode(out io.Writer, p login.Prompt, why string) {
	code, uri, complete := termtext.Safe(p.UserCode), termtext.Safe(p.VerificationURI), termtext.Safe(p.VerificationURIComplete)
	if p.BrowserOpened {
		fmt.Fprintf(out, `SSO authorization page has automatically been opened in your default browser.
Follow the instructions in the browser to complete this authorization request.

Check that the browser shows this code: %s

If no page appears, open the following URL:

%s

`, code, complete)
		return
	}
	if why != "" {
		fmt.Fprintf(out, "No browser was opened: %s.\n", why)
	}
	fmt.Fprintf(out, `Using a browser, open the following URL:

%s

and enter the following code:

%s

or open this URL, which has the code filled in:

%s

`, uri, code, complete)
}
