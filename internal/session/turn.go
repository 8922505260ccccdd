package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/internal/atomicfile"
)

// An UnderwayError means that another process is signing in to the same session
// and was not done in time.
type UnderwayError struct {
	PID int // 0 if unknown
}

func (e *UnderwayError) Error() string {
	if e.PID == 0 {
		return "another sign-in to the same session is under way"
	}
	return fmt.Sprintf("another sign-in to the same session is under way (process %d)", e.PID)
}

// turn takes the lock of signing in, which is not the token's: a token can be
// read and renewed while a person is still in the browser. It reports whether
// another process had it before.
func (s *Session) turn(ctx context.Context, o LoginOptions) (unlock func(), waited bool, err error) {
	unlock, holder, err := s.takeTurn(ctx, 0)
	if holder != nil && o.Wait > 0 {
		if o.Waiting != nil {
			o.Waiting(holder.PID)
		}
		waited = true
		unlock, holder, err = s.takeTurn(ctx, o.Wait)
	}
	switch {
	case err == nil:
		return unlock, waited, nil
	case ctx.Err() != nil:
		return nil, waited, ctx.Err()
	case holder != nil:
		return nil, waited, &UnderwayError{PID: holder.PID}
	}
	s.warn(fmt.Errorf("cache lock: %w", err))
	return func() {}, waited, nil
}

// takeTurn waits for the lock of signing in. When another process has it all
// the while, holder says which.
func (s *Session) takeTurn(ctx context.Context, wait time.Duration) (unlock func(), holder *atomicfile.LockError, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	unlock, err = s.Cache.Lock(ctx, s.TokenKey()+".login")
	holder, _ = errors.AsType[*atomicfile.LockError](err)
	return unlock, holder, err
}

// patience is how long a lock of the cache is waited for before the process
// that has it is named: whoever has it makes one call, or was stopped.
const patience = 30 * time.Second

// locked runs f under the lock that take gives. A directory that cannot be
// written to is no reason to refuse: there is nothing to keep whole in it.
func (s *Session) locked(ctx context.Context, take func(context.Context, string) (func(), error), key string, f func() error) error {
	unlock, err := s.takePatiently(ctx, take, key)
	switch {
	case err == nil:
		defer unlock()
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		s.warn(fmt.Errorf("cache lock: %w", err))
	}
	return f()
}

func (s *Session) takePatiently(ctx context.Context, take func(context.Context, string) (func(), error), key string) (unlock func(), err error) {
	first, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	unlock, err = take(first, key)
	held, ok := errors.AsType[*atomicfile.LockError](err)
	if !ok || ctx.Err() != nil {
		return unlock, err
	}
	s.warn(fmt.Errorf("waiting for process %d, which has held %s for %v", held.PID, held.Path, patience))
	return take(ctx, key)
}
