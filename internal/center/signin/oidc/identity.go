package oidc

import (
	"slices"
	"strings"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/signin"
)

const maxEmail = 320 // RFC 5321

// identity is who the claims are about. The id has the issuer in it: a subject
// means nothing without, should the configuration ever name another.
func (m *Method) identity(said claims) (signin.Identity, error) {
	email := said.text("email")
	if directory.ValidLabel(email, maxEmail) != nil {
		email = ""
	}
	if (m.config.Claims.Name == "email" || len(m.config.AllowedDomains) > 0) && !said.isVerified() {
		return signin.Identity{}, refused("%s has not verified your email address, by which you would be known here.", m.config.Label)
	}
	if !m.allows(email) {
		return signin.Identity{}, refused("Addresses like yours are not let in here.")
	}
	name := said.text(m.config.Claims.Name)
	if name == "" {
		return signin.Identity{}, refused("%s does not say what your user name is. Ask those who run this center: the claim is missing.", m.config.Label)
	}
	if directory.ValidUserName(name) != nil {
		return signin.Identity{}, refused("Your name at %s cannot be a user name of this center. Ask those who run it.", m.config.Label)
	}
	groups, err := m.groups(said)
	if err != nil {
		return signin.Identity{}, err
	}
	return signin.Identity{
		Method: m.config.Name, ID: m.config.Issuer + " " + said.text("sub"), Name: name, Email: email, Groups: groups,
	}, nil
}

// allows compares the whole domain: example.com is not evil-example.com.
func (m *Method) allows(email string) bool {
	if len(m.config.AllowedDomains) == 0 {
		return true
	}
	at := strings.LastIndexByte(email, '@')
	return at > 0 && slices.ContainsFunc(m.config.AllowedDomains, func(domain string) bool {
		return strings.EqualFold(email[at+1:], domain)
	})
}

// groups are the center's, of those that the configuration maps.
func (m *Method) groups(said claims) ([]string, error) {
	if m.config.Claims.Groups == "" {
		return nil, nil
	}
	// Entra ID leaves out a list that is too long and says where to get it;
	// taking that for no groups would take a person's roles away.
	if elsewhere, ok := said["_claim_names"].(map[string]any); ok && elsewhere[m.config.Claims.Groups] != nil {
		return nil, refused("You are in more groups than %s lists. Ask those who run this center: the provider must send only the groups assigned to it.", m.config.Label)
	}
	var groups []string
	for _, name := range texts(said.at(m.config.Claims.Groups)) {
		if group := m.config.Groups[name]; group != "" {
			groups = append(groups, group)
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups), nil
}

// at returns a claim, or what a name with dots leads to.
func (c claims) at(name string) any {
	if value, ok := c[name]; ok {
		return value
	}
	first, rest, ok := strings.Cut(name, ".")
	inner, isObject := c[first].(map[string]any)
	if !ok || !isObject {
		return nil
	}
	return claims(inner).at(rest)
}

func (c claims) text(name string) string {
	value, _ := c.at(name).(string)
	return value
}

// isVerified takes the word as well, which some providers write.
func (c claims) isVerified() bool {
	return c["email_verified"] == true || c["email_verified"] == "true"
}

// texts is a list of strings, or one.
func texts(value any) []string {
	if one, ok := value.(string); ok {
		return []string{one}
	}
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			all = append(all, text)
		}
	}
	return all
}
