package awsconfig

import (
	"cmp"
	"slices"
	"strings"
)

// A patch puts text in the place of document.text[start:end].
type patch struct {
	start, end int
	text       string
}

// edit returns the document's text with the edit made.
func (d *document) edit(e Edit) (string, error) {
	i := d.index(e.Kind, e.Name)
	switch {
	case i >= 0:
		return d.patched(d.change(i, e)), nil
	case len(e.Set) == 0:
		return d.text, nil
	}
	if err := ValidName(e.Name); err != nil {
		return "", err
	}
	return d.patched([]patch{d.newSection(e)}), nil
}

// patched applies patches, which do not overlap. Insertions at one place go in
// as they are given.
func (d *document) patched(patches []patch) string {
	slices.SortStableFunc(patches, func(a, b patch) int {
		return cmp.Or(a.start-b.start, a.end-b.end)
	})
	var text strings.Builder
	at, unended := 0, d.text != "" && !strings.HasSuffix(d.text, "\n")
	for _, p := range patches {
		text.WriteString(d.text[at:p.start])
		if p.start == len(d.text) && unended {
			text.WriteString(d.eolBefore(p.start))
			unended = false
		}
		text.WriteString(p.text)
		at = p.end
	}
	text.WriteString(d.text[at:])
	return text.String()
}

// newSection appends the section at the end of the file, with no blank line
// before it, as the AWS CLI does.
func (d *document) newSection(e Edit) patch {
	eol := d.eolBefore(len(d.text))
	text := e.String() + eol
	for _, kv := range e.Set {
		text += kv.lines("", eol)
	}
	return patch{len(d.text), len(d.text), text}
}

// change returns the patches that the edit of the section at i comes to.
func (d *document) change(i int, e Edit) []patch {
	entries := d.entries(&d.sections[i])
	var patches []patch
	var last *entry // the last one that stays
	for j := range entries {
		if old := &entries[j]; containsKey(e.Delete, old.key) {
			patches = append(patches, patch{old.start, old.end, ""})
		} else {
			last = old
		}
	}
	var added []KeyValue
	for _, kv := range e.Set {
		if old := find(entries, lower(kv.Key)); old != nil {
			patches = append(patches, d.replace(old, kv)...)
		} else {
			added = append(added, kv)
		}
	}
	if len(added) > 0 {
		patches = append(patches, d.insert(i, last, added))
	}
	return patches
}

// insert puts new keys after the entry last of the section at i, before the
// blank lines and comments that follow it; after the header if there is none.
func (d *document) insert(i int, last *entry, added []KeyValue) patch {
	at, indent := d.sections[i].end, d.headerIndent(i)
	if last != nil {
		at, indent = last.end, indentation(d.text[last.start:last.end])
	}
	eol := d.eolBefore(at)
	text := ""
	for _, kv := range added {
		text += kv.lines(indent, eol)
	}
	return patch{at, at, text}
}

// headerIndent returns the indentation for the first key of the section at i. A
// header that follows it must not be deeper, or it would go on the key's value.
func (d *document) headerIndent(i int) string {
	indent := indentation(d.text[d.sections[i].start:d.sections[i].end])
	if i+1 < len(d.sections) {
		next := d.sections[i+1]
		if deeper := indentation(d.text[next.start:next.end]); len(deeper) > len(indent) {
			return deeper
		}
	}
	return indent
}

// replace returns the patches that give the entry old the value of kv; none if
// it has it already.
func (d *document) replace(old *entry, kv KeyValue) []patch {
	if len(kv.Nested) > 0 && isNested(old.value) {
		return d.replaceNested(old, kv.Nested)
	}
	if len(kv.Nested) == 0 && old.value == kv.Value {
		return nil
	}
	line := d.text[old.start:old.end]
	i, _ := delimiter(line)
	kv.Key = strip(line[:i]) // as it is spelt there
	eol := eolOf(line)
	if eol == "" {
		eol = d.eolBefore(old.end)
	}
	text := kv.lines(indentation(line), eol)
	if eolOf(line) == "" {
		text = strings.TrimSuffix(text, eol)
	}
	return []patch{{old.start, old.end, text}}
}

// replaceNested changes the lines of a block that differ and appends those that
// it lacks.
func (d *document) replaceNested(old *entry, pairs []KeyValue) []patch {
	lines := d.blockLines(old)
	tail := lines[len(lines)-1]
	indent, eol := indentation(d.text[tail.start:tail.end]), d.eolBefore(old.end)
	added := patch{old.end, old.end, ""}
	var patches []patch
	for _, kv := range pairs {
		i := len(lines) - 1 // of a key that is there twice the last one counts
		for i >= 0 && lines[i].key != kv.Key {
			i--
		}
		switch {
		case i < 0:
			added.text += indent + kv.line(eol)
		case lines[i].value != kv.Value:
			l := lines[i]
			line := d.text[l.start:l.end]
			patches = append(patches, patch{l.start, l.end, indentation(line) + kv.line(eolOf(line))})
		}
	}
	if added.text != "" {
		patches = append(patches, added)
	}
	return patches
}

// A blockLine is a "key = value" line of a nested block.
type blockLine struct {
	pair
	start, end int
}

// blockLines returns the lines of the block e but comments and blank ones.
func (d *document) blockLines(e *entry) []blockLine {
	var lines []blockLine
	at := e.start + lineLength(d.text[e.start:])
	for at < e.end {
		end := at + lineLength(d.text[at:e.end])
		line := strip(d.text[at:end])
		if key, val, ok := strings.Cut(line, "="); ok && line[0] != '#' && line[0] != ';' {
			lines = append(lines, blockLine{pair{strip(key), strip(val)}, at, end})
		}
		at = end
	}
	return lines
}

// lines returns the line or lines that define kv.
func (kv KeyValue) lines(indent, eol string) string {
	if len(kv.Nested) == 0 {
		return indent + kv.line(eol)
	}
	text := indent + kv.Key + " =" + eol
	for _, sub := range kv.Nested {
		text += indent + "    " + sub.line(eol)
	}
	return text
}

func (kv KeyValue) line(eol string) string {
	if kv.Value == "" {
		return kv.Key + " =" + eol
	}
	return kv.Key + " = " + kv.Value + eol
}

// lineLength returns the length of text's first line, its end included.
func lineLength(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// eolOf returns how lines ends: "\n", "\r\n", or "" at the end of a file.
func eolOf(lines string) string {
	switch {
	case strings.HasSuffix(lines, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(lines, "\n"):
		return "\n"
	}
	return ""
}

// eolBefore returns the line end to use at offset: that of the nearest line
// before it that has one.
func (d *document) eolBefore(offset int) string {
	i := strings.LastIndexByte(d.text[:offset], '\n')
	if i > 0 && d.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
