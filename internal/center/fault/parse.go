package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// longest is the most that an answer may be late: the server gives up at 30
// seconds.
const longest = 25 * time.Second

// file is the YAML.
type file struct {
	Seed   uint64  `yaml:"seed"`
	Faults []entry `yaml:"faults"`
}

type entry struct {
	Fault      string   `yaml:"fault"`
	Operations []string `yaml:"operations"`
	Rate       *float64 `yaml:"rate"`
	Count      *int     `yaml:"count"`
	Every      *int     `yaml:"every"`
	Delay      string   `yaml:"delay"`
	By         string   `yaml:"by"`
	Status     int      `yaml:"status"`
	Where      string   `yaml:"where"`
}

// Parse reads the YAML of data. name stands for the file in errors, of which
// there is one a mistake, joined, each with its line.
func Parse(name string, data []byte) (*Faults, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, located(name, err)
	}
	var f file
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return nil, located(name, err)
	}
	if len(f.Faults) == 0 {
		return nil, fmt.Errorf("%s: no faults; want such as faults: [{fault: throttle, operations: [ListAccounts], rate: 0.1}]", name)
	}
	faults := &Faults{}
	var mistakes []error
	for i, e := range f.Faults {
		if err := e.check(); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s:%d: faults[%d]: %w", name, line(tree, i), i, err))
			continue
		}
		faults.rules = append(faults.rules, e.rule(rand.New(rand.NewPCG(f.Seed, uint64(i)))))
	}
	return faults, errors.Join(mistakes...)
}

// located is an error of the YAML library as one line.
func located(name string, err error) error {
	if e, ok := errors.AsType[yaml.Error](err); ok {
		at := e.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", name, at.Line, at.Column, e.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}

// line is where fault i begins.
func line(tree *ast.File, i int) int {
	path, err := yaml.PathString(fmt.Sprintf("$.faults[%d]", i))
	if err != nil {
		return 1
	}
	node, err := path.FilterFile(tree)
	if err != nil {
		return 1
	}
	return node.GetToken().Position.Line
}

// kinds are those of faults, each with the key that is for it alone.
func kinds() map[string]string {
	return map[string]string{
		throttle: "", slowDown: "", expired: "", invalidGrant: "",
		latency: "delay", failure: "status", clockSkew: "by", cut: "where",
	}
}

func (e entry) check() error {
	own, ok := kinds()[e.Fault]
	if !ok {
		return fmt.Errorf("fault %q; there are throttle, slow_down, latency, error, expired, invalid_grant, clock_skew and cut", e.Fault)
	}
	for _, o := range e.Operations {
		if all := possible(e.Fault); !slices.Contains(all, o) {
			return fmt.Errorf("operation %q; %s can be of %s", o, e.Fault, strings.Join(all, ", "))
		}
	}
	for key, given := range map[string]bool{"delay": e.Delay != "", "status": e.Status != 0, "by": e.By != "", "where": e.Where != ""} {
		if given && key != own {
			return fmt.Errorf("%s is not for %s", key, e.Fault)
		}
	}
	return errors.Join(e.checkOwn(), e.checkOften())
}

// checkOwn checks the key that is for its kind alone.
func (e entry) checkOwn() error {
	delay, late := time.ParseDuration(e.Delay)
	by, wrong := time.ParseDuration(e.By)
	switch {
	case e.Fault == latency && (late != nil || delay <= 0 || delay > longest):
		return fmt.Errorf("delay %q; want from 1ms to %v", e.Delay, longest)
	case e.Fault == clockSkew && (wrong != nil || by == 0):
		return fmt.Errorf("by %q; want such as -10m or 1h", e.By)
	case e.Status != 0 && (e.Status < 500 || e.Status > 599):
		return fmt.Errorf("status %d; want from 500 to 599", e.Status)
	case e.Where != "" && e.Where != "start" && e.Where != "body":
		return fmt.Errorf("where %q; want start or body", e.Where)
	}
	return nil
}

func (e entry) checkOften() error {
	given := 0
	for _, is := range []bool{e.Rate != nil, e.Count != nil, e.Every != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return errors.New("rate, count and every exclude each other")
	case e.Rate != nil && !(*e.Rate > 0 && *e.Rate <= 1):
		return fmt.Errorf("rate %g; want above 0, up to 1", *e.Rate)
	case e.Count != nil && *e.Count < 1:
		return fmt.Errorf("count %d; want from 1 on", *e.Count)
	case e.Every != nil && *e.Every < 1:
		return fmt.Errorf("every %d; want from 1 on", *e.Every)
	}
	return nil
}

func (e entry) rule(dice *rand.Rand) *rule {
	delay, _ := time.ParseDuration(e.Delay) // these two have been checked
	by, _ := time.ParseDuration(e.By)
	r := &rule{
		kind: e.Fault, operations: e.Operations, delay: delay, by: by,
		status: e.Status, inBody: e.Where == "body", dice: dice,
	}
	if r.status == 0 {
		r.status = 500
	}
	if e.Rate != nil {
		r.rate = *e.Rate
	}
	if e.Count != nil {
		r.count = *e.Count
	}
	if e.Every != nil {
		r.every = *e.Every
	}
	return r
}
