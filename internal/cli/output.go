package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"latchkey/internal/termtext"
)

// printJSON writes v as the AWS CLI does: four spaces, keys in the order of the
// struct, no HTML escapes.
func (e *Env) printJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return e.print(b.Bytes())
}

// clock shows a moment as the person's clock does, with its day.
func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04 MST") }

// jsonOnly refuses another output format than the one that the commands print
// which answer as the AWS CLI does.
func (e *Env) jsonOnly() error {
	if o := e.Globals.Output; o != "" && o != "json" {
		return &usageError{"--output " + quote(o) + ": this command prints JSON", "leave --output out, and let jq or your own program take what it needs"}
	}
	return nil
}

// print writes an answer in one go.
func (e *Env) print(b []byte) error {
	_, err := e.Out.Write(b)
	return err
}

func (e *Env) warn(err error) {
	fmt.Fprintf(e.Err, "latchkey: warning: %s\n", termtext.Safe(err.Error()))
}

// debugf writes a line of --debug.
func (e *Env) debugf(format string, args ...any) {
	if e.Globals.Debug {
		fmt.Fprintf(e.Err, "debug: %s\n", termtext.Safe(fmt.Sprintf(format, args...)))
	}
}
