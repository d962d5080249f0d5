package sts

import (
	"errors"
	"fmt"
	"time"

	"foyer/internal/fault"
	"foyer/internal/identitycontext"
)

// ContextProvider is the one provider of contexts that there is: IAM Identity
// Center.
const ContextProvider = "arn:aws:iam::aws:contextProvider/IdentityCenter"

// ProvidedContext is an assertion about the person in whose name a session acts.
type ProvidedContext struct {
	Provider  string // an ARN
	Assertion string // opaque: sealed by Identity Center
}

const maxContexts = 5

// provided opens the contexts of a request and returns the condition keys that
// the session has by them.
func (s *Service) provided(contexts []ProvidedContext, now time.Time) (keys map[string][]string, err error) {
	if len(contexts) > maxContexts {
		return nil, invalid("1 validation error detected: Value at 'providedContexts' failed to satisfy constraint: Member must have length less than or equal to %d", maxContexts)
	}
	for _, c := range contexts {
		if c.Provider != ContextProvider {
			return nil, invalid("Invalid ProviderArn: %s is not a context provider.", c.Provider)
		}
		person, err := identitycontext.Open(s.Minter.Ring, c.Assertion, now)
		switch {
		case errors.Is(err, identitycontext.ErrExpired):
			return nil, &ExpiredContext{fault.Newf(fault.Invalid, "The context assertion has expired.")}
		case err != nil:
			return nil, &fault.Error{Kind: fault.Invalid, Message: "The context assertion is invalid.", Err: fmt.Errorf("context assertion: %w", err)}
		case keys == nil:
			keys = person.Keys()
		default:
			return nil, invalid("Only one context assertion of the provider %s can be given.", ContextProvider)
		}
	}
	return keys, nil
}

// ExpiredContext refuses a context assertion that was good once.
type ExpiredContext struct{ Err error }

// Error returns the reason.
func (e *ExpiredContext) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *ExpiredContext) Unwrap() error { return e.Err }
