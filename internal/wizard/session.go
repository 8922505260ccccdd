package wizard

import (
	"context"

	"latchkey/internal/awsconfig"
)

// RunSession holds the conversation of `configure sso-session`, which nobody
// needs to sign in for, and writes the session's section alone. When it fails,
// nothing was written.
func (w *Wizard) RunSession(ctx context.Context) (awsconfig.SSO, error) {
	if err := w.Given.check(); err != nil {
		return awsconfig.SSO{}, err
	}
	name, err := w.ask(ctx, question{
		text: "SSO session name", flag: "--sso-session", given: w.Given.SessionName,
		required: true, suggest: w.Config.SSOSessions(), check: awsconfig.ValidName,
	})
	if err != nil {
		return awsconfig.SSO{}, err
	}
	current, _ := w.Config.SSOSession(name)
	t := Target{SSO: awsconfig.SSO{SessionName: name}}
	if err := w.place(ctx, current, &t); err != nil {
		return awsconfig.SSO{}, err
	}
	return t.SSO, awsconfig.Apply(ctx, w.ConfigFile, sessionEdit(t))
}
