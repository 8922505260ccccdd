package wizard

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"latchkey/internal/awsconfig"
	"latchkey/internal/starturl"
)

// A profile is the end of the conversation: what to write, and where.
type profile struct {
	name, region, output string
	services             string // the services section that the profile names already
}

func outputs() []string { return []string{"json", "text", "table", "yaml", "yaml-stream", "off"} }

// finish asks the last three questions.
func (w *Wizard) finish(ctx context.Context, start awsconfig.Profile, t Target) (p profile, err error) {
	region, _ := start.Values.Get("region")
	p.region, err = w.ask(ctx, question{
		text: "CLI default client Region", flag: "--region", given: w.Given.Region, def: region, brackets: none(region),
		suggest: starturl.KnownRegions(), check: starturl.CheckRegion,
	})
	if err != nil {
		return p, err
	}
	output, _ := start.Values.Get("output")
	p.output, err = w.ask(ctx, question{
		text: "CLI default output format", flag: "--output", given: w.Given.Output, def: output, brackets: none(output),
		suggest: outputs(), check: checkOutput,
	})
	if err != nil {
		return p, err
	}
	suggested := t.SSO.AccountID + "_" + t.SSO.RoleName
	p.name, err = w.ask(ctx, question{
		text: "CLI profile name", flag: "--profile", given: w.Given.Profile, def: suggested, brackets: suggested,
		required: true, suggest: w.Config.Profiles(), check: awsconfig.ValidName,
	})
	if existing, ok := w.Config.Profile(p.name); ok {
		p.services, _ = existing.Values.Get("services")
	}
	return p, err
}

func checkOutput(output string) error {
	if !slices.Contains(outputs(), output) {
		return errors.New("it is one of " + strings.Join(outputs(), ", "))
	}
	return nil
}

// write edits the configuration file in one go: the profile, a new sso-session,
// and for a center the services section that leads every AWS client there.
func (w *Wizard) write(ctx context.Context, p profile, t Target) error {
	edit := awsconfig.Edit{Kind: awsconfig.KindProfile, Name: p.name}
	set := func(key, value string) {
		if value != "" {
			edit.Set = append(edit.Set, awsconfig.KeyValue{Key: key, Value: value})
		}
	}
	if t.SSO.SessionName != "" {
		set("sso_session", t.SSO.SessionName)
		// A start URL or region beside the session's would contradict it.
		edit.Delete = []string{"sso_start_url", "sso_region"}
	} else {
		set("sso_start_url", t.SSO.StartURL)
		set("sso_region", t.SSO.Region)
		edit.Delete = []string{"sso_session"}
	}
	set("sso_account_id", t.SSO.AccountID)
	set("sso_role_name", t.SSO.RoleName)
	set("region", p.region)
	set("output", p.output)
	var more []awsconfig.Edit
	if t.New {
		more = append(more, sessionEdit(t.SSO))
	}
	if t.Center != nil {
		services := servicesEdit(p, t)
		set("services", services.Name)
		more = append(more, services)
	}
	return awsconfig.Apply(ctx, w.ConfigFile, append([]awsconfig.Edit{edit}, more...)...)
}

func sessionEdit(sso awsconfig.SSO) awsconfig.Edit {
	return awsconfig.Edit{Kind: awsconfig.KindSSOSession, Name: sso.SessionName, Set: []awsconfig.KeyValue{
		{Key: "sso_start_url", Value: sso.StartURL},
		{Key: "sso_region", Value: sso.Region},
		{Key: "sso_registration_scopes", Value: strings.Join(sso.Scopes, ",")},
	}}
}

// servicesEdit leads sso, sso-oidc and sts to the center; a services section
// that the profile has already gains them beside what it says of others.
func servicesEdit(p profile, t Target) awsconfig.Edit {
	name := p.services
	if name == "" {
		name = "latchkey-center"
		if u, err := url.Parse(t.SSO.StartURL); err == nil {
			name = "center-" + strings.NewReplacer(":", "-", "[", "", "]", "").Replace(u.Host)
		}
	}
	endpoint := func(service, url string) awsconfig.KeyValue {
		return awsconfig.KeyValue{Key: service, Nested: []awsconfig.KeyValue{{Key: "endpoint_url", Value: url}}}
	}
	return awsconfig.Edit{Kind: awsconfig.KindServices, Name: name, Set: []awsconfig.KeyValue{
		endpoint("sso", t.Center.SSO), endpoint("sso_oidc", t.Center.SSOOIDC), endpoint("sts", t.Center.STS),
	}}
}
