//go:build unix

package picker_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"latchkey/internal/picker"
)

const (
	up, down, right, left = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
	home, end             = "\x1b[H", "\x1b[F"
	pageUp, pageDown      = "\x1b[5~", "\x1b[6~"
	enter, ctrlC, ctrlD   = "\r", "\x03", "\x04"
)

func TestInputIsEdited(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"plain", "us-west-2", "us-west-2"},
		{"trimmed", "  json ", "json"},
		{"left and right", "ac" + left + "b" + right + "d", "abcd"},
		{"home and end", "bc" + home + "a" + end + "d", "abcd"},
		{"their other sequences", "bc" + "\x1b[1~" + "a" + "\x1b[4~" + "d" + "\x1bOH" + "_" + "\x1bOF" + "e", "_abcde"},
		{"Ctrl-A and Ctrl-E", "bc\x01a\x05d", "abcd"},
		{"Ctrl-U", "wrong\x15right", "right"},
		{"Ctrl-W", "one two \x17three", "one three"},
		{"Ctrl-K", "abcd" + left + left + "\x0b", "ab"},
		{"backspace", "abx\x7fc\x7f\x7fbc", "abc"},
		{"delete", "axb" + left + left + "\x1b[3~", "ab"},
		{"Ctrl-D deletes in a line", "abx" + left + ctrlD, "ab"},
		{"word by word", "one two" + "\x1bb" + "x" + "\x1b[1;5D" + "\x1b[1;5D" + "y", "yone xtwo"},
		{"wide and composed characters", "東e\u0301京" + left + "\x7f", "東京"},
		{"a paste with line breaks", "\x1b[200~https://a.example/start\r\n\x1b[201~", "https://a.example/start"},
		{"a paste with an escape sequence", "\x1b[200~a\x1b[31mb\u202ec\x1b[201~", "a[31mbc"},
		{"unknown keys do nothing", "a\x1b[15~\x1bOP\x1b[24;5~\x1bxb\x07", "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tty := newConsole(t, 120, 30)
			a := tty.asker(picker.Options{})
			done := tty.input(t.Context(), a, picker.Question{Prompt: "Answer [None]: "})
			tty.shows("Answer [None]:")
			tty.press(c.keys + enter)
			if o := tty.wait(done); o.err != nil || o.text != c.want {
				t.Errorf("keys %q gave %q, %v; want %q", c.keys, o.text, o.err, c.want)
			}
			tty.shows("Answer [None]: " + strings.TrimRight(lineOf(c.want, c.keys), " "))
		})
	}
}

// lineOf is what stays on the screen: the text before it is trimmed.
func lineOf(want, keys string) string {
	if strings.HasPrefix(keys, "  ") {
		return "  " + want
	}
	return want
}

func TestInputEndsWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		keys string
		want error
	}{{ctrlC, picker.ErrInterrupted}, {ctrlD, picker.ErrEndOfInput}, {"half" + ctrlC, picker.ErrInterrupted}} {
		tty := newConsole(t, 80, 24)
		done := tty.input(t.Context(), tty.asker(picker.Options{}), picker.Question{Prompt: "Name: "})
		tty.shows("Name:")
		tty.press(c.keys)
		if o := tty.wait(done); !errors.Is(o.err, c.want) {
			t.Errorf("keys %q gave %q, %v; want %v", c.keys, o.text, o.err, c.want)
		}
	}
}

func TestCancelledQuestionsReturn(t *testing.T) {
	for _, o := range []picker.Options{{}, {Plain: true}} {
		tty := newConsole(t, 80, 24)
		a := tty.asker(o)
		ctx, cancel := context.WithCancel(t.Context())
		done := tty.input(ctx, a, picker.Question{Prompt: "Name: "})
		tty.shows("Name:")
		cancel()
		if o := tty.wait(done); !errors.Is(o.err, picker.ErrInterrupted) {
			t.Errorf("%+v: got %q, %v", o, o.text, o.err)
		}
		if o := tty.wait(tty.choose(ctx, a, roles("A", "B"))); !errors.Is(o.err, picker.ErrInterrupted) {
			t.Errorf("%+v: a list gave %d, %v", o, o.index, o.err)
		}
		// The read that was left blocked serves the next question.
		done = tty.input(t.Context(), a, picker.Question{Prompt: "Again: "})
		tty.shows("Name:", "Again:")
		tty.press("b\r")
		if o := tty.wait(done); o.text != "b" {
			t.Errorf("%+v: got %q, %v", o, o.text, o.err)
		}
	}
}

func TestRefusedAnswerIsAskedAgain(t *testing.T) {
	for _, o := range []picker.Options{{}, {Plain: true}} {
		tty := newConsole(t, 80, 24)
		done := tty.input(t.Context(), tty.asker(o), picker.Question{Prompt: "Region: ", Check: func(answer string) error {
			if answer != "us-east-1" {
				return errRefused
			}
			return nil
		}})
		tty.shows("Region:")
		tty.press("mars" + enter)
		tty.shows("Region: mars", "not a region", "Region:")
		tty.press("us-east-1" + enter)
		if o := tty.wait(done); o.text != "us-east-1" {
			t.Errorf("got %q, %v", o.text, o.err)
		}
	}
}

func TestTabCompletes(t *testing.T) {
	suggest := []string{"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "bad\nregion"}
	tty := newConsole(t, 40, 24)
	done := tty.input(t.Context(), tty.asker(picker.Options{}), picker.Question{Prompt: "SSO region [None]: ", Suggest: suggest})
	tty.shows("SSO region [None]:")
	tty.press("u\t")
	tty.shows("SSO region [None]: us-")
	tty.press("\t")
	tty.shows("SSO region [None]: us-", "  us-east-1", "  us-east-2", "  us-west-2")
	tty.press("\t\t\t")
	tty.shows("SSO region [None]: us-west-2", "  us-east-1", "  us-east-2", "> us-west-2")
	tty.press("\x1b[Z")
	tty.shows("SSO region [None]: us-east-2", "  us-east-1", "> us-east-2", "  us-west-2")
	tty.press("\x15eu\t")
	tty.shows("SSO region [None]: eu-west-1")
	tty.press(enter)
	if o := tty.wait(done); o.text != "eu-west-1" {
		t.Errorf("got %q, %v", o.text, o.err)
	}
	tty.shows("SSO region [None]: eu-west-1")
}

func TestLongLineWraps(t *testing.T) {
	tty := newConsole(t, 40, 24)
	done := tty.input(t.Context(), tty.asker(picker.Options{}), picker.Question{Prompt: "SSO start URL [None]: "})
	tty.shows("SSO start URL [None]:")
	tty.press("https://my-sso-portal.awsapps.com/start")
	tty.shows("SSO start URL [None]: https://my-sso-por", "tal.awsapps.com/start")
	tty.press(home + strings.Repeat(right, 8) + "oh-" + end + "#" + enter)
	tty.shows("SSO start URL [None]: https://oh-my-sso-", "portal.awsapps.com/start#")
	if o := tty.wait(done); o.text != "https://oh-my-sso-portal.awsapps.com/start#" {
		t.Errorf("got %q, %v", o.text, o.err)
	}
}

func TestAnswersTypedAhead(t *testing.T) {
	tty := newConsole(t, 80, 24)
	a := tty.asker(picker.Options{})
	tty.press("https://a.example/start\rus-west-2\r" + down + "\rmy-dev\r")
	for _, want := range []string{"https://a.example/start", "us-west-2"} {
		if o := tty.wait(tty.input(t.Context(), a, picker.Question{Prompt: "? "})); o.text != want {
			t.Errorf("got %q, %v; want %q", o.text, o.err, want)
		}
	}
	if o := tty.wait(tty.choose(t.Context(), a, roles("ReadOnly", "FullAccess"))); o.err != nil || o.index != 1 {
		t.Errorf("chose %d, %v; want 1", o.index, o.err)
	}
	if o := tty.wait(tty.input(t.Context(), a, picker.Question{Prompt: "? "})); o.text != "my-dev" {
		t.Errorf("got %q, %v; want my-dev", o.text, o.err)
	}
}

func TestListIsMovedThrough(t *testing.T) {
	for _, c := range []struct {
		name, keys string
		want       int
	}{
		{"enter", "", 0},
		{"down", down + down, 2},
		{"wraps upwards", up, 24},
		{"wraps downwards", up + down, 0},
		{"end", end, 24},
		{"home", end + up + home, 0},
		{"page down", pageDown, 10},
		{"page down stops", strings.Repeat(pageDown, 9), 24},
		{"page up", end + pageUp, 14},
		{"cursor keys in application mode", "\x1bOB\x1bOB\x1bOA", 1},
		{"Ctrl-N and Ctrl-P", "\x0e\x0e\x10", 1},
		{"narrowed", "account17", 17},
		{"narrowed and moved", "account1" + down + down, 12},
		{"words in any order", "example 03", 3},
		{"widened", "account1\x7f" + down, 1},
		{"filter cleared", "account17\x1b", 17},
		{"letters in between", "acnt09", 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			tty := newConsole(t, 120, 30)
			done := tty.choose(t.Context(), tty.asker(picker.Options{}), accounts(25))
			tty.drawn()
			tty.press(c.keys)
			if strings.HasSuffix(c.keys, "\x1b") {
				tty.shows(append(rowsFrom(8, 17), "  18/25, type to narrow")...)
			}
			tty.press(enter)
			if o := tty.wait(done); o.err != nil || o.index != c.want {
				t.Errorf("keys %q chose %d, %v; want %d", c.keys, o.index, o.err, c.want)
			}
			tty.shows()
		})
	}
}

func rowsFrom(first, current int) []string {
	var rows []string
	for i, item := range accounts(first + 10)[first:] {
		mark := "  "
		if first+i == current {
			mark = "> "
		}
		rows = append(rows, mark+item.Label)
	}
	return rows
}

func TestListOnTheScreen(t *testing.T) {
	tty := newConsole(t, 40, 24)
	items := []picker.Item{
		{Label: "DeveloperAccount, developer-account-admin@example.com (123456789011)"},
		{Label: "Evil\x1b[2J\nAccount"},
	}
	done := tty.choose(t.Context(), tty.asker(picker.Options{}), items)
	tty.shows("> DeveloperAccount, developer-accoun...", `  Evil\x1b[2J\nAccount`)
	tty.press("evil")
	tty.shows(`> Evil\x1b[2J\nAccount`, "  1/2: evil")
	tty.press("zz")
	tty.shows("  no match: evilzz")
	tty.press(enter + "\x7f\x7f")
	tty.shows(`> Evil\x1b[2J\nAccount`, "  1/2: evil")
	tty.press("\x15")
	tty.shows("  DeveloperAccount, developer-accoun...", `> Evil\x1b[2J\nAccount`)
	tty.resize(120, 24)
	tty.shows("  "+items[0].Label, `> Evil\x1b[2J\nAccount`)
	tty.press(enter)
	if o := tty.wait(done); o.index != 1 {
		t.Errorf("chose %d, %v", o.index, o.err)
	}
	tty.shows()
	if strings.Contains(tty.written(), "\x1b[1m") {
		t.Error("a list without colour has a bold row")
	}
}

func TestCurrentRowIsBoldWithColor(t *testing.T) {
	tty := newConsole(t, 40, 24)
	done := tty.choose(t.Context(), tty.asker(picker.Options{Color: true}), roles("ReadOnly", "FullAccess"))
	tty.shows("> ReadOnly", "  FullAccess")
	tty.press(enter)
	tty.wait(done)
	if !strings.Contains(tty.written(), "\x1b[1m> ReadOnly\x1b[m") {
		t.Errorf("written: %q", tty.written())
	}
}

func TestListInALowWindow(t *testing.T) {
	tty := newConsole(t, 120, 5)
	done := tty.choose(t.Context(), tty.asker(picker.Options{}), accounts(25))
	tty.shows(append(rowsFrom(0, 0)[:3], "  1/25, type to narrow")...)
	tty.resize(120, 7)
	tty.shows(append(rowsFrom(0, 0)[:5], "  1/25, type to narrow")...)
	tty.press(enter)
	tty.wait(done)
}

func TestListEndsWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		keys string
		want error
	}{
		{ctrlC, picker.ErrInterrupted},
		{"acc" + ctrlC, picker.ErrInterrupted},
		{ctrlD, picker.ErrEndOfInput},
		{"a" + ctrlD + "\x7f" + ctrlD, picker.ErrEndOfInput},
	} {
		tty := newConsole(t, 80, 24)
		done := tty.choose(t.Context(), tty.asker(picker.Options{}), accounts(3))
		tty.drawn()
		tty.press(c.keys)
		if o := tty.wait(done); !errors.Is(o.err, c.want) {
			t.Errorf("keys %q gave %d, %v; want %v", c.keys, o.index, o.err, c.want)
		}
		tty.shows()
	}
}

// A terminal that answers no questions must not be asked any.
func TestNothingIsAskedOfTheTerminal(t *testing.T) {
	tty := newConsole(t, 80, 24)
	a := tty.asker(picker.Options{Color: true})
	tty.press("a\r" + down + "\r")
	tty.wait(tty.input(t.Context(), a, picker.Question{Prompt: "? "}))
	tty.wait(tty.choose(t.Context(), a, accounts(30)))
	for _, query := range []string{"\x1b]", "\x1bP", "\x1b[6n", "\x1b[c", "\x1b[>", "$p", "\x1b[?u", "\x1b[?1049"} {
		if strings.Contains(tty.written(), query) {
			t.Errorf("%q was written: %q", query, tty.written())
		}
	}
}

func TestPlainLinesInATerminal(t *testing.T) {
	tty := newConsole(t, 80, 24)
	a := tty.asker(picker.Options{Plain: true})
	if a.Interactive() {
		t.Error("plain lines are interactive")
	}
	done := tty.choose(t.Context(), a, roles("ReadOnly", "FullAccess"))
	tty.shows("  1) ReadOnly", "  2) FullAccess", "Account [1]:")
	tty.press("3\r")
	tty.shows("  1) ReadOnly", "  2) FullAccess", "Account [1]: 3",
		`"3" is none of the choices: answer with a number from 1 to 2`, "Account [1]:")
	tty.press("fullaccess\r")
	if o := tty.wait(done); o.err != nil || o.index != 1 {
		t.Errorf("chose %d, %v", o.index, o.err)
	}
	done = tty.input(t.Context(), a, picker.Question{Prompt: "Name: "})
	tty.press(ctrlD)
	if o := tty.wait(done); !errors.Is(o.err, picker.ErrEndOfInput) {
		t.Errorf("Ctrl-D gave %q, %v", o.text, o.err)
	}
	if strings.Contains(tty.written(), "\x1b") {
		t.Errorf("escape sequences in plain lines: %q", tty.written())
	}
}
