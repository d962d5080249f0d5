// Package sigv4 verifies AWS Signature Version 4 requests, by header and by
// presigned query (AWS General Reference, "Signature Version 4 signing process").
package sigv4

import (
	"strings"
	"time"

	"foyer/internal/fault"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeLayout = "20060102T150405Z"

	// skew is how far the clocks may disagree.
	skew = 5 * time.Minute
	// longestPresign bounds how long a presigned request may live.
	longestPresign = 7 * 24 * time.Hour
	// usualPresign is how long one lives that does not say. SDKs presign STS
	// without X-Amz-Expires, and AWS lets that live so long.
	usualPresign = 15 * time.Minute

	maxSignedHeaders = 100
	maxAuthorization = 16 << 10 // bytes of Authorization header or query: a session token travels in the latter
)

// Reason is why a request is not accepted.
type Reason uint8

// The reasons, each with a code of its own in every protocol.
const (
	Missing    Reason = iota // there is no signature at all
	Incomplete               // a part of it is missing or malformed
	Stale                    // signed too long ago, or too far in the future
	Mismatch                 // the signature is not that of the request
)

// Error is a refused signature. It wraps a fault with AWS's words.
type Error struct {
	Reason Reason
	Err    error
}

// Error returns the fault's text.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *Error) Unwrap() error { return e.Err }

func refuse(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Err: fault.Newf(fault.Unauthenticated, format, args...)}
}

// Message is the part of an HTTP request that a signature covers.
type Message struct {
	Method   string
	Path     string              // as it stands on the request line, escaped; "" means "/"
	RawQuery string              // without the question mark
	Host     string              // the Host header
	Header   map[string][]string // by canonical name
	BodyHash string              // hex SHA-256 of the body
}

func (m *Message) header(name string) string {
	if values := m.Header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Signature is what a request claims about its signer. Nothing of it is proved
// before Verify.
type Signature struct {
	AccessKeyID  string
	Date         string // YYYYMMDD of the scope
	Region       string
	Service      string
	Signed       []string // header names, lower case, as listed
	Value        string   // hex
	At           time.Time
	SessionToken string        // "" for long-lived keys
	Presigned    bool          // the signature is in the query
	Lives        time.Duration // presigned: how long from At
}

// Present reports whether a request carries, or claims to carry, a signature.
func Present(m *Message) bool {
	return strings.HasPrefix(m.header("Authorization"), "AWS4-") || strings.Contains(m.RawQuery, "X-Amz-Algorithm=") || strings.Contains(m.RawQuery, "X-Amz-Signature=")
}
