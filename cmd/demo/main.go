// Demo shows the whole of Latchkey on one machine, with nothing else needed: a
// center, a person signing in, a profile, and credentials in use by AWS
// clients. It is the only program that knows both halves.
//
// It is two programs in one: run under the name latchkey it is the latchkey
// command, so that what the person meets in their terminal is the real thing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/term"

	"latchkey/internal/cli"
)

func main() {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "latchkey" {
		os.Exit(cli.Main(os.Args[1:]))
	}
	auto := flag.Bool("auto", false, "answer for the person; this is so too when there is no terminal")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, *auto || !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())))
	stop()
	os.Exit(exitCode(err))
}

// run tells the story and leaves nothing behind.
func run(ctx context.Context, auto bool) (err error) {
	home, err := newHome()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, home.remove()) }()
	c, err := startCenter(ctx, home.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	s := &story{home: home, center: c, out: os.Stdout}
	if auto {
		return s.auto(ctx)
	}
	return s.interactive(ctx)
}

// exitCode reports err, unless a command in the terminal has done so.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if ended, ok := errors.AsType[endedError](err); ok {
		return int(ended)
	}
	if errors.Is(err, context.Canceled) {
		return 130
	}
	fmt.Fprintln(os.Stderr, "demo:", err)
	return 1
}
