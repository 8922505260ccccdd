package sts

import (
	"strconv"
	"strings"
	"time"
)

// Lengths and characters are those of the service's model:
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const (
	namePattern       = `satisfy regular expression pattern: [\w+=,.@-]*`
	externalIDPattern = `satisfy regular expression pattern: [\w+=,.@:\/-]*`
	minSeconds        = 900
	maxSeconds        = 43200
	maxChained        = time.Hour
)

// assumeRequest is what AssumeRole is asked for.
type assumeRequest struct {
	role           role
	session        string
	duration       time.Duration
	sourceIdentity string // "" for none
}

// unsupported parameters of AssumeRole are refused: who sends one wants less than
// would be given without it. ExternalId is not among them: it opens a role whose
// trust policy asks for it, and no role here does.
var unsupported = map[string]string{
	"Policy":            "its sessions have no policies of their own",
	"PolicyArns":        "its sessions have no policies of their own",
	"Tags":              "its sessions have no tags",
	"TransitiveTagKeys": "its sessions have no tags",
	"ProvidedContexts":  "its sessions have no contexts",
	"SerialNumber":      "its users have no MFA devices that a role could ask for",
	"TokenCode":         "its users have no MFA devices that a role could ask for",
}

func readAssumeRole(params []param) (assumeRequest, error) {
	if err := checkSupported(params); err != nil {
		return assumeRequest{}, err
	}
	r, err := readRole(find(params, "RoleArn"))
	if err != nil {
		return assumeRequest{}, err
	}
	name := find(params, "RoleSessionName")
	if err := named("RoleSessionName", name, 2, 64, "", namePattern); err != nil {
		return assumeRequest{}, err
	}
	duration, err := readDuration(find(params, "DurationSeconds"))
	if err != nil {
		return assumeRequest{}, err
	}
	if id := find(params, "ExternalId"); id != nil {
		if err := named("ExternalId", id, 2, 1224, ":/", externalIDPattern); err != nil {
			return assumeRequest{}, err
		}
	}
	identity := find(params, "SourceIdentity")
	if identity == nil {
		return assumeRequest{r, *name, duration, ""}, nil
	}
	if err := named("SourceIdentity", identity, 2, 64, "", namePattern); err != nil {
		return assumeRequest{}, err
	}
	return assumeRequest{r, *name, duration, *identity}, nil
}

func checkSupported(params []param) error {
	for _, p := range params {
		name, _, _ := strings.Cut(p.name, ".") // Tags.member.1.Key
		if why, ok := unsupported[name]; ok {
			return validationError("This center does not support the parameter " + name + " of AssumeRole: " + why)
		}
	}
	return nil
}

func readRole(arn *string) (role, error) {
	if err := lengthOf("RoleArn", arn, 20, 2048); err != nil {
		return role{}, err
	}
	r, ok := parseRole(*arn)
	if !ok {
		return role{}, validationError(cut(*arn) + " is invalid")
	}
	return r, nil
}

// readDuration holds chained roles to the hour that AWS gives them.
func readDuration(text *string) (time.Duration, error) {
	if text == nil {
		return maxChained, nil
	}
	seconds, err := strconv.Atoi(*text)
	switch {
	case err != nil:
		return 0, constraint("DurationSeconds", text, "be a number")
	case seconds < minSeconds:
		return 0, constraint("DurationSeconds", text, "have value greater than or equal to "+strconv.Itoa(minSeconds))
	case seconds > maxSeconds:
		return 0, constraint("DurationSeconds", text, "have value less than or equal to "+strconv.Itoa(maxSeconds))
	case seconds > int(maxChained.Seconds()):
		return 0, errChainedDuration
	}
	return time.Duration(seconds) * time.Second, nil
}

// named checks a parameter of letters, digits, _+=,.@- and more.
func named(name string, value *string, shortest, longest int, more, pattern string) error {
	if err := lengthOf(name, value, shortest, longest); err != nil {
		return err
	}
	if !nameCharacters(*value, more) {
		return constraint(name, value, pattern)
	}
	return nil
}

func lengthOf(name string, value *string, shortest, longest int) error {
	switch {
	case value == nil:
		return constraint(name, nil, "not be null")
	case len(*value) < shortest:
		return constraint(name, value, "have length greater than or equal to "+strconv.Itoa(shortest))
	case len(*value) > longest:
		return constraint(name, value, "have length less than or equal to "+strconv.Itoa(longest))
	}
	return nil
}
