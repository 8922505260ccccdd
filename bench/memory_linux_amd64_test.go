package bench

import (
	"strings"
	"testing"
)

// TestMemory counts the most memory that a cache hit has at any time, of shared
// pages too, with few profiles in the config and with many.
func TestMemory(t *testing.T) {
	needTracing(t)
	const limit = 20 << 10 // KiB
	for _, profiles := range []int{4, manyProfiles} {
		env := home(t, profiles)
		tr := &tracer{root: "/nowhere"}
		end, err := tr.run(append([]string{program(t)}, export("p1")...), env)
		if err != nil || !strings.Contains(end.out, "ASIAEXAMPLE") {
			t.Fatalf("%v, exit %d: %q, %s", err, end.code, end.out, end.err)
		}
		t.Logf("%d profiles: %d KiB", profiles, end.peak)
		if end.peak == 0 || end.peak > limit {
			t.Errorf("%d KiB with %d profiles, want at most %d", end.peak, profiles, limit)
		}
	}
}
