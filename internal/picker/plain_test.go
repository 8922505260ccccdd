package picker_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"latchkey/internal/picker"
)

func TestPlainInput(t *testing.T) {
	long := strings.Repeat("x", 64<<10)
	for _, c := range []struct {
		name, in, want string
		err            error
		out            string
	}{
		{"line", "us-west-2\n", "us-west-2", nil, "Region: us-west-2\n"},
		{"CRLF and spaces", "  us-west-2 \r\n", "us-west-2", nil, "Region: us-west-2\n"},
		{"empty line", "\n", "", nil, "Region: \n"},
		{"last line without its end", "us-west-2", "us-west-2", nil, "Region: us-west-2\n"},
		{"end of input", "", "", picker.ErrEndOfInput, "Region: \n"},
		{"64 KiB", long + "\n", long, nil, "Region: " + strings.Repeat("x", 253) + "...\n"},
		{"escape sequences", "a\x1b[2Jb\n", "a\x1b[2Jb", nil, "Region: a\\x1b[2Jb\n"},
	} {
		var out strings.Builder
		got, err := picker.New(strings.NewReader(c.in), &out, picker.Options{}).Input(t.Context(), picker.Question{Prompt: "Region: "})
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %.40q, %v; want %.40q, %v", c.name, got, err, c.want, c.err)
		}
		if out.String() != c.out {
			t.Errorf("%s: written %.300q, want %.300q", c.name, out.String(), c.out)
		}
	}
}

func TestPlainLineWithoutEndIsRefused(t *testing.T) {
	in := strings.NewReader(strings.Repeat("x", 1<<20))
	_, err := picker.New(in, io.Discard, picker.Options{}).Input(t.Context(), picker.Question{})
	if err == nil || errors.Is(err, picker.ErrEndOfInput) {
		t.Errorf("a line of 1 MiB gave %v", err)
	}
}

func TestPlainRefusalIsReturnedAtOnce(t *testing.T) {
	var out strings.Builder
	a := picker.New(strings.NewReader("mars\nus-east-1\n"), &out, picker.Options{})
	_, err := a.Input(t.Context(), picker.Question{Prompt: "Region: ", Check: func(string) error { return errRefused }})
	if !errors.Is(err, errRefused) {
		t.Errorf("got %v", err)
	}
	if out.String() != "Region: mars\n" {
		t.Errorf("written %q", out.String())
	}
}

func TestPlainSelect(t *testing.T) {
	items := []picker.Item{
		{Label: "DeveloperAccount, a@example.com (123456789011)", Answers: []string{"123456789011"}},
		{Label: "Evil\x1b[2J\n  3) Account", Answers: []string{"123456789022"}},
		{Label: "ReadOnly", Answers: []string{"ReadOnly"}},
		{Label: "Admin", Answers: []string{"Admin"}},
		{Label: "ADMIN", Answers: []string{"ADMIN"}},
	}
	const rows = "  1) DeveloperAccount, a@example.com (123456789011)\n  2) Evil\\x1b[2J\\n  3) Account\n" +
		"  3) ReadOnly\n  4) Admin\n  5) ADMIN\n"
	for _, c := range []struct {
		answer string
		want   int
		ok     bool
	}{
		{"", 0, true}, {"1", 0, true}, {" 2 ", 1, true}, {"5", 4, true}, {"03", 2, true},
		{"123456789022", 1, true}, {"ReadOnly", 2, true}, {"readonly", 2, true}, {"Admin", 3, true}, {"ADMIN", 4, true},
		{"admin", 0, false}, {"0", 0, false}, {"6", 0, false}, {"-1", 0, false}, {"Read", 0, false}, {"99999999999999999999", 0, false},
	} {
		var out strings.Builder
		got, err := picker.New(strings.NewReader(c.answer+"\n"), &out, picker.Options{}).
			Select(t.Context(), picker.Choice{Items: items, PlainPrompt: "Account [1]: "})
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("answer %q: got %d, %v", c.answer, got, err)
		}
		if _, wrong := errors.AsType[*picker.AnswerError](err); wrong == c.ok {
			t.Errorf("answer %q: the error is %v", c.answer, err)
		}
		if want := rows + "Account [1]: " + strings.TrimSpace(c.answer) + "\n"; out.String() != want {
			t.Errorf("answer %q: written\n%s\nwant\n%s", c.answer, out.String(), want)
		}
	}
}

func TestPlainSelectWithoutAnswer(t *testing.T) {
	a := picker.New(strings.NewReader(""), io.Discard, picker.Options{})
	if _, err := a.Select(t.Context(), picker.Choice{Items: roles("A", "B")}); !errors.Is(err, picker.ErrEndOfInput) {
		t.Errorf("at the end of input: %v", err)
	}
	if _, err := a.Select(t.Context(), picker.Choice{}); err == nil {
		t.Error("a choice of nothing succeeded")
	}
}

// All questions read from one place: none takes what is for the next.
func TestPlainQuestionsShareTheInput(t *testing.T) {
	for _, in := range []io.Reader{
		strings.NewReader("corp\n2\r\nlast"),
		&slow{rest: "corp\n2\r\nlast"},
	} {
		a := picker.New(in, io.Discard, picker.Options{})
		name, err1 := a.Input(t.Context(), picker.Question{})
		index, err2 := a.Select(t.Context(), picker.Choice{Items: roles("A", "B")})
		last, err3 := a.Input(t.Context(), picker.Question{})
		if name != "corp" || index != 1 || last != "last" || errors.Join(err1, err2, err3) != nil {
			t.Errorf("got %q, %d, %q, %v", name, index, last, errors.Join(err1, err2, err3))
		}
		if _, err := a.Input(t.Context(), picker.Question{}); !errors.Is(err, picker.ErrEndOfInput) {
			t.Errorf("after the last line: %v", err)
		}
	}
}

// slow gives one byte with every read.
type slow struct{ rest string }

func (s *slow) Read(p []byte) (int, error) {
	if s.rest == "" {
		return 0, io.EOF
	}
	p[0], s.rest = s.rest[0], s.rest[1:]
	return 1, nil
}

func TestPlainQuestionEndsWithItsContext(t *testing.T) {
	in, w := io.Pipe()
	defer w.Close()
	a := picker.New(in, io.Discard, picker.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() {
		_, err := a.Input(ctx, picker.Question{Prompt: "Name: "})
		asked <- err
	}()
	cancel()
	if err := <-asked; !errors.Is(err, picker.ErrInterrupted) {
		t.Errorf("got %v", err)
	}
}
