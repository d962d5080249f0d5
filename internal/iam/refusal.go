package iam

import (
	"fmt"

	"foyer/internal/fault"
)

// Reason is why something is refused that AWS has a code of its own for.
type Reason uint8

// The reasons.
const (
	WeakPassword       Reason = iota + 1 // against the account's password policy
	NoUser                               // only an IAM user can do this
	WrongCode                            // of an MFA device
	BadCertificate                       // cannot be read, or its chain does not fit
	InvalidCertificate                   // can be read, and is not good
	KeyMismatch                          // a private key of another certificate
	KnownCertificate                     // somebody has it already
	BadPublicKey
	KnownPublicKey
	UnknownEncoding // of a public key
	UnknownService  // that has no credentials of its own
)

// Refusal refuses for a Reason.
type Refusal struct {
	Reason Reason
	Err    error
}

// Error returns the words.
func (e *Refusal) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *Refusal) Unwrap() error { return e.Err }

// refuseFor is refuse with the cause, for the log.
func refuseFor(r Reason, cause error, format string, args ...any) error {
	return &Refusal{r, &fault.Error{Kind: fault.Invalid, Message: fmt.Sprintf(format, args...), Err: cause}}
}

func refuse(r Reason, format string, args ...any) error {
	return &Refusal{r, fault.Newf(fault.Invalid, format, args...)}
}
