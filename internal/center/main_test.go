package center_test

import (
	"testing"

	"latchkey/internal/testneed"
)

func TestMain(m *testing.M) {
	testneed.Memory()
	m.Run()
}
