package compat_test

import "testing"

func allow(t *testing.T, p prompt) { t.Skip("no pages yet") }
