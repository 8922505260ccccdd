package centercli

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"latchkey/internal/center"
	"latchkey/internal/center/metrics"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/signin"
)

type serveOptions struct {
	Listen      string
	Database    string
	Import      string
	Region      string
	StartURLs   []string
	Origin      string
	TLSCert     string
	TLSKey      string
	BehindProxy bool
	Fault       string
	Debug       bool

	// These are in the file of --config alone.
	DeviceFlow  oauth.DeviceFlow
	MetricsFrom metrics.From
	SignIn      signin.Methods
}

func newServe(e *env) *cobra.Command {
	var o serveOptions
	var config string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the center until SIGTERM or Ctrl-C",
		Long: "Serve the center until SIGTERM or Ctrl-C.\n\n" +
			"Its address is the one line on stdout; logs are on stderr. Without flags it is for this machine alone.\n" +
			"For others it needs --tls-cert and --tls-key, or a proxy in front and --behind-proxy.",
		Example: "  latchkey-center serve\n" +
			"  latchkey-center serve --config center.yaml\n" +
			"  latchkey-center serve --listen 0.0.0.0:443 --origin https://sso.example.com --tls-cert cert.pem --tls-key key.pem",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			log := newLogger(e, o.Debug)
			warnings, err := o.read(config, c.Flags().Changed)
			if err != nil {
				return err
			}
			for _, warning := range append(warnings, o.doubts()...) {
				log.Warn(warning)
			}
			return runServe(c.Context(), e, o, log)
		},
	}
	f := c.Flags()
	f.StringVar(&config, "config", "", "YAML `FILE` of settings and sign-in methods; flags win over it")
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "`HOST:PORT` to listen on; port 0 takes a free one")
	databaseOption(c, &o.Database)
	f.StringVar(&o.Import, "import", "", "import the YAML `FILE` before serving")
	f.StringVar(&o.Region, "region", "us-east-1", "AWS `REGION` that the center answers for")
	f.StringArrayVar(&o.StartURLs, "start-url", nil, "start `URL` to answer for beside its own; may be repeated")
	f.StringVar(&o.Origin, "origin", "", "`URL` where people reach it, such as https://sso.example.com (default the address it listens on)")
	f.StringVar(&o.TLSCert, "tls-cert", "", "certificate `FILE` (PEM) to serve https with")
	f.StringVar(&o.TLSKey, "tls-key", "", "key `FILE` (PEM) of the certificate")
	f.BoolVar(&o.BehindProxy, "behind-proxy", false, "a proxy in front ends TLS and appends to X-Forwarded-For")
	f.StringVar(&o.Fault, "fault", "", "fail on demand as the YAML `FILE` says, to test clients")
	f.BoolVar(&o.Debug, "debug", false, "log every request")
	return c
}

func runServe(ctx context.Context, e *env, o serveOptions, log *slog.Logger) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := o.checkCertificate(); err != nil {
		return err
	}
	ln, address, err := center.Listen(o.Listen)
	if err != nil {
		return withHint(err, "choose another address with --listen; port 0 takes a free one")
	}
	defer ln.Close() // again after Serve, which is harmless
	if o.TLSCert != "" {
		address = "https://" + ln.Addr().String()
	}
	c, err := open(ctx, e, o, log, address)
	if err != nil {
		return err
	}
	err = importThenServe(ctx, e, o, c, ln, log, address)
	return errors.Join(err, c.Close())
}

func open(ctx context.Context, e *env, o serveOptions, log *slog.Logger, address string) (*center.Center, error) {
	database, err := databaseURL(e, o.Database)
	if err != nil {
		return nil, err
	}
	faults, err := readFaults(o.Fault)
	if err != nil {
		return nil, err
	}
	config := o.center(o.origin(address, log))
	config.Database, config.Faults, config.Logger = database, faults, log
	return center.New(ctx, config)
}

// center is what of the options is the center's, at origin.
func (o serveOptions) center(origin string) center.Config {
	return center.Config{
		Operator: operator(),
		Origin:   origin, Region: o.Region, StartURLs: o.StartURLs, BehindProxy: o.BehindProxy,
		DeviceFlow: o.DeviceFlow, MetricsFrom: o.MetricsFrom, SignIn: o.SignIn,
	}
}

func importThenServe(ctx context.Context, e *env, o serveOptions, c *center.Center, ln net.Listener, log *slog.Logger, address string) error {
	if o.Import != "" {
		summary, err := importFile(ctx, e, c, o.Import)
		if err != nil {
			return err
		}
		log.Info("imported", "file", o.Import, "changed", summary.Changed())
	}
	fmt.Fprintf(e.out, "listening on %s\n", address)
	serve := center.Serve
	if o.BehindProxy {
		serve = center.ServeBehindProxy
	}
	err := serve(ctx, ln, center.NewServer(c.Handler(), log), o.TLSCert, o.TLSKey)
	log.Info("stopped")
	return err
}

// checkCertificate finds out before anybody is told that the center listens.
func (o serveOptions) checkCertificate() error {
	if o.TLSCert == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey); err != nil {
		return withHint(err, "name PEM files of a certificate and its key with --tls-cert and --tls-key")
	}
	return nil
}

// check refuses what would send passwords over a network unencrypted.
func (o serveOptions) check() error {
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return usage("--tls-cert and --tls-key go together", "give both, or neither")
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return usage(fmt.Sprintf("--listen %q is not HOST:PORT", o.Listen), "for example --listen 127.0.0.1:8080")
	}
	if !loopback(host) && o.TLSCert == "" && !o.BehindProxy {
		return usage(fmt.Sprintf("--listen %s is not loopback: passwords would cross the network unencrypted", o.Listen),
			"give --tls-cert and --tls-key, or --behind-proxy if a proxy in front ends TLS")
	}
	if o.Origin != "" && !validOrigin(o.Origin) {
		return usage(fmt.Sprintf("--origin %q is not an origin", o.Origin), "for example --origin https://sso.example.com")
	}
	return nil
}

// doubts are what may be meant, but likely is not.
func (o serveOptions) doubts() []string {
	encrypted := strings.HasPrefix(o.Origin, "https:")
	switch {
	case encrypted && o.TLSCert == "" && !o.BehindProxy:
		return []string{"origin is https, but what is served is plain http: give tls-cert and tls-key, or behind-proxy if a proxy in front ends TLS"}
	case o.Origin != "" && !encrypted && o.TLSCert != "":
		return []string{"origin is http, but what is served is https: people are sent where nothing answers"}
	}
	return nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func validOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

// origin is where people are sent. Without --origin it is the address listened
// on; that of a proxy in front, or one that stands for all addresses, can only
// be guessed.
func (o serveOptions) origin(address string, log *slog.Logger) string {
	u, err := url.Parse(address)
	if o.Origin != "" || err != nil {
		return cmp.Or(o.Origin, address)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	everywhere := err == nil && ip.IsUnspecified()
	if !everywhere && !o.BehindProxy {
		return address
	}
	u.Scheme = "https"
	if everywhere {
		name, _ := os.Hostname() // "" is as good as none
		u.Host = net.JoinHostPort(cmp.Or(name, "localhost"), u.Port())
	}
	log.Warn("no --origin: people are sent to a guessed address", "origin", u.String())
	return u.String()
}

func newLogger(e *env, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(e.err, &slog.HandlerOptions{Level: level}))
}
