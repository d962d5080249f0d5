package accountapi

import (
	"errors"

	"foyer/internal/fault"
	"foyer/internal/wire"
)

// codes are the service's words for the house's failures.
var codes = [fault.NumKinds]string{
	fault.Internal:        "InternalServerException",
	fault.Invalid:         "ValidationException",
	fault.NotFound:        "ResourceNotFoundException",
	fault.Conflict:        "ValidationException",
	fault.Denied:          "AccessDeniedException",
	fault.Unauthenticated: "AccessDeniedException",
	fault.Quota:           "ValidationException",
	fault.Throttled:       "TooManyRequestsException",
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	return &wire.Error{Code: codes[fault.Of(err)], Message: fault.Message(err), Err: err}
}
