// Package fault is the house's one vocabulary of failures. A room says what a
// caller can do about a failure; each face says it in its protocol's words.
package fault

import (
	"errors"
	"fmt"
)

// A Kind is what a caller can do about a failure, not where it happened.
type Kind uint8

// The kinds of failure.
const (
	Internal        Kind = iota // nobody classified it: our bug; its text never reaches a client
	Invalid                     // the request is wrong; sending it again will not help
	NotFound                    // the named thing does not exist
	Conflict                    // the thing exists, or is in use
	Denied                      // the caller may not do this
	Unauthenticated             // the caller did not prove who it is, or no longer can
	Quota                       // a limit on the number or size of things is reached
	Throttled                   // too many requests; sending it again later helps
	NumKinds        = iota
)

// Error is a classified failure. Message is shown to the client as it stands,
// so it says what is wrong and what to do, and holds no secret.
type Error struct {
	Kind    Kind
	Message string
	Err     error // the cause, for logs; may be nil
}

// Error returns the message, with the cause behind it when there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Newf returns a failure of the given kind with a message for the client.
func Newf(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Of returns the kind of err: that of the first Error in its chain, else Internal.
func Of(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message returns what a client may read about err: the message of the first
// Error in its chain, else a text that gives nothing away.
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != Internal {
		return e.Message
	}
	return "An internal error occurred. The server's log has the details under this request id."
}

// kept marks a refusal whose transaction is committed all the same.
type kept struct{ err error }

func (k kept) Error() string { return k.err.Error() }
func (k kept) Unwrap() error { return k.err }

// Keep marks err as a refusal that is itself a change: the transaction in which
// it arose is committed, not rolled back. A replayed authorization code, for
// example, is refused and revokes its tokens. Keep(nil) is nil.
func Keep(err error) error {
	if err == nil {
		return nil
	}
	return kept{err}
}

// Kept reports whether err was marked by Keep.
func Kept(err error) bool {
	_, ok := errors.AsType[kept](err)
	return ok
}
