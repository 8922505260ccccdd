package bench

import "testing"

// TestKilledAtEveryCall kills each command at its first, second, … point before
// or after a call that changes a file, until it comes to its end: every file
// holds its old bytes or its new ones, and the next run succeeds.
func TestKilledAtEveryCall(t *testing.T) {
	eachWriter(t, func(t *testing.T, w writer) {
		p := forgiving(t)
		after := w.completed(t, p)
		points := len(w.calls(t, p)) * 2
		step := size(max(points/6, 1), 1)
		killed := 0
		for n := 1; w.killedAt(t, p, after, n); n += step {
			killed++
		}
		t.Logf("%d points, killed at %d", points, killed)
		if killed < points/step {
			t.Errorf("killed at %d of %d points", killed, points/step)
		}
	})
}

// calls returns the calls of an undisturbed run.
func (w writer) calls(t *testing.T, p *portal) (calls []call) {
	t.Helper()
	u := w.prepared(t, p)
	tr := &tracer{root: u.home, visit: func(c call) verdict {
		if c.entry {
			calls = append(calls, c)
		}
		return verdict{}
	}}
	end, err := tr.run(w.argv(u), u.env)
	if err != nil || end.code != 0 {
		t.Fatalf("%v, exit %d: %s", err, end.code, end.err)
	}
	return calls
}

// killedAt kills the writer at the point n and checks what it leaves. It reports
// whether the writer got so far.
func (w writer) killedAt(t *testing.T, p *portal, after state, n int) bool {
	t.Helper()
	u := w.prepared(t, p)
	before := stateOf(t, u.home)
	passed := 0
	var last call
	tr := &tracer{root: u.home, visit: func(c call) verdict {
		passed++
		if passed == n {
			last = c
		}
		return verdict{kill: passed == n}
	}}
	end, err := tr.run(w.argv(u), u.env)
	must(t, err)
	stateOf(t, u.home).either(t, before, after)
	w.completes(t, u, before, after)
	if t.Failed() {
		t.Fatalf("at point %d, %+v; exit %d, %s", n, last, end.code, end.err)
	}
	return end.killed
}
