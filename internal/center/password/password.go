// Package password hashes passwords with argon2id and checks them, a few at a
// time: each takes 19 MiB, so a flood of them must not run at once.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Parameters of new hashes: the least that the OWASP Password Storage Cheat
// Sheet asks of argon2id.
const (
	memory  = 19456 // KiB
	passes  = 2
	threads = 1
	saltLen = 16
	hashLen = 32
)

// The weakest of the settings that the same page calls equal: m=7168,t=5.
const (
	minMemory = 7168
	minWork   = 7168 * 5
)

// What an imported hash may ask for, so that nobody's sign-in takes minutes.
const (
	maxMemory = 1 << 18 // KiB
	maxPasses = 16
)

// maxLength is far above any real password: no input is ever cut.
const maxLength = 1024

// ErrBusy says that too many passwords are being checked.
var ErrBusy = errors.New("too many sign-ins at once")

// Valid reports why p cannot be a password.
func Valid(p string) error {
	switch {
	case strings.TrimSpace(p) == "":
		return errors.New("must not be empty")
	case len(p) > maxLength:
		return fmt.Errorf("must not be longer than %d bytes", maxLength)
	}
	return nil
}

// Hasher hashes and verifies, on no more than half of the processors: the others
// are for requests that need no password, however many sign-ins there are.
type Hasher struct {
	slots chan struct{}
	queue chan struct{}
}

// NewHasher returns a Hasher for the whole process.
func NewHasher() *Hasher {
	n := max(1, runtime.GOMAXPROCS(0)/2)
	return &Hasher{
		slots: make(chan struct{}, n),
		queue: make(chan struct{}, 32*n),
	}
}

// Load returns how many hash now, and how many more sign-ins wait for their turn.
func (h *Hasher) Load() (running, waiting int) {
	running = len(h.slots)
	return running, max(len(h.queue)-running, 0)
}

// Hash returns the PHC string of a password with a new salt.
func (h *Hasher) Hash(password string) (string, error) {
	if err := Valid(password); err != nil {
		return "", fmt.Errorf("password %w", err)
	}
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	var salt [saltLen]byte
	rand.Read(salt[:])
	return hash(password, salt[:]), nil
}

// Verify reports whether phc is a hash of password. It waits for its turn.
func (h *Hasher) Verify(phc, password string) bool {
	ok, _ := h.verify(context.Background(), phc, password)
	return ok
}

// Check is Verify for someone at the door: it waits as long as ctx lasts,
// returns ErrBusy if too many wait already, and for an empty phc, where there is
// no such user, takes as long as for any other.
func (h *Hasher) Check(ctx context.Context, phc, password string) (bool, error) {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return false, ErrBusy
	}
	if phc == "" {
		_, err := h.verify(ctx, format(make([]byte, saltLen), make([]byte, hashLen)), password)
		return false, err
	}
	return h.verify(ctx, phc, password)
}

func (h *Hasher) verify(ctx context.Context, phc, password string) (bool, error) {
	p, err := parse(phc)
	if err != nil || Valid(password) != nil {
		return false, nil
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return false, ErrBusy
	}
	got := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.hash)))
	return subtle.ConstantTimeCompare(got, p.hash) == 1, nil
}

func hash(password string, salt []byte) string {
	return format(salt, argon2.IDKey([]byte(password), salt, passes, memory, threads, hashLen))
}

func format(salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}
