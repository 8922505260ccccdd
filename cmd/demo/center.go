package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"

	"latchkey/internal/center"
)

// directory is the one of the user guide's example, with alice in it.
const directory = `
users:
  - {name: alice, email: alice@example.com, password: PASSWORD}
groups:
  - {name: developers, members: [alice]}
accounts:
  - {id: "123456789011", name: DeveloperAccount, email: developer-account-admin@example.com}
  - {id: "123456789022", name: ProductionAccount, email: production-account-admin@example.com}
permission_sets:
  - {name: ReadOnly, session_duration: 1h}
  - {name: FullAccess, session_duration: 1h}
assignments:
  - {account: "123456789011", permission_set: ReadOnly, group: developers}
  - {account: "123456789011", permission_set: FullAccess, group: developers}
  - {account: "123456789022", permission_set: ReadOnly, group: developers}
`

// region is the one that the center answers for.
const region = "us-east-1"

// A demoCenter is a center that serves in this process.
type demoCenter struct {
	origin   string
	password string // of alice
	stop     func() error
}

func (c demoCenter) startURL() string { return c.origin + "/start" }

// startCenter serves a center on a free port of this machine, its database in
// dir, until stop is called.
func startCenter(ctx context.Context, dir string) (demoCenter, error) {
	ln, origin, err := center.Listen("127.0.0.1:0")
	if err != nil {
		return demoCenter{}, err
	}
	log := slog.New(slog.DiscardHandler)
	c, err := center.New(ctx, center.Config{
		Database: "sqlite:" + filepath.Join(dir, "center.db"), Origin: origin, Region: region, Logger: log,
	})
	if err != nil {
		return demoCenter{}, errors.Join(err, ln.Close())
	}
	d := demoCenter{origin: origin, password: strings.ToLower(rand.Text()[:12])}
	people := strings.NewReader(strings.Replace(directory, "PASSWORD", d.password, 1))
	if _, err := c.Import(ctx, people, "the demonstration's directory"); err != nil {
		return demoCenter{}, errors.Join(err, ln.Close(), c.Close())
	}
	// The center outlives Ctrl-C by the time that the command needs to end.
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- center.Serve(serving, ln, center.NewServer(c.Handler(), log), "", "") }()
	d.stop = func() error {
		cancel()
		return errors.Join(<-ended, c.Close())
	}
	return d, nil
}
