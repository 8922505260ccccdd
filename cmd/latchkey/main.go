// Latchkey signs a person in to AWS IAM Identity Center from a terminal and
// gives every AWS client what they were given.
package main

import (
	"os"

	"latchkey/internal/cli"
	_ "latchkey/internal/warm" // answers a cache hit before main starts
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
