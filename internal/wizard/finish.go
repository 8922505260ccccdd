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
	suggested := ""
	if t.SSO.AccountID != "" {
		suggested = t.SSO.AccountID + "_" + t.SSO.RoleName
	}
	p.name, err = w.ask(ctx, question{
		text: "CLI profile name", flag: "--profile", given: w.Given.Profile, def: suggested, brackets: none(suggested),
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
// and for a center the services section that leads AWS clients there.
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
		more = append(more, sessionEdit(t))
	}
	switch {
	case t.Center != nil:
		services := w.servicesEdit(p, t)
		set("services", services.Name)
		more = append(more, services)
	case strings.HasPrefix(p.services, centerSection):
		// The profile has left the center that this section leads to.
		edit.Delete = append(edit.Delete, "services")
	}
	return awsconfig.Apply(ctx, w.ConfigFile, append([]awsconfig.Edit{edit}, more...)...)
}

func sessionEdit(t Target) awsconfig.Edit {
	return awsconfig.Edit{Kind: awsconfig.KindSSOSession, Name: t.SSO.SessionName, Set: []awsconfig.KeyValue{
		{Key: "sso_start_url", Value: t.SSO.StartURL},
		{Key: "sso_region", Value: t.SSO.Region},
		{Key: "sso_registration_scopes", Value: t.scopes},
	}}
}

// centerSection begins the name of a services section that leads to a center.
const centerSection = "center-"

// servicesEdit leads sso, sso-oidc and sts to the center. A section is shared by
// whatever profiles name it, so one that leads elsewhere is left alone.
func (w *Wizard) servicesEdit(p profile, t Target) awsconfig.Edit {
	name := p.services
	if name == "" || strings.HasPrefix(name, centerSection) || w.leadsElsewhere(name, t) {
		name = centerSection + hostPart(t.SSO.StartURL)
	}
	edit := awsconfig.Edit{Kind: awsconfig.KindServices, Name: name}
	for _, e := range endpoints(t) {
		edit.Set = append(edit.Set, awsconfig.KeyValue{
			Key: e.service, Nested: []awsconfig.KeyValue{{Key: "endpoint_url", Value: e.url}},
		})
	}
	return edit
}

type endpoint struct{ service, url string }

func endpoints(t Target) []endpoint {
	return []endpoint{{"sso", t.Center.SSO}, {"sso_oidc", t.Center.SSOOIDC}, {"sts", t.Center.STS}}
}

// leadsElsewhere reports whether the services section has an endpoint that is
// not the center's.
func (w *Wizard) leadsElsewhere(name string, t Target) bool {
	section, _ := w.Config.Services(name)
	return slices.ContainsFunc(endpoints(t), func(e endpoint) bool {
		url, ok := section.Nested(e.service, "endpoint_url")
		return ok && url != e.url
	})
}

// hostPart is the host and port of a start URL, as a word.
func hostPart(startURL string) string {
	u, err := url.Parse(startURL)
	if err != nil {
		return "local"
	}
	return strings.NewReplacer(":", "-", "[", "", "]", "").Replace(u.Host)
}
