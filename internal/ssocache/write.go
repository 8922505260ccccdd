package ssocache

import (
	"time"

	"latchkey/internal/awscred"
)

// cacheTime is how botocore writes times into these files: whole seconds, UTC.
const cacheTime = "2006-01-02T15:04:05Z"

// An objectWriter writes a JSON object as Python's json.dumps does: ", " and
// ": ", ASCII only, keys in the order of the calls, no newline at the end.
type objectWriter struct{ b []byte }

func newObject() *objectWriter { return &objectWriter{[]byte{'{'}} }

func (w *objectWriter) key(name string) {
	if len(w.b) > 1 {
		w.b = append(w.b, ',', ' ')
	}
	w.b = awscred.AppendJSONString(w.b, name)
	w.b = append(w.b, ':', ' ')
}

func (w *objectWriter) str(name, value string) {
	w.key(name)
	w.b = awscred.AppendJSONString(w.b, value)
}

func (w *objectWriter) strs(name string, values []string) {
	w.key(name)
	w.b = appendStrings(w.b, values)
}

func (w *objectWriter) time(name string, t time.Time) {
	w.str(name, t.UTC().Format(cacheTime))
}

func (w *objectWriter) raw(name string, json []byte) {
	w.key(name)
	w.b = append(w.b, json...)
}

func (w *objectWriter) bytes() []byte { return append(w.b, '}') }

func appendStrings(b []byte, values []string) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',', ' ')
		}
		b = awscred.AppendJSONString(b, v)
	}
	return append(b, ']')
}
