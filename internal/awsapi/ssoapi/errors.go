package ssoapi

import (
	"errors"

	"foyer/internal/fault"
	"foyer/internal/wire"
)

// refusal is an error code of the portal and its HTTP status.
type refusal struct {
	code   string
	status int
}

// refusals are the codes. ForbiddenException is not in the model, but AWS
// answers it, for what does not exist too: whether it does is not the caller's
// to know.
var refusals = [fault.NumKinds]refusal{
	fault.Internal:        {"InternalServerException", 500},
	fault.Invalid:         {"InvalidRequestException", 400},
	fault.NotFound:        {"ForbiddenException", 403},
	fault.Conflict:        {"InvalidRequestException", 400},
	fault.Denied:          {"ForbiddenException", 403},
	fault.Unauthenticated: {"UnauthorizedException", 401},
	fault.Quota:           {"TooManyRequestsException", 429},
	fault.Throttled:       {"TooManyRequestsException", 429},
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	kind := fault.Of(err)
	message := fault.Message(err)
	switch kind {
	case fault.NotFound, fault.Denied:
		message = "No access"
	case fault.Internal:
		message = "Internal error"
	default: // the fault's own words
	}
	return &wire.Error{Code: refusals[kind].code, Status: refusals[kind].status, Message: message, Err: err}
}
