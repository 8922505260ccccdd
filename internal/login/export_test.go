package login

import "net"

// CallbackOn waits for the browser on a listener of the test's.
func CallbackOn(l net.Listener) *Callback { return newCallback(l) }

// NewVerifier is for the test of its letters.
func NewVerifier() string { return newVerifier().Reveal() }
