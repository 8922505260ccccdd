package centercli_test

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdUnprivileged is exec for one who may not write everything, even if root runs
// the test: `unprivileged latchkey-center user list`.
func cmdUnprivileged(ts *testscript.TestScript, neg bool, args []string) {
	if os.Geteuid() == 0 {
		args = append([]string{"setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"}, args...)
	}
	if err := ts.Exec(args[0], args[1:]...); (err != nil) != neg {
		ts.Fatalf("%q: %v", args, err)
	}
}
