// Package seal keeps secrets at rest and state in strangers' hands: text that
// only this installation can make or open.
//
// A sealed text is authenticated encryption (AES-256-GCM) with the id of its
// key in clear, so keys rotate without a flag day. Every use names a purpose;
// a text sealed for one purpose does not open for another.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// KeySize is the size of a master key in bytes.
const KeySize = 32

// ErrNotOurs says that a sealed text was not made by this keyring for this
// purpose, or was changed since.
var ErrNotOurs = errors.New("sealed text is not ours, or was changed")

// Key is one master key and its public name.
type Key struct {
	ID     string // 1–16 of [0-9A-Za-z]; shown in every text sealed with it
	Master []byte // KeySize bytes
}

// Keyring seals with its first key and opens with any.
type Keyring struct {
	keys   []ringKey
	random io.Reader
}

type ringKey struct {
	id     string
	aead   cipher.AEAD
	derive []byte
}

// NewKeyring returns a ring of keys, the first of which seals. random gives
// the nonces.
func NewKeyring(random io.Reader, keys ...Key) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, errors.New("a keyring needs at least one key")
	}
	ring := &Keyring{random: random}
	for _, k := range keys {
		if len(k.Master) != KeySize {
			return nil, fmt.Errorf("key %s has %d bytes, want %d", k.ID, len(k.Master), KeySize)
		}
		if k.ID == "" || len(k.ID) > 16 || strings.ContainsAny(k.ID, "=") {
			return nil, fmt.Errorf("key id %q: want 1 to 16 letters and digits", k.ID)
		}
		rk, err := newRingKey(k)
		if err != nil {
			return nil, err
		}
		ring.keys = append(ring.keys, rk)
	}
	return ring, nil
}

func newRingKey(k Key) (ringKey, error) {
	sealing, err := hkdf.Key(sha256.New, k.Master, nil, "foyer seal", KeySize)
	if err != nil {
		return ringKey{}, fmt.Errorf("derive from key %s: %w", k.ID, err)
	}
	deriving, err := hkdf.Key(sha256.New, k.Master, nil, "foyer derive", KeySize)
	if err != nil {
		return ringKey{}, fmt.Errorf("derive from key %s: %w", k.ID, err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return ringKey{}, fmt.Errorf("cipher of key %s: %w", k.ID, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return ringKey{}, fmt.Errorf("cipher of key %s: %w", k.ID, err)
	}
	return ringKey{id: k.ID, aead: aead, derive: deriving}, nil
}

// A sealed text is <key id>=<base64url>: characters that the patterns of every
// service allow in a pagination token.
var encoding = base64.RawURLEncoding

// Seal returns plain, encrypted and authenticated for purpose, as URL-safe text.
func (r *Keyring) Seal(purpose string, plain []byte) (string, error) {
	k := r.keys[0]
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	if _, err := io.ReadFull(r.random, nonce); err != nil {
		return "", fmt.Errorf("nonce: %w", err)
	}
	return k.id + "=" + encoding.EncodeToString(k.aead.Seal(nonce, nonce, plain, []byte(purpose))), nil
}

// Open returns what was sealed for purpose, or ErrNotOurs.
func (r *Keyring) Open(purpose, sealed string) ([]byte, error) {
	id, body, ok := strings.Cut(sealed, "=")
	if !ok {
		return nil, ErrNotOurs
	}
	for _, k := range r.keys {
		if k.id != id {
			continue
		}
		raw, err := encoding.DecodeString(body)
		if err != nil || len(raw) < k.aead.NonceSize() {
			return nil, ErrNotOurs
		}
		n := k.aead.NonceSize()
		plain, err := k.aead.Open(nil, raw[:n], raw[n:], []byte(purpose))
		if err != nil {
			return nil, ErrNotOurs
		}
		return plain, nil
	}
	return nil, ErrNotOurs
}

// KeyID returns the id of the key that seals now.
func (r *Keyring) KeyID() string { return r.keys[0].id }

// Derive returns the 32 bytes that belong to name for purpose under the key
// keyID: the same now and later, and no one else's to compute. It fails with
// ErrNotOurs for a key the ring does not hold.
func (r *Keyring) Derive(keyID, purpose, name string) ([]byte, error) {
	for _, k := range r.keys {
		if k.id == keyID {
			mac := hmac.New(sha256.New, k.derive)
			mac.Write([]byte(purpose))
			mac.Write([]byte{0})
			mac.Write([]byte(name))
			return mac.Sum(nil), nil
		}
	}
	return nil, ErrNotOurs
}
