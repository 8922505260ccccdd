package awsapi

import (
	"time"

	"latchkey/internal/awscred"
)

// str returns what the SDK points at, "" for nothing.
func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func secret(p *string) awscred.Secret { return awscred.Secret(str(p)) }

// optional returns nil for "", which the SDK leaves out of a request.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func seconds(n int32) time.Duration { return time.Duration(n) * time.Second }

// endOfTime is the first moment that the four-digit years of the cache files
// cannot hold.
func endOfTime() time.Time { return time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }

// A field of an answer, and whether it holds what it must.
type field struct {
	name   string
	usable bool
}

// lacks returns an *UnreachableError for the first field that is not usable:
// whoever answered is not the service, or is broken.
func (c *Client) lacks(s Service, operation string, fields []field) error {
	for _, f := range fields {
		if !f.usable {
			return c.foreign(s, operation, errLacks(f.name))
		}
	}
	return nil
}

// foreign is an answer that arrived, was read, and cannot be meant.
func (c *Client) foreign(s Service, operation string, cause error) error {
	r := c.config.route(s)
	u, err := r.resolve()
	if err != nil {
		return err
	}
	return (&sender{override: r.override != nil}).unreachable(operation, &u, cause)
}
