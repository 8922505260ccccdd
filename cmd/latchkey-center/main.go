// Command latchkey-center is an Identity Center of one's own.
package main

import (
	"os"

	"latchkey/internal/centercli"
)

func main() {
	os.Exit(centercli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
