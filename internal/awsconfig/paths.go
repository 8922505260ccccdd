package awsconfig

import (
	"strings"

	"latchkey/internal/filename"
)

// FindPaths returns where the two files are: AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE with a leading ~ expanded, else ~/.aws/config and
// ~/.aws/credentials. home may be "", unknown; a path that depends on it is then
// "". The environment is read through getenv.
func FindPaths(getenv func(string) string, home string) (Paths, error) {
	config, err1 := findPath(getenv("AWS_CONFIG_FILE"), home, "config")
	credentials, err2 := findPath(getenv("AWS_SHARED_CREDENTIALS_FILE"), home, "credentials")
	if err1 != nil {
		return Paths{}, err1
	}
	return Paths{Config: config, Credentials: credentials}, err2
}

func findPath(named, home, name string) (string, error) {
	rest, inHome := strings.CutPrefix(named, "~")
	switch {
	case named == "":
		inHome, rest = true, filename.Join(".aws", name)
	case inHome && rest != "" && !filename.IsSeparator(rest[0]):
		inHome = false // another user's home: the AWS CLI would expand it, a file name would not
	}
	if !inHome {
		return filename.Abs(named)
	}
	if home == "" {
		return "", nil
	}
	return filename.Join(home, rest), nil
}
