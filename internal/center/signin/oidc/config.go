package oidc

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"latchkey/internal/center/directory"
)

// Config is one provider, as an operator describes it.
type Config struct {
	Name             string            `yaml:"name"`   // of the method; part of the callback's address
	Label            string            `yaml:"label"`  // after "Sign in with"; default: Name
	Issuer           string            `yaml:"issuer"` // https://…, exactly as the provider writes it
	ClientID         string            `yaml:"client_id"`
	ClientSecretFile string            `yaml:"client_secret_file"` // none for a public client
	CAFile           string            `yaml:"ca_file"`            // PEM; default: the system's
	Scopes           []string          `yaml:"scopes"`             // default: openid, profile, email
	Claims           Claims            `yaml:"claims"`
	Groups           map[string]string `yaml:"groups"`          // the provider's word for a group: group of this center
	AllowedDomains   []string          `yaml:"allowed_domains"` // of verified addresses; default: all
	Timeout          time.Duration     `yaml:"timeout"`         // of one request; default 10s
}

// Claims names what is read of a person. A dot leads into an object, as in
// realm_access.roles.
type Claims struct {
	Name   string `yaml:"name"`   // the user name here; default preferred_username
	Groups string `yaml:"groups"` // default: groups, if Config.Groups has any
}

const defaultTimeout = 10 * time.Second

// complete returns c with every default filled in.
func (c Config) complete() (Config, error) {
	c.Label = cmp.Or(c.Label, c.Name)
	c.Claims.Name = cmp.Or(c.Claims.Name, "preferred_username")
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	if len(c.Groups) > 0 {
		c.Claims.Groups = cmp.Or(c.Claims.Groups, "groups")
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email"}
	}
	return c, c.check()
}

func (c Config) check() error {
	const maxLabel = 64
	switch {
	case c.ClientID == "":
		return errors.New("client_id is missing")
	case directory.ValidLabel(c.Label, maxLabel) != nil:
		return fmt.Errorf("label: %q %w", c.Label, directory.ValidLabel(c.Label, maxLabel))
	case !slices.Contains(c.Scopes, "openid"):
		return errors.New("scopes: openid must be one of them")
	case c.Claims.Groups != "" && len(c.Groups) == 0:
		return errors.New("claims: groups needs the section groups, which says what they are here")
	case c.Timeout < 0:
		return errors.New("timeout must not be negative")
	}
	for _, name := range c.Groups {
		const maxGroupName = 128
		if err := directory.ValidLabel(name, maxGroupName); name == "" || err != nil {
			return fmt.Errorf("groups: %q cannot be the name of a group", name)
		}
	}
	return c.checkIssuer()
}

// checkIssuer: "issuer: URL using the https scheme with no query or fragment
// components" (OpenID Connect Discovery 1.0, section 3).
func (c Config) checkIssuer() error {
	u, err := url.Parse(c.Issuer)
	if err != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("issuer: %q must be an address without a query", c.Issuer)
	}
	if !isSafe(u, c.overLoopback()) {
		return fmt.Errorf("issuer: %q must begin with https://", c.Issuer)
	}
	return nil
}

// overLoopback is for a provider on this machine, in a test.
func (c Config) overLoopback() bool {
	u, err := url.Parse(c.Issuer)
	return err == nil && u.Scheme == "http" && isLoopback(u.Hostname())
}

func isSafe(u *url.URL, overLoopback bool) bool {
	return u.Hostname() != "" && (u.Scheme == "https" || overLoopback && u.Scheme == "http" && isLoopback(u.Hostname()))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c Config) clientSecret() (string, error) {
	if c.ClientSecretFile == "" {
		return "", nil
	}
	data, err := os.ReadFile(c.ClientSecretFile)
	if err != nil {
		return "", fmt.Errorf("client_secret_file: %w", err)
	}
	secret := strings.TrimRight(string(data), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("client_secret_file: %s is empty", c.ClientSecretFile)
	}
	return secret, nil
}
