package awsconfig_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"latchkey/internal/awsconfig"

	"github.com/google/go-cmp/cmp"
)

// seedDialect gives a fuzz target the cases of the dialect to start from.
func seedDialect(f *testing.F, add func(text string)) {
	f.Helper()
	for _, c := range dialect {
		add(c.text)
	}
	g := newGenerator(1)
	for range 20 {
		add(g.file())
	}
}

// FuzzParse: no text makes the parser fail but with a SyntaxError, and what it
// reads is what it reads again from its own rendering.
func FuzzParse(f *testing.F) {
	seedDialect(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		c, err := awsconfig.Parse(awsconfig.Paths{Config: "config"}, text, "")
		if err != nil {
			e, ok := errors.AsType[*awsconfig.SyntaxError](err)
			if !ok || e.Line < 1 || e.Line > strings.Count(text, "\n")+1 || e.Hint == "" {
				t.Fatalf("%q: error %#v", text, err)
			}
			return
		}
		unchanged, err := awsconfig.Edited("config", text)
		if err != nil || unchanged != text {
			t.Fatalf("%q, not edited, became %q, %v", text, unchanged, err)
		}
		c.Warnings()
		for _, name := range c.Profiles() {
			c.Kind(name)
			c.Problem(name)
		}
	})
}

// FuzzEdit: an edit is refused, or what was set reads back, nothing else reads
// differently, the lines of others are still there byte for byte and in order,
// and a second time changes nothing.
func FuzzEdit(f *testing.F) {
	seedDialect(f, func(text string) {
		f.Add(text, uint8(0), "default", "region", "us-east-1", "")
		f.Add(text, uint8(1), "my sess", "a", "x = y", "")
		f.Add(text, uint8(2), "a", "s3", "http://x", "endpoint_url")
	})
	f.Fuzz(func(t *testing.T, text string, kind uint8, name, key, value, sub string) {
		checkEdit(t, text, awsconfig.Kind(kind%3), name, key, sub, value)
	})
}

// TestEditGenerated is FuzzEdit on generated files, whose edits mostly succeed.
func TestEditGenerated(t *testing.T) {
	g := newGenerator(uint64(time.Now().UnixNano()))
	n := 5000
	if testing.Short() {
		n /= 10
	}
	made := 0
	for range n {
		text, e := g.file(), g.edit()
		for _, kv := range e.Set {
			sub, value := "", kv.Value
			if len(kv.Nested) > 0 {
				sub, value = kv.Nested[1].Key, kv.Nested[1].Value
			}
			if checkEdit(t, text, e.Kind, e.Name, kv.Key, sub, value) {
				made++
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d edits made", made)
	if made < n/10 {
		t.Errorf("only %d edits of %d files were not refused", made, n)
	}
}

// checkEdit makes an edit of one key and reports whether it was not refused.
func checkEdit(t *testing.T, text string, kind awsconfig.Kind, name, key, sub, value string) bool {
	t.Helper()
	kv := awsconfig.KeyValue{Key: key, Value: value}
	if sub != "" {
		kv = awsconfig.KeyValue{Key: key, Nested: set(sub, value)}
	}
	e := awsconfig.Edit{Kind: kind, Name: name, Set: []awsconfig.KeyValue{kv}}
	got, err := awsconfig.Edited("config", text, e)
	if err != nil {
		return false
	}
	if again, err := awsconfig.Edited("config", got, e); err != nil || again != got {
		t.Errorf("%q became, the second time, %v,\n%q", got, err, again)
	}
	checkReadBack(t, text, got, e, key, sub, value)
	checkLinesStay(t, text, got, e)
	return true
}

// checkReadBack compares what before and after say.
func checkReadBack(t *testing.T, before, after string, e awsconfig.Edit, key, sub, value string) {
	t.Helper()
	want, got := sections(t, before, e.Kind), sections(t, after, e.Kind)
	key = lowerKey(key)
	fromAll := inherited(t, before)
	if _, ok := fromAll[key]; ok && sub != "" {
		return // which of two blocks is meant cannot be told from here
	}
	if want[e.Name] == nil {
		want[e.Name] = fromAll
	}
	if sub == "" {
		want[e.Name][key] = value
	} else {
		old, _ := want[e.Name][key].(map[string]any)
		if old == nil {
			old = map[string]any{}
		}
		old[sub] = value
		want[e.Name][key] = old
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q edited by %v is %q: -want +got\n%s", before, e, after, diff)
	}
}

// sections returns all sections of kind k.
func sections(t *testing.T, text string, k awsconfig.Kind) values {
	t.Helper()
	c := parse(t, text, "")
	all := values{}
	switch k {
	case awsconfig.KindProfile:
		return profiles(c)
	case awsconfig.KindSSOSession:
		for _, name := range c.SSOSessions() {
			s, _ := c.SSOSession(name)
			all[name] = section(s)
		}
	case awsconfig.KindServices:
		for _, name := range c.ServicesSections() {
			s, _ := c.Services(name)
			all[name] = section(s)
		}
	}
	return all
}

// inherited returns what a new section has from [DEFAULT].
func inherited(t *testing.T, text string) map[string]any {
	t.Helper()
	c := parse(t, "[profile new]\n"+text, "")
	p, _ := c.Profile("new")
	return section(p.Values)
}

// lowerKey asks the reader how it spells a key.
func lowerKey(key string) string {
	c, err := awsconfig.Parse(awsconfig.Paths{}, "[default]\n"+key+" = x", "")
	if err != nil {
		return key
	}
	p, _ := c.Profile("default")
	return p.Values.Keys()[0]
}

// checkLinesStay reports lines that went and are not of the edited key. The
// edit replaces one key: what goes is one run of lines.
func checkLinesStay(t *testing.T, before, after string, e awsconfig.Edit) {
	t.Helper()
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	gone, come := strings.Join(a, ""), strings.Join(b, "")
	if strings.HasPrefix(come, gone) || gone == "" {
		return // lines were added, perhaps a line end before them
	}
	// What went is the old value: alone in a section, it reads as one key.
	c, err := awsconfig.Parse(awsconfig.Paths{}, "[default]\n"+gone, "")
	if err != nil {
		t.Fatalf("%q edited by %v is %q: %q went, %v", before, e, after, gone, err)
	}
	p, _ := c.Profile("default")
	if keys := p.Values.Keys(); len(keys) != 1 {
		t.Errorf("%q edited by %v is %q: the keys %q went", before, e, after, keys)
	}
}
