package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// A noAWSError says why the AWS CLI cannot take part.
type noAWSError string

func (e noAWSError) Error() string { return string(e) }

var awsVersion = regexp.MustCompile(`^aws-cli/(\d+)\.(\d+)\.`)

// aws finds the AWS CLI, a noAWSError when there is none that can take part.
//
// The profile leads to the center by its services section, which the AWS CLI
// reads since 1.29 and 2.13 (July 2023). An older one would ask AWS itself.
func (h home) aws(ctx context.Context) (path string, err error) {
	path, err = exec.LookPath("aws")
	if err != nil {
		return "", noAWSError("there is no aws on PATH")
	}
	cmd := h.command(ctx, path, "--version")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, nil
	out, err := cmd.CombinedOutput()
	found := awsVersion.FindSubmatch(out)
	if err != nil || found == nil {
		return "", noAWSError(path + " does not run in the demonstration's home")
	}
	major, err1 := strconv.Atoi(string(found[1]))
	minor, err2 := strconv.Atoi(string(found[2]))
	if err1 != nil || err2 != nil || major < 2 && minor < 29 || major == 2 && minor < 13 {
		return "", noAWSError(fmt.Sprintf("%s is version %s.%s, which cannot read where a profile's services are", path, found[1], found[2]))
	}
	return path, nil
}
