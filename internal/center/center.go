// Package center is the Identity Center server: one origin at which people sign
// in, allow or deny what asks for access, and at which clients get tokens and
// the credentials of roles, as from AWS IAM Identity Center. This file is the
// only wiring of its parts; each part is a package below it.
//
//	ln, origin, err := center.Listen("127.0.0.1:0")
//	c, err := center.New(ctx, center.Config{Database: "sqlite:" + path, Origin: origin})
//	_, err = c.Import(ctx, file, "center.yaml")
//	err = center.Serve(ctx, ln, center.NewServer(c.Handler(), log), "", "")
//	err = c.Close()
package center

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"latchkey/internal/center/audit"
	"latchkey/internal/center/console"
	"latchkey/internal/center/fault"
	"latchkey/internal/center/metrics"
	"latchkey/internal/center/oauth"
	"latchkey/internal/center/password"
	"latchkey/internal/center/portal"
	"latchkey/internal/center/signin"
	"latchkey/internal/center/store"
	"latchkey/internal/center/sts"
	"latchkey/internal/center/web"
)

// Config is what a center is told. Only Database is always needed.
type Config struct {
	// Database is sqlite:PATH. The file is made if it is not there.
	Database string
	// Origin is where people and clients reach it: scheme, host and port, as
	// Listen returns it. It is in every address that the center gives out, and
	// never taken from a request. "" is http://127.0.0.1:8080, good for importing.
	Origin string
	// Region is the one that it answers for: "" is us-east-1.
	Region string
	// StartURLs are those that it answers for beside Origin + "/start".
	StartURLs []string
	// DeviceFlow says which device codes people may approve: "" is all.
	DeviceFlow oauth.DeviceFlow
	// BehindProxy takes a client's address from the last X-Forwarded-For.
	BehindProxy bool
	// MetricsFrom are the networks that may ask for /metrics beside this machine.
	MetricsFrom metrics.From
	// SignIn is how people sign in: the zero value is by passwords of the
	// directory.
	SignIn signin.Methods
	// Operator is who runs it, for the record of imports.
	Operator string
	// Faults are what it does wrong, for those who test clients; nil: nothing.
	Faults *fault.Faults
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: the database's clock
}

// Center is an Identity Center. Its methods may be called at the same time.
type Center struct {
	config    Config
	db        *store.DB
	passwords *password.Hasher
	audit     audit.Recorder
	records   *audit.Log
	services  services
	metrics   *metrics.Metrics
	handler   http.Handler
	stop      context.CancelFunc
	swept     chan struct{} // closed when the sweeper has stopped
}

// New opens the database, brings its schema up to date and sweeps what expired,
// once now and then hourly until Close.
func New(ctx context.Context, config Config) (*Center, error) {
	config = config.withDefaults()
	if err := config.Check(); err != nil {
		return nil, err
	}
	startURLs, err := config.startURLs()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, config.Database)
	if err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = db.Now
	}
	c := &Center{config: config, db: db, passwords: password.NewHasher()}
	c.metrics = newMetrics(db, c.passwords)
	if err := c.wire(startURLs); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	c.startSweeping(ctx)
	return c, nil
}

// Check reports what New would refuse before it opens the database.
func (config Config) Check() error {
	config = config.withDefaults()
	if !regionForm.MatchString(config.Region) {
		return fmt.Errorf("region %q is not of AWS's form, such as us-east-1", config.Region)
	}
	_, err := config.startURLs()
	return errors.Join(config.DeviceFlow.Check(), config.SignIn.Check(), err)
}

func (config Config) startURLs() (oauth.StartURLs, error) {
	return oauth.NewStartURLs(append([]string{config.Origin + "/start"}, config.StartURLs...)...)
}

// regionForm keeps regions to what can be part of a host name and of an ARN.
var regionForm = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`)

func (config Config) withDefaults() Config {
	config.Origin = strings.TrimSuffix(cmp.Or(config.Origin, "http://127.0.0.1:8080"), "/")
	config.Region = cmp.Or(config.Region, "us-east-1")
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	config.Logger = slog.New(requestHandler{config.Logger.Handler()})
	return config
}

// wire makes the parts and gives each what it needs of the others. Each use of
// the server's key gets a key of its own.
func (c *Center) wire(startURLs oauth.StartURLs) error {
	pages, err := web.New()
	if err != nil {
		return err
	}
	key, now, log := c.db.ServerKey(), c.config.Now, c.config.Logger
	c.audit = c.recorder()
	signIn := &signin.Service{
		Store: c.db, Passwords: c.passwords, Pages: pages, Key: key.Derive("sign-in"),
		Methods: c.config.SignIn, Origin: c.config.Origin, SecondFactors: key.Derive(secondFactors),
		Secure: strings.HasPrefix(c.config.Origin, "https://"), Audit: c.audit, Now: now, Logger: log,
	}
	roles := &sts.Service{Store: c.db, Key: key.Derive("sts"), Now: now, Region: c.config.Region, Audit: c.audit, Logger: log}
	consoles := &console.Service{
		Credentials: roles, Accounts: c.db, Key: key.Derive("console"), Pages: pages, Origin: c.config.Origin,
		Audit: c.audit, Now: now, Logger: log,
	}
	c.services = services{
		pages:   pages,
		signIn:  signIn,
		sts:     roles,
		console: consoles,
		oauth: &oauth.Service{
			Store: c.db, Directory: c.db, SignIn: signIn, Throttle: signin.Throttle{Store: c.db, Now: now}, Pages: pages,
			Key: key.Derive("user code"), Origin: c.config.Origin, StartURLs: startURLs, DeviceFlow: c.config.DeviceFlow,
			Audit: c.audit, Now: now, Logger: log,
		},
		portal: &portal.Service{
			Store: c.db, Vendor: roles, Console: consoles, SignIn: signIn, Pages: pages, Origin: c.config.Origin, Region: c.config.Region,
			Audit: c.audit, Now: now, Logger: log,
		},
	}
	c.handler, err = c.around(c.routes())
	return err
}

// Handler answers everything at the origin.
func (c *Center) Handler() http.Handler {
	return c.handler
}

// Close stops the sweeper and lets go of the database. Requests must have ended.
func (c *Center) Close() error {
	c.stop()
	<-c.swept
	c.records.Close()
	return c.db.Close()
}
