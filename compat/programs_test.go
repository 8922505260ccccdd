package compat_test

// The programs are built and run, which go test does not see: a change of theirs
// would leave an old result in its cache. These imports are what they are made
// of, and make it one of the tests'.
import (
	_ "latchkey/internal/centercli"
	_ "latchkey/internal/cli"
	_ "latchkey/internal/warm"
)
