package centercli

import (
	"os"

	"latchkey/internal/center/fault"
)

// readFaults reads the file of --fault; nil for none.
func readFaults(name string) (*fault.Faults, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	faults, err := fault.Parse(name, data)
	if err != nil {
		return nil, withHint(err, "the faults that there are, with examples, are in docs/operating.md")
	}
	return faults, nil
}
