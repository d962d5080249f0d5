package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"

	"foyer/internal/secret"
)

// Cost is what deriving one key costs. Raising it upgrades each stored password
// at its owner's next sign-in.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes over the memory
	Threads uint8
}

// DefaultCost is OWASP's recommendation for argon2id: 19 MiB, two passes, one thread.
var DefaultCost = Cost{Memory: 19 * 1024, Time: 2, Threads: 1}

// Sizes in bytes.
const (
	saltSize = 16
	keySize  = 32
)

// Hasher derives and verifies password keys with argon2id (RFC 9106), few at a
// time: each takes Cost.Memory of memory and a processor.
type Hasher struct {
	cost   Cost
	random io.Reader
	slots  chan struct{}
}

// NewHasher returns a hasher that derives at most parallel keys at once; random
// gives the salts.
func NewHasher(cost Cost, parallel int, random io.Reader) *Hasher {
	return &Hasher{cost: cost, random: random, slots: make(chan struct{}, max(parallel, 1))}
}

var b64 = base64.RawStdEncoding

// Hash returns the PHC string of password:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>. It waits for a slot as long as
// ctx lives.
func (h *Hasher) Hash(ctx context.Context, password secret.Text) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	key, err := h.derive(ctx, h.cost, salt, password)
	if err != nil {
		return "", err
	}
	return encode(h.cost, salt, key), nil
}

// Verify reports whether password is the one that verifier was made of, and
// whether verifier was made at another cost than today's.
func (h *Hasher) Verify(ctx context.Context, verifier string, password secret.Text) (ok, stale bool, err error) {
	cost, salt, want, err := decode(verifier)
	if err != nil {
		return false, false, err
	}
	key, err := h.derive(ctx, cost, salt, password)
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, cost != h.cost, nil
}

// Nobody returns a verifier that takes the usual work and fits no password.
func (h *Hasher) Nobody() string {
	return encode(h.cost, make([]byte, saltSize), make([]byte, keySize))
}

func (h *Hasher) derive(ctx context.Context, cost Cost, salt []byte, password secret.Text) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password.Reveal()), salt, cost.Time, cost.Memory, cost.Threads, keySize), nil
}

func encode(c Cost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Time, c.Threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// Bounds of what a stored verifier may ask for, so that a damaged row can't
// take the machine's memory.
const (
	maxMemory = 1 << 20 // KiB: 1 GiB
	maxTime   = 64
)

func decode(verifier string) (cost Cost, salt, key []byte, err error) {
	parts := strings.Split(verifier, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return Cost{}, nil, nil, fmt.Errorf("stored password is no argon2id version %d string", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.Memory, &cost.Time, &cost.Threads); err != nil {
		return Cost{}, nil, nil, fmt.Errorf("parameters of a stored password: %w", err)
	}
	if cost.Memory > maxMemory || cost.Time < 1 || cost.Time > maxTime || cost.Threads < 1 {
		return Cost{}, nil, nil, fmt.Errorf("parameters of a stored password are out of bounds: %s", parts[3])
	}
	if salt, err = b64.DecodeString(parts[4]); err != nil {
		return Cost{}, nil, nil, fmt.Errorf("salt of a stored password: %w", err)
	}
	if key, err = b64.DecodeString(parts[5]); err != nil || len(key) != keySize {
		return Cost{}, nil, nil, fmt.Errorf("key of a stored password: want %d bytes in base64", keySize)
	}
	return cost, salt, key, nil
}
