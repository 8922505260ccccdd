package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"latchkey/internal/center/directory"
	"latchkey/internal/center/secret"
)

// Wrong passwords: a few at once for a name, then one now and then; more for an
// address, behind which there may be an office.
var (
	perName    = Limit{Burst: 8, Every: 20 * time.Second}
	perAddress = Limit{Burst: 40, Every: time.Second}
)

// checkWithin is how long a sign-in may wait for its turn.
const checkWithin = 8 * time.Second

// checkPassword returns whose name and password these are, and by which method:
// ErrWrongPassword, a *RefusedError or an awayError if nobody's. The try counts
// before the password is looked at, so that many at once are not more than many
// in a row.
func (s *Service) checkPassword(r *http.Request, name, word string) (directory.User, string, error) {
	ctx, cancel := context.WithTimeout(r.Context(), checkWithin)
	defer cancel()
	user, err := s.user(ctx, name)
	if err != nil {
		return user, "", err
	}
	throttle, tries := Throttle{s.Store, s.Now}, s.tries(r, user, name)
	if wait, err := throttle.Take(ctx, tries...); wait > 0 || err != nil {
		return user, "", throttled(wait, err)
	}
	found, method, err := s.byPassword(ctx, user, name, word)
	if err != nil {
		return user, method, err
	}
	return found, method, throttle.GiveBack(ctx, tries...)
}

// byPassword asks this directory and then the methods in turn. A password goes
// to those alone that may know it: this directory for its own users, their
// method for users from outside, all methods for a name that is new here. The
// others do the same work for nobody, so that time does not tell who is where.
func (s *Service) byPassword(ctx context.Context, user directory.User, name, word string) (directory.User, string, error) {
	err := s.checkBuiltIn(ctx, user, word)
	if !errors.Is(err, ErrWrongPassword) {
		return user, builtInName, err
	}
	for _, method := range s.Methods.Passwords {
		mayKnow := !s.builtIn(user) && (user.ID == "" || user.Source == method.Name())
		if !mayKnow {
			name, word := secret.ID(), secret.Token()
			if _, asked := method.Authenticate(ctx, name, word); asked != nil {
				err = s.worse(ctx, err, method, asked)
			}
			continue
		}
		identity, asked := method.Authenticate(ctx, name, word)
		switch {
		case asked == nil:
			identity.Method = method.Name()
			found, err := s.link(ctx, identity)
			return found, method.Name(), err
		case isRefused(asked):
			return user, method.Name(), asked
		}
		err = s.worse(ctx, err, method, asked)
	}
	return user, "", err
}

// worse returns err, or that the method is away: then who it is is not known.
func (s *Service) worse(ctx context.Context, err error, method PasswordMethod, asked error) error {
	if told := s.told(ctx, method.Name(), asked); !errors.Is(told, ErrWrongPassword) && !isRefused(told) {
		return told
	}
	return err
}

// told says of an error that is not about the person that the method is away.
func (s *Service) told(ctx context.Context, method string, err error) error {
	if err == nil || isRefused(err) || errors.Is(err, ErrWrongPassword) {
		return err
	}
	s.Logger.ErrorContext(ctx, "sign-in method does not answer", "method", method, "error", err)
	return awayError{method, err}
}

// builtInName is the method of this directory's own passwords in the records.
const builtInName = "built-in"

// builtIn reports whether the user's password is kept here and lets in.
func (s *Service) builtIn(user directory.User) bool {
	return user.ID != "" && user.Source == "" && (s.Methods.BuiltIn != Administrators || user.Administrator)
}

// checkBuiltIn does the same work for a user who does not exist, or may not
// come in this way.
func (s *Service) checkBuiltIn(ctx context.Context, user directory.User, word string) error {
	hash := ""
	if s.builtIn(user) {
		hash = user.PasswordHash
	}
	ok, err := s.Passwords.Check(ctx, hash, word)
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrWrongPassword
	}
	return refuseDisabled(user)
}

// refuseDisabled tells only whoever knew the password.
func refuseDisabled(user directory.User) error {
	if user.Disabled {
		return &RefusedError{"You cannot sign in any more: an administrator has disabled your user."}
	}
	return nil
}

// maxExternalID is room for any provider's ids and the issuer's address.
const maxExternalID = 1024

// link returns the user of this directory who is the identity, made if new.
func (s *Service) link(ctx context.Context, identity Identity) (directory.User, error) {
	if identity.ID == "" || len(identity.ID) > maxExternalID {
		return directory.User{}, fmt.Errorf("method %s: an identity without an id, or with one that is too long", identity.Method)
	}
	if directory.ValidEmail(identity.Email) != nil {
		identity.Email = "" // nobody is kept out by it
	}
	if err := directory.ValidUserName(identity.Name); err != nil {
		s.Logger.WarnContext(ctx, "sign-in refused: not a user name", "method", identity.Method, "id", identity.ID, "error", err)
		return directory.User{}, &RefusedError{"Your name at the provider cannot be a user name here. Ask an administrator to change it."}
	}
	user, unknown, err := s.Store.LinkUser(ctx, identity, newID())
	if errors.Is(err, ErrNameTaken) {
		s.Logger.WarnContext(ctx, "sign-in refused: the name is another user's", "method", identity.Method, "id", identity.ID, "name", identity.Name)
		return user, &RefusedError{"Another user of this center has your name. Ask an administrator to rename one of you."}
	}
	if err != nil {
		return user, err
	}
	for _, group := range unknown {
		if _, known := s.warned.LoadOrStore(group, true); !known {
			s.Logger.WarnContext(ctx, "a sign-in method maps to a group that the directory has not", "method", identity.Method, "group", group)
		}
	}
	return user, refuseDisabled(user)
}

func isRefused(err error) bool {
	_, ok := errors.AsType[*RefusedError](err)
	return ok
}

// user returns the zero User for a name that nobody has.
func (s *Service) user(ctx context.Context, name string) (directory.User, error) {
	user, err := s.Store.UserByName(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return directory.User{}, nil
	}
	return user, err
}

// tries has the address first: one that has had its tries uses up nobody's name.
func (s *Service) tries(r *http.Request, user directory.User, name string) []Try {
	tries := []Try{{"password address " + Network(Address(r)), perAddress}}
	if id := s.browserID(r, user); id != "" {
		return append(tries, Try{"password browser " + id, perName})
	}
	if directory.ValidUserName(name) != nil {
		return tries // nobody's name, and strangers choose how long it is
	}
	return append(tries, Try{"password name " + directory.UserKey(name), perName})
}
