package sts_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkVend is what credentials cost: no disk, no network.
func BenchmarkVend(b *testing.B) {
	s := newService()
	for b.Loop() {
		if _, err := s.Vend(b.Context(), alice); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGetCallerIdentity is what it costs to verify a request signed with them.
func BenchmarkGetCallerIdentity(b *testing.B) {
	s := newService()
	key, err := s.Vend(b.Context(), alice)
	if err != nil {
		b.Fatal(err)
	}
	r := headerSigned(b, key, "us-east-1", "sts")
	for b.Loop() {
		setBody(form)(r)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), key.ARN) {
			b.Fatal(w.Body)
		}
	}
}
