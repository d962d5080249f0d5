package iam

import (
	"errors"

	"foyer/internal/fault"
	"foyer/internal/policy"
)

// Unmodifiable refuses to change what only AWS, here Foyer, may change.
type Unmodifiable struct{ error }

// Unwrap returns the fault.
func (e *Unmodifiable) Unwrap() error { return e.error }

// InUse refuses to delete what something else still needs.
type InUse struct{ error }

// Unwrap returns the fault.
func (e *InUse) Unwrap() error { return e.error }

// NotAttachable refuses to attach a policy that is made for AWS services only.
type NotAttachable struct{ error }

// Unwrap returns the fault.
func (e *NotAttachable) Unwrap() error { return e.error }

func unmodifiable(name string) error {
	return &Unmodifiable{fault.Newf(fault.Denied,
		"Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", name)}
}

func inUse(message string) error { return &InUse{fault.Newf(fault.Conflict, "%s", message)} }

func exceeded(name string, most int) error {
	return fault.Newf(fault.Quota, "Cannot exceed quota for %s: %d", name, most)
}

// checkDocument refuses a policy document that IAM could not have stored. The
// failure wraps a *policy.Malformed.
func checkDocument(document string, kind policy.Kind) error {
	_, err := policy.Compile(document, kind)
	if m, ok := errors.AsType[*policy.Malformed](err); ok {
		return &fault.Error{Kind: fault.Invalid, Message: m.Message, Err: m}
	}
	return err
}
