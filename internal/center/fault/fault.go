// Package fault makes a center fail on demand, for those who test clients: it
// throttles, delays, refuses and cuts off what a file says, as often as that
// says. Whoever has not asked for it never comes near it. What faults there are
// and what they answer is in docs/operating.md.
package fault

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Header names, in an answer, each fault that was made in it.
const Header = "X-Latchkey-Fault"

// The kinds of faults.
const (
	throttle     = "throttle"      // 429
	slowDown     = "slow_down"     // of CreateToken
	latency      = "latency"       // an answer that comes late
	failure      = "error"         // 5xx
	expired      = "expired"       // what is presented has expired
	invalidGrant = "invalid_grant" // of CreateToken: no refresh, no code
	clockSkew    = "clock_skew"    // the center's clock is wrong
	cut          = "cut"           // the connection ends too early
)

// Faults decide which requests are to fail. Methods may be called at the same
// time.
type Faults struct {
	mu    sync.Mutex
	rules []*rule
}

// rule is one fault: what, for which operations and how often.
type rule struct {
	kind       string
	operations []string // none: all that the kind is for
	delay      time.Duration
	by         time.Duration
	status     int
	inBody     bool // cut in the middle of the body, not before the answer

	rate  float64 // these three: 0 if it is not by this
	count int
	every int
	seen  int // requests of its operations so far
	dice  *rand.Rand
}

// due reports whether this request, one of its operations, is to fail.
func (r *rule) due() bool {
	r.seen++
	switch {
	case r.rate > 0:
		return r.dice.Float64() < r.rate
	case r.count > 0:
		return r.seen <= r.count
	case r.every > 0:
		return r.seen%r.every == 0
	}
	return true
}

// pick returns the rules that are due for a request of an operation, in order.
// The first that answers in the center's place is the last one.
func (f *Faults) pick(operation string) []*rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	var due []*rule
	for _, r := range f.rules {
		if !r.concerns(operation) || !r.due() {
			continue
		}
		due = append(due, r)
		if r.ends() {
			break
		}
	}
	// What is cut off is the answer as all others have changed it.
	cuts := func(r *rule) bool { return r.kind == cut }
	if i := slices.IndexFunc(due, cuts); i > 0 {
		due[0], due[i] = due[i], due[0]
	}
	return due
}

// ends reports whether nothing is left to do after r.
func (r *rule) ends() bool {
	return r.kind != latency && r.kind != clockSkew && (r.kind != cut || !r.inBody)
}

// String says what r does, for the log.
func (r *rule) String() string {
	operations, often := "all operations", "always"
	if len(r.operations) > 0 {
		operations = fmt.Sprint(r.operations)
	}
	switch {
	case r.rate > 0:
		often = fmt.Sprintf("at a rate of %g", r.rate)
	case r.count > 0:
		often = fmt.Sprintf("the first %d", r.count)
	case r.every > 0:
		often = fmt.Sprintf("one in %d", r.every)
	}
	return fmt.Sprintf("%s of %s, %s", r.kind, operations, often)
}

// Describe says what faults there are, one a line.
func (f *Faults) Describe() []string {
	var all []string
	for _, r := range f.rules {
		all = append(all, r.String())
	}
	return all
}

// Wrap puts the faults before next. operation names that of a request, as in the
// file. made hears of every fault.
func (f *Faults) Wrap(next http.Handler, operation func(*http.Request) string, made func(r *http.Request, kind string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := operation(r)
		h, due := next, f.pick(name)
		for _, rule := range due {
			w.Header().Add(Header, rule.kind)
			made(r, rule.kind)
		}
		for _, rule := range slices.Backward(due) {
			h = rule.around(h, name)
		}
		h.ServeHTTP(w, r)
	})
}
