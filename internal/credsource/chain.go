package credsource

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"latchkey/internal/awsconfig"
)

// chainVariable tells a credential_process for which profiles it is run already,
// the first one first, as one record of comma-separated values. The AWS CLI
// reads and sets it in configure export-credentials.
const chainVariable = "_AWS_CLI_PROFILE_CHAIN"

// maxChain is how many profiles there may be before this one.
const maxChain = 4

// chain returns the profiles for which this process was started, or why the
// profile may not follow them.
func (f *Finder) chain(profile string) ([]string, error) {
	seen, err := parseChain(f.Getenv(chainVariable))
	if err != nil {
		return nil, &awsconfig.ConfigError{Message: chainVariable + " in the environment is not a list of profiles", Hint: "unset it"}
	}
	const hint = "let credential_process name a profile that has other credentials"
	if len(seen) >= maxChain {
		return nil, &awsconfig.ConfigError{
			Message: fmt.Sprintf("maximum recursive credential process resolution reached (%d), profiles seen: %s", maxChain, strings.Join(seen, " -> ")),
			Hint:    hint,
		}
	}
	if slices.Contains(seen, profile) {
		return nil, &awsconfig.ConfigError{
			Message: "credential process resolution detected an infinite loop, profile cycle: " + strings.Join(append(seen, profile), " -> "),
			Hint:    hint,
		}
	}
	return seen, nil
}

func parseChain(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.LazyQuotes = true
	return r.Read()
}

func formatChain(profiles []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(profiles) // a strings.Builder takes all
	w.Flush()
	return strings.TrimRight(b.String(), "\n")
}
