package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
)

// An answer is what is typed when the last line shown starts with question.
type answer struct{ question, typed string }

// A conversation stands in for the person at a command that asks: it reads what
// the command prints, types one answer after the other, each when its question
// has been asked, and has somebody attend to the address and the code that the
// command shows.
type conversation struct {
	show    io.Writer // gets all that is printed; the command repeats each answer
	answers []answer
	attend  func(address, code string) error

	mu       sync.Mutex
	in       io.Writer
	printed  bytes.Buffer // since the last answer
	attended chan error   // the end of attend; nil until there was something to attend to
}

var signIn = regexp.MustCompile(`enter the following code:\s+(\S+)\s[\s\S]*?(https?://\S+user_code=\S+)\s`)

// hold runs the command through to its end.
func (c *conversation) hold(cmd *exec.Cmd) error {
	cmd.Stdin = nil
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	c.in, cmd.Stdout, cmd.Stderr = in, c, c
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return errors.Join(err, c.whatWentWrong())
	}
	if len(c.answers) > 0 {
		return fmt.Errorf("it never asked %q", c.answers[0].question)
	}
	return c.whatWentWrong()
}

// Write is what the command prints, on either stream.
func (c *conversation) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.show.Write(p); err != nil {
		return 0, err
	}
	c.printed.Write(p)
	c.lookForSignIn()
	return len(p), c.answer()
}

// answer types the next answer if its question is the last thing printed.
func (c *conversation) answer() error {
	if len(c.answers) == 0 {
		return nil
	}
	next := c.answers[0]
	printed := c.printed.String()
	line := printed[strings.LastIndexByte(printed, '\n')+1:]
	if !strings.HasPrefix(line, next.question) || !strings.HasSuffix(line, ": ") {
		return nil
	}
	c.answers = c.answers[1:]
	c.printed.Reset()
	_, err := fmt.Fprintln(c.in, next.typed)
	return err
}

func (c *conversation) lookForSignIn() {
	found := signIn.FindSubmatch(c.printed.Bytes())
	if found == nil || c.attended != nil {
		return
	}
	code, address := string(found[1]), string(found[2])
	attended := make(chan error, 1)
	c.attended = attended
	go func() { attended <- c.attend(address, code) }()
}

func (c *conversation) whatWentWrong() error {
	c.mu.Lock()
	attended := c.attended
	c.mu.Unlock()
	if attended == nil {
		return errors.New("it never showed an address and a code")
	}
	return <-attended
}
