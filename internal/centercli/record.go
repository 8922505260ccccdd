package centercli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"latchkey/internal/center/audit"
)

// recordLine is a record for people:
//
//	7  2026-11-23T10:00:00.000Z  sign-in: ok  user=alice address=192.0.2.7 method="built-in"
func recordLine(r audit.Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d  %s  %s: %s ", r.Seq, timeText(r.At), visible(r.Action), visible(r.Outcome))
	for _, v := range [][2]string{{"user", r.User}, {"client", r.Client}, {"address", r.Address}} {
		if v[1] != "" {
			fmt.Fprintf(&b, " %s=%s", v[0], quoted(v[1]))
		}
	}
	if r.Details != "{}" {
		b.WriteString(" " + visible(r.Details))
	}
	return b.String()
}

// quoted is s, between quotes if its end would not be seen.
func quoted(s string) string {
	if strings.ContainsAny(s, " \"=") {
		return visible(fmt.Sprintf("%q", s))
	}
	return visible(s)
}

// recordJSON is a record for programs; the keys stay.
func recordJSON(r audit.Record) string {
	details := json.RawMessage(r.Details)
	if !json.Valid(details) { // somebody changed it: verify tells
		details, _ = json.Marshal(map[string]string{"invalid": r.Details})
	}
	line, err := json.Marshal(struct {
		Seq       int64           `json:"seq"`
		At        string          `json:"at"`
		Action    string          `json:"action"`
		Outcome   string          `json:"outcome"`
		UserID    string          `json:"user_id"`
		User      string          `json:"user"`
		Client    string          `json:"client"`
		Address   string          `json:"address"`
		RequestID string          `json:"request_id"`
		Details   json.RawMessage `json:"details"`
		Hash      string          `json:"hash"`
	}{
		r.Seq, timeText(r.At), r.Action, r.Outcome, r.UserID, r.User,
		r.Client, r.Address, r.RequestID, details, fmt.Sprintf("%x", r.Hash),
	})
	if err != nil {
		panic(err) // texts and valid JSON have JSON
	}
	return printable(string(line))
}

// printable writes the characters of JSON that would act on a terminal as its
// escapes.
func printable(line string) string {
	var b strings.Builder
	for _, r := range line {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

func timeText(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
