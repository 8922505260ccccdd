// Package vendor is the seam behind which the credentials of roles are made. The
// portal and the console ask a Vendor and do not know which it is. There is one,
// "local", package sts: credentials that this center's own STS verifies.
//
// Whatever comes beside it, such as a broker that assumes roles at AWS or an
// issuer of tokens for AssumeRoleWithWebIdentity, holds to these:
//
//   - It never falls back to another vendor. Credentials of another kind than a
//     person expects fail far from here, or work where they must not: when it
//     cannot vend, it says so.
//   - Its name is in the record of each of its credentials, and so is the name
//     that they act under (ARN), so that they can be found again at AWS.
//   - It vends for the person, account and permission set of the Grant and for
//     no longer than its Duration. Who may have what was decided before.
package vendor

import (
	"context"
	"time"

	"latchkey/internal/center/directory"
)

// Vendor makes credentials. Its methods may be called at the same time.
type Vendor interface {
	// Name is how the configuration and the audit record call it.
	Name() string
	// Vend returns credentials for g. An error has no secret in it.
	Vend(ctx context.Context, g Grant) (Credentials, error)
}

// Grant is a role that a person may use: a permission set in an account.
type Grant struct {
	User          directory.User // ID and Name, no more is needed
	AccountID     string         // 12 digits
	PermissionSet directory.PermissionSet
	Duration      time.Duration
}

// Credentials are what AWS's clients sign requests with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	ARN             string    // that they act under: arn:aws:sts::ACCOUNT:assumed-role/ROLE/USER
	Expires         time.Time // whole seconds
}

// String and GoString leave the secrets out, wherever c is printed.
func (c Credentials) String() string   { return c.AccessKeyID + " (" + c.ARN + ")" }
func (c Credentials) GoString() string { return c.String() }
