// Package policy answers, from the policies of a permission set, whether it may
// do one thing to one resource. It knows the part of IAM's policy language that
// decides about assuming roles; source of the rules:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
//
// It cannot tell what is in managed policies but two, nor what a condition would
// say. What it cannot tell never allows and always denies: a managed policy that
// it does not know does nothing, an Allow with a Condition matches nothing, and a
// Deny with a Condition matches as if the Condition were not there.
package policy

import (
	"regexp"
	"slices"
	"strings"
)

// Policies are those of a permission set.
type Policies struct {
	Inline  string   // a JSON document; "" for none
	Managed []string // ARNs, arn:aws:iam::aws:policy/NAME
}

// Decision is what policies say about a request.
type Decision int

// An explicit Deny wins over every Allow, and without an Allow nothing is allowed.
const (
	NotAllowed Decision = iota
	Allowed
	Denied // explicitly
)

// Evaluate decides about an action, such as sts:AssumeRole, on the resource with
// that ARN. It fails for an inline policy that is none; nothing is allowed then.
func (p Policies) Evaluate(action, resource string) (Decision, error) {
	return p.evaluate(action, resource, func(statement) bool { return true })
}

// EvaluateNamed is Evaluate for a resource whose owner would have to agree, too:
// only an Allow that names it by an ARN counts, and none for everything there is.
func (p Policies) EvaluateNamed(action, resource string) (Decision, error) {
	return p.evaluate(action, resource, func(s statement) bool { return s.names(resource) })
}

func (p Policies) evaluate(action, resource string, mayAllow func(statement) bool) (Decision, error) {
	statements, err := parse(p.Inline)
	if err != nil {
		return NotAllowed, err
	}
	for _, arn := range p.Managed {
		statements = append(statements, managed(arn)...)
	}
	decision := NotAllowed
	for _, s := range statements {
		switch {
		case !s.matches(action, resource):
		case s.deny:
			return Denied, nil
		case mayAllow(s):
			decision = Allowed
		}
	}
	return decision, nil
}

// Check says what is wrong with an inline policy; "" is none, and right.
func Check(document string) error {
	_, err := parse(document)
	return err
}

var managedARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::aws:policy/([\w+=,.@-]+)$`)

// managed is what AWS's managed policy says about actions on roles: those of the
// two policies that say anything, as published in
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
func managed(arn string) []statement {
	name := managedARN.FindStringSubmatch(arn)
	if name == nil {
		return nil
	}
	switch name[1] {
	case "AdministratorAccess":
		return []statement{{actions: []string{"*"}, resources: []string{"*"}}}
	case "PowerUserAccess":
		return []statement{{actions: []string{"iam:*", "organizations:*", "account:*"}, notActions: true, resources: []string{"*"}}}
	}
	return nil
}

// A statement is one of a document. Its lists are patterns.
type statement struct {
	deny         bool
	actions      []string
	notActions   bool // it is about all actions but those
	resources    []string
	notResources bool
	condition    bool
}

func (s statement) matches(action, resource string) bool {
	if s.condition && !s.deny {
		return false
	}
	// "IAM actions are not case sensitive", resources are.
	about := anyMatches(s.actions, strings.ToLower(action), strings.ToLower) != s.notActions
	if !about {
		return false
	}
	if s.mayVary() {
		return s.deny
	}
	return anyMatches(s.resources, resource, func(pattern string) string { return pattern }) != s.notResources
}

// names reports whether one of its ARNs, which may have * in them, fits.
func (s statement) names(resource string) bool {
	return !s.notResources && slices.ContainsFunc(s.resources, func(pattern string) bool {
		return strings.HasPrefix(pattern, "arn:") && fits(pattern, resource)
	})
}

// mayVary reports whether a resource has a policy variable, ${aws:username},
// whose value is not known here.
func (s statement) mayVary() bool {
	for _, resource := range s.resources {
		if strings.Contains(resource, "${") {
			return true
		}
	}
	return false
}

func anyMatches(patterns []string, value string, fold func(string) string) bool {
	for _, pattern := range patterns {
		if fits(fold(pattern), value) {
			return true
		}
	}
	return false
}

// fits reports whether value fits a pattern, in which * is any number of
// characters, none among them, and ? is any one.
func fits(pattern, value string) bool {
	p, v := 0, 0
	star, from := -1, 0 // the last * and where what follows it was last tried
	for v < len(value) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, v
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v]):
			p++
			v++
		case star >= 0:
			from++
			p, v = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
