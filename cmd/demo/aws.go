package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"regexp"
	"strconv"
)

// A noAWSError says why the AWS CLI cannot take part.
type noAWSError string

func (e noAWSError) Error() string { return string(e) }

// awsIdentity is the AWS CLI asking who the profile's credentials belong to; a
// noAWSError when there is no AWS CLI that runs.
//
// The profile leads to the center by its services section. An AWS CLI that does
// not know these gets the credentials in its environment and the address on its
// command line; old then says so.
func (s *story) awsIdentity(ctx context.Context, profile string) (cmd *exec.Cmd, old bool, err error) {
	path, err := exec.LookPath("aws")
	if err != nil {
		return nil, false, noAWSError("there is no aws on PATH")
	}
	version := s.home.command(ctx, path, "--version")
	version.Stdin, version.Stdout, version.Stderr = nil, nil, nil
	out, err := version.CombinedOutput()
	if err != nil {
		return nil, false, noAWSError(path + " does not run in the demonstration's home")
	}
	if readsServices(string(out)) {
		return s.home.command(ctx, path, "sts", "get-caller-identity", "--profile", profile), false, nil
	}
	cmd = s.home.command(ctx, path, "sts", "get-caller-identity", "--region", region, "--endpoint-url", s.center.origin)
	variables, err := s.credentials(ctx, profile)
	cmd.Env = append(cmd.Env, variables...)
	return cmd, true, err
}

// credentials asks latchkey for the profile's, as variables of the environment.
func (s *story) credentials(ctx context.Context, profile string) ([]string, error) {
	export := s.home.command(ctx, s.home.latchkey(), "configure", "export-credentials", "--profile", profile, "--format", "process")
	export.Stdin, export.Stdout = nil, nil
	out, err := export.Output()
	if err != nil {
		return nil, err
	}
	var c struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	if err := json.Unmarshal(out, &c); err != nil {
		return nil, err
	}
	return []string{"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey, "AWS_SESSION_TOKEN=" + c.SessionToken}, nil
}

var awsVersion = regexp.MustCompile(`^aws-cli/(\d+)\.(\d+)\.`)

// readsServices reports whether an AWS CLI of this version knows services
// sections, as it does since 1.29 and 2.13 (July 2023).
func readsServices(version string) bool {
	found := awsVersion.FindStringSubmatch(version)
	if found == nil {
		return false
	}
	major, err1 := strconv.Atoi(found[1])
	minor, err2 := strconv.Atoi(found[2])
	if err1 != nil || err2 != nil {
		return false
	}
	return major > 2 || major == 2 && minor >= 13 || major == 1 && minor >= 29
}
