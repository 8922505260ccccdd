package awsconfig

import (
	"errors"
	"fmt"
)

// SyntaxError is a file that the AWS CLI refuses as well.
type SyntaxError struct {
	Path   string
	Line   int    // from 1; 0 if it is about the file as a whole
	Reason string // what is wrong there
	Hint   string // what to do about it
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Reason)
}

// ConfigError is a file that parses and a profile in it that cannot be used.
type ConfigError struct {
	Message string // what and where
	Hint    string // what to do about it, "" if there is nothing to say
	Err     error  // ErrNotSSO or nil
}

func (e *ConfigError) Error() string { return e.Message }
func (e *ConfigError) Unwrap() error { return e.Err }

// ErrNotSSO is wrapped by errors about profiles that have nothing to do with SSO.
var ErrNotSSO = errors.New("the profile does not use SSO")

// ProfileNotFoundError is about a profile that was named and is in neither file.
type ProfileNotFoundError struct{ Name string }

func (e *ProfileNotFoundError) Error() string {
	return fmt.Sprintf("profile %q is neither in the config file nor in the credentials file", e.Name)
}
