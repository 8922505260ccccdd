package audit_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"latchkey/internal/center/audit"
)

// The page for operators has all actions and no others.
func TestActionsAreWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| action | outcomes | details |")
	table, _, _ = strings.Cut(table, "\n\n")
	var written []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			written = append(written, strings.Trim(name, "`"))
		}
	}
	slices.Sort(written)
	if diff := cmp.Diff(audit.Actions, written); diff != "" {
		t.Error(diff)
	}
}
