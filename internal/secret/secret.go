// Package secret holds what must not be printed.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[secret]"

// Text is a secret string. However it is printed, logged or marshalled, it
// shows as [secret]. The zero Text is an empty secret.
type Text struct{ s string }

// New wraps s.
func New(s string) Text { return Text{s} }

// Reveal returns the secret itself: the word to look for in review.
func (t Text) Reveal() string { return t.s }

// Empty reports whether there is no secret at all.
func (t Text) Empty() bool { return t.s == "" }

// Equal compares in time that depends only on the lengths.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.s), []byte(other.s)) == 1
}

// Hash returns the hex SHA-256 of the secret: the form in which opaque
// 256-bit random tokens are stored. Not for passwords.
func (t Text) Hash() string {
	sum := sha256.Sum256([]byte(t.s))
	return hex.EncodeToString(sum[:])
}

// Format implements fmt.Formatter.
func (Text) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, hidden) }

// LogValue implements slog.LogValuer.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }
