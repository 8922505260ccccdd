package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

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
