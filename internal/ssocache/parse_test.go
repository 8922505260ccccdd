package ssocache

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParseObject holds the reader to encoding/json: the same texts are
// objects, and their strings are the same. Two differences are meant: this
// reader refuses invalid UTF-8 and nesting deeper than maxDepth.
func FuzzParseObject(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":"b"}`, ` { "a" : [ "b" , 1.5e-3, -0, true, null, {"c":"\u00e9\ud83d\ude00\ud800x\n"} ] } `,
		`{"a":01}`, `{"a":"b"}x`, `{"a":1,}`, `{"a":[1,]}`, `{"a":"` + "\n" + `"}`, `{"a":"\x"}`, `{"a":"\ud83d\n"}`, `[{}]`, `{"a":1.}`, `{"a":1e}`, "\xef\xbb\xbf{}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !utf8.Valid(data) || bytes.Count(data, []byte("{"))+bytes.Count(data, []byte("[")) > maxDepth {
			return
		}
		var want map[string]any
		err := json.Unmarshal(data, &want)
		got, ok := parseObject(data)
		if ok != (err == nil && want != nil) {
			if isNumberRange(err) {
				return
			}
			t.Fatalf("%q: ok = %v, encoding/json says %v", data, ok, err)
		}
		if ok {
			compare(t, data, got, want)
		}
	})
}

// isNumberRange reports encoding/json's refusal of a number which no float64
// holds; numbers are passed over here.
func isNumberRange(err error) bool {
	return err != nil && strings.Contains(err.Error(), "cannot unmarshal number")
}

func compare(t *testing.T, data []byte, got, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		o, ok := got.(object)
		if !ok || len(o) != len(want) {
			t.Fatalf("%q: got %v, want %v", data, got, want)
		}
		for k, v := range want {
			compare(t, data, o[k], v)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			t.Fatalf("%q: got %v, want %v", data, got, want)
		}
		for i, v := range want {
			compare(t, data, list[i], v)
		}
	case string:
		if got != want {
			t.Fatalf("%q: got %q, want %q", data, got, want)
		}
	}
}
