package awsconfig_test

import (
	"math/rand/v2"
	"strings"

	"latchkey/internal/awsconfig"
)

// A generator makes config files in the dialect and around its edges.
type generator struct {
	*rand.Rand
	wild bool     // anything goes, most of it refused
	keys []string // of the section before
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))}
}

func (g *generator) pick(list []string) string { return list[g.IntN(len(list))] }

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

var (
	genNames = []string{"a", "b", "default", "dev", "Dev", "my p", "größe", "x.y-z", "a#b", "a;b", "[q", "k=v", "a:b", "\u00a0", "DEFAULT", "profile a"}
	genKeys  = []string{"region", "Region", "output", "sso_start_url", "sso_session", "s3", "a", "b", "A", "key with spaces", "é", "É", "\u0130x", "a\tb", "#", "[k", "\x00"}
	genVals  = []string{"", "x", "us-east-1", "https://d-1.awsapps.com/start#/", "a = b", "a : b", "x # c", "x ; c", "'q'", `"q"`, "%(a)s", "[x]", "größe", "a\u0085b", "a\u2028b", "a\x0bb", "\x1fx", "\u3000x", "=", ":"}
	genSpace = []string{"", "", "", "", " ", " ", "  ", "\t", "\u00a0", "\x1c", "\x0c"}
	genWild  = []string{"junk", "=x", ":", "[profile x", "[]", "]", "[", "[a", "\xff", "\ufeff", "a\rb", "\xc3\x28", "[x]]", "\r"}
)

// file returns a file of up to about forty lines.
func (g *generator) file() string {
	g.wild = g.oneIn(8)
	eol := "\n"
	if g.oneIn(4) {
		eol = "\r\n"
	}
	var b strings.Builder
	for range g.IntN(4) {
		b.WriteString(g.filler() + eol)
	}
	for range g.IntN(6) {
		g.section(&b, eol)
	}
	text := b.String()
	if g.oneIn(4) {
		text = strings.TrimRight(text, "\r\n")
	}
	if g.wild && g.oneIn(2) && text != "" {
		i := g.IntN(len(text))
		text = text[:i] + text[i+1:]
	}
	return text
}

func (g *generator) section(b *strings.Builder, eol string) {
	indent := ""
	if g.oneIn(10) {
		indent = g.pick(genSpace)
	}
	b.WriteString(indent + g.header() + eol)
	before := g.keys
	g.keys = nil
	for i := range g.IntN(6) {
		key := g.key()
		if i < len(before) && !g.oneIn(5) {
			key = before[i]
		}
		g.keys = append(g.keys, key)
		g.option(b, indent, key, eol)
		for g.oneIn(4) {
			b.WriteString(g.filler() + eol)
		}
	}
}

func (g *generator) header() string {
	name := g.pick(genNames)
	if g.oneIn(2) {
		name += string(rune('c' + g.IntN(20)))
	}
	switch g.IntN(8) {
	case 0:
		name = "'" + name + "'"
	case 1:
		name = `"` + name + `"`
	case 2:
		name = strings.ReplaceAll(name, "a", `\a`)
	}
	word := g.pick([]string{"profile", "profile", "profile", "sso-session", "services", "profiles", "", "preview"})
	space := g.pick([]string{" ", " ", " ", " ", "  ", "\t", ""})
	text := "[" + word + space + name + "]"
	switch g.IntN(16) {
	case 0:
		return "[default]"
	case 1:
		return "[DEFAULT]"
	case 2:
		return text + " ; tail"
	case 3:
		return "[ " + text[1:]
	}
	return text
}

func (g *generator) key() string {
	key := g.pick(genKeys)
	if g.oneIn(2) {
		key += string(rune('c' + g.IntN(20)))
	}
	return key
}

func (g *generator) option(b *strings.Builder, indent, key, eol string) {
	if g.oneIn(12) {
		indent += g.pick(genSpace)
	}
	if g.oneIn(5) {
		b.WriteString(indent + key + g.pick([]string{"=", " =", " = "}) + eol)
		for range g.IntN(4) {
			b.WriteString(indent + g.pick([]string{"  ", "    ", "\t"}) + g.blockLine() + eol)
		}
		return
	}
	delim := g.pick([]string{"=", " = ", " = ", " = ", ":", ": ", "  ="})
	b.WriteString(indent + key + delim + g.pick(genVals) + g.pick(genSpace) + eol)
	for g.oneIn(8) {
		b.WriteString(indent + "  " + g.pick(genVals) + eol)
	}
}

func (g *generator) blockLine() string {
	switch g.IntN(10) {
	case 0:
		return "# c = d"
	case 1:
		return ""
	case 2:
		return "    " + g.pick(genKeys) + "=" + g.pick(genVals)
	}
	return g.pick(genKeys) + " = " + g.pick(genVals)
}

// filler returns a line that means nothing, or in a wild file an error.
func (g *generator) filler() string {
	if g.wild && g.oneIn(3) {
		return g.pick(genWild)
	}
	return g.pick([]string{"", "", "  ", "# c", "; a = 1", "  # [profile x]", "\t", "\u00a0", "#"})
}

// edit returns an edit that may or may not find what it names.
func (g *generator) edit() awsconfig.Edit {
	e := awsconfig.Edit{Kind: awsconfig.Kind(g.IntN(3)), Name: g.pick(genNames)}
	if g.oneIn(2) {
		e.Name += string(rune('c' + g.IntN(20)))
	}
	for _, i := range g.Perm(len(genKeys))[:g.IntN(4)] {
		kv := awsconfig.KeyValue{Key: genKeys[i]}
		if g.oneIn(2) {
			kv.Key += string(rune('c' + g.IntN(20)))
		}
		switch g.IntN(6) {
		case 0:
			kv.Nested = set("endpoint_url", "http://x", g.pick(genKeys), g.pick(genVals))
		case 1:
			e.Delete = append(e.Delete, kv.Key)
			continue
		default:
			kv.Value = g.pick(genVals)
		}
		e.Set = append(e.Set, kv)
	}
	return e
}
