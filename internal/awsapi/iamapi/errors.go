package iamapi

import (
	"errors"

	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
	"foyer/internal/wire"
)

// refusal is an error code and, where the model does not say, its HTTP status.
type refusal struct {
	code   string
	status int
}

// refusals are the service's words for the house's failures.
var refusals = [fault.NumKinds]refusal{
	fault.Internal:        {"ServiceFailure", 0},
	fault.Invalid:         {"InvalidInput", 0},
	fault.NotFound:        {"NoSuchEntity", 0},
	fault.Conflict:        {"EntityAlreadyExists", 0},
	fault.Denied:          {"AccessDenied", 403},
	fault.Unauthenticated: {"InvalidClientTokenId", 403},
	fault.Quota:           {"LimitExceeded", 0},
	fault.Throttled:       {"Throttling", 400},
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	r := refusals[fault.Of(err)]
	if code := special(err); code != "" {
		r = refusal{code, 0}
	}
	return &wire.Error{Code: r.code, Status: r.status, Message: fault.Message(err), Err: err}
}

// special is the code of a failure that has a word of its own, else "".
func special(err error) string {
	if _, ok := errors.AsType[*iam.Unmodifiable](err); ok {
		return "UnmodifiableEntity"
	}
	if _, ok := errors.AsType[*iam.InUse](err); ok {
		return "DeleteConflict"
	}
	if _, ok := errors.AsType[*iam.NotAttachable](err); ok {
		return "PolicyNotAttachable"
	}
	if _, ok := errors.AsType[*policy.Malformed](err); ok {
		return "MalformedPolicyDocument"
	}
	if r, ok := errors.AsType[*iam.Refusal](err); ok {
		return reasons[r.Reason]
	}
	return ""
}
