// Package mint makes new identifiers and tokens from injected randomness.
package mint

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"time"

	"foyer/internal/secret"
)

// Alphabets of AWS's identifiers.
const (
	Lower  = "abcdefghijklmnopqrstuvwxyz0123456789" // o-…, r-…, ou-…, p-…
	Upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"     // AIDA…, AROA…, AKIA…
	Digits = "0123456789"                           // account ids
	Hex    = "0123456789abcdef"
)

// Mint makes identifiers. Its zero value is not usable.
type Mint struct {
	Source io.Reader // cryptographic randomness; tests give a fixed stream
}

// bytes panics when the source of randomness fails: there is no safe way on,
// and crypto/rand never does.
func (m Mint) bytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(m.Source, b); err != nil {
		panic("no randomness: " + err.Error())
	}
	return b
}

// UUID returns a version 4 UUID, RFC 9562 section 5.4.
func (m Mint) UUID() string {
	b := m.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return format(b)
}

// TimeUUID returns a version 7 UUID, RFC 9562 section 5.7, made at t: UUIDs sort
// as their times do, to a fraction of a millisecond (section 6.2, method 3).
func (m Mint) TimeUUID(t time.Time) string {
	b := m.bytes(16)
	ms, within := t.UnixMilli(), t.Nanosecond()%1_000_000
	fraction := within * 4096 / 1_000_000 // 12 bits
	for i := range 6 {
		b[i] = byte(ms >> (8 * (5 - i)))
	}
	b[6], b[7] = 0x70|byte(fraction>>8), byte(fraction)
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// FirstTimeUUID is what every TimeUUID made at t or later sorts behind.
func FirstTimeUUID(t time.Time) string {
	return fmt.Sprintf("%08x-%04x-", t.UnixMilli()>>16, t.UnixMilli()&0xffff)
}

// TimeOfUUID is when a TimeUUID was made, to the millisecond; of anything else
// the zero time.
func TimeOfUUID(id string) time.Time {
	if len(id) < 13 {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(id[:8]+id[9:13], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// format writes the bytes of a UUID.
func format(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// From returns prefix and n characters of alphabet, each equally likely.
// alphabet has at most 256 characters.
func (m Mint) From(prefix, alphabet string, n int) string {
	out := make([]byte, 0, len(prefix)+n)
	out = append(out, prefix...)
	fair := 256 - 256%len(alphabet) // refuse the bytes that would favour the first characters
	for len(out) < len(prefix)+n {
		for _, c := range m.bytes(n) {
			if int(c) < fair && len(out) < len(prefix)+n {
				out = append(out, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// UniqueID returns an IAM unique id: prefix (AIDA, AROA, …) and 17 characters.
func (m Mint) UniqueID(prefix string) string { return m.From(prefix, Upper, 17) }

// KeyID returns an access key id: prefix (AKIA or ASIA) and 16 characters.
func (m Mint) KeyID(prefix string) string { return m.From(prefix, Upper, 16) }

// SecretKey returns a secret access key: 40 characters, 240 bits.
func (m Mint) SecretKey() secret.Text {
	return secret.New(base64.StdEncoding.EncodeToString(m.bytes(30)))
}

// Token returns an opaque 256-bit token of 43 URL-safe characters after prefix.
// It never begins with a dash: on a command line that would be an option.
func (m Mint) Token(prefix string) secret.Text {
	for {
		token := prefix + base64.RawURLEncoding.EncodeToString(m.bytes(32))
		if token[0] != '-' {
			return secret.New(token)
		}
	}
}
