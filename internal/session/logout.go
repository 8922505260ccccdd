package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/awsapi"
	"latchkey/internal/awscred"
	"latchkey/internal/ssocache"
)

// Logouter tells the service that a token is given back.
type Logouter interface {
	Logout(ctx context.Context, token awscred.Secret) error
}

// logoutPatience is how long a sign-out waits for whoever holds the token's
// lock.
const logoutPatience = 5 * time.Second

// Logout gives the token back to the service and deletes it, whether or not the
// service could be told. An error says that it could not.
func Logout(ctx context.Context, cache ssocache.Dir, api Logouter, token ssocache.StoredToken, now time.Time) error {
	// A refresh by another process may be under way, whose token would outlive
	// this one. A holder that does not let go is no reason to stay signed in.
	patience, cancel := context.WithTimeout(ctx, logoutPatience)
	defer cancel()
	if unlock, err := cache.Lock(patience, token.Key); err == nil {
		defer unlock()
	}
	if current, err := cache.Token(token.Key); err == nil {
		token.Token = current
	}
	var told error
	if api != nil && token.Region != "" {
		told = api.Logout(ctx, token.AccessToken)
	}
	if err := cache.RemoveToken(token.Key); err != nil {
		return err
	}
	if told == nil || final(told) || !token.ExpiresAt.IsZero() && token.ExpiresAt.Before(now) {
		return nil
	}
	return fmt.Errorf("signed out here, but the token is valid at the service until %s: %w", clock(token.ExpiresAt), told)
}

// final reports an answer that leaves nothing to sign out of: the service does
// not know the token (any more).
func final(err error) bool {
	var refused *awsapi.Error
	return errors.As(err, &refused) && refused.Status >= 400 && refused.Status < 500 && refused.Status != 429
}
