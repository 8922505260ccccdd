package testneed

import (
	"flag"
	"testing"
)

// Waiting runs the tests of a package that mostly wait, for programs and for
// each other: more at once than there are processors, unless the command line
// says how many.
type Waiting struct{ M *testing.M }

func (w Waiting) Run() int {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		_ = flag.Set("test.parallel", "6") // which is a flag, and a number
	}
	return w.M.Run()
}
