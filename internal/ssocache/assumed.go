package ssocache

import (
	"strconv"
	"time"

	"latchkey/internal/awscred"
)

// A RoleRequest is what the file of an assumed role is named by: the arguments
// of AssumeRole or AssumeRoleWithWebIdentity. Who assumes the role is not among
// them, in the AWS CLI as here.
type RoleRequest struct {
	RoleARN      string
	SessionName  string // "" when it was made up for the call
	ExternalID   string
	SerialNumber string // of an MFA device
	Duration     time.Duration
}

// Key names the file. botocore hashes json.dumps of the arguments that there
// are, with sorted keys and default separators.
func (r RoleRequest) Key() string {
	w := newObject()
	if r.Duration > 0 {
		w.raw("DurationSeconds", strconv.AppendInt(nil, int64(r.Duration/time.Second), 10))
	}
	for _, arg := range []struct{ name, value string }{
		{"ExternalId", r.ExternalID}, {"RoleArn", r.RoleARN}, {"RoleSessionName", r.SessionName}, {"SerialNumber", r.SerialNumber},
	} {
		if arg.value != "" {
			w.str(arg.name, arg.value)
		}
	}
	return sum(w.bytes())
}

// assumedTime is how botocore writes the time of an assumed role, unlike those
// of a sign-in.
const assumedTime = "2006-01-02T15:04:05UTC"

// PutAssumedRole replaces the credentials of key by those of an assumed role,
// whose ID and ARN the service told. Credentials reads them again. botocore
// writes after them what else the answer held, headers included; no reader
// looks at it.
func (d Dir) PutAssumedRole(key string, c awscred.Credentials, id, arn string) error {
	inner := newObject()
	inner.str("AccessKeyId", c.AccessKeyID)
	inner.str("SecretAccessKey", c.SecretAccessKey.Reveal())
	inner.str("SessionToken", c.SessionToken.Reveal())
	inner.str("Expiration", c.Expiration.UTC().Format(assumedTime))
	if c.AccountID != "" {
		inner.str("AccountId", c.AccountID)
	}
	user := newObject()
	user.str("AssumedRoleId", id)
	user.str("Arn", arn)
	w := newObject()
	w.raw("Credentials", inner.bytes())
	w.raw("AssumedRoleUser", user.bytes())
	return write(d.CLI, key, w.bytes())
}
