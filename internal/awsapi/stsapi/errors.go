package stsapi

import (
	"errors"

	"foyer/internal/access"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/saml"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

// refusal is an error code that the model does not hold, and its HTTP status.
type refusal struct {
	code   string
	status int
}

// refusals are the codes that all Query services share.
var refusals = [fault.NumKinds]refusal{
	fault.Internal:        {"InternalFailure", 500},
	fault.Invalid:         {"ValidationError", 400},
	fault.NotFound:        {"ValidationError", 400},
	fault.Conflict:        {"ValidationError", 400},
	fault.Denied:          {"AccessDenied", 403},
	fault.Unauthenticated: {"InvalidClientTokenId", 403},
	fault.Quota:           {"ValidationError", 400},
	fault.Throttled:       {"Throttling", 400},
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	kind := fault.Of(err)
	e := &wire.Error{Code: refusals[kind].code, Status: refusals[kind].status, Message: fault.Message(err), Err: err}
	if code := modelled(err); code != "" {
		e.Code, e.Status = code, 0
	}
	return e
}

// modelled is the code of a failure that the model has a word for, else "".
func modelled(err error) string {
	if _, ok := errors.AsType[*saml.Expired](err); ok {
		return "ExpiredTokenException"
	}
	if _, ok := errors.AsType[*sts.ExpiredContext](err); ok {
		return "ExpiredTokenException"
	}
	if _, ok := errors.AsType[*sts.FederationDisabled](err); ok {
		return "OutboundWebIdentityFederationDisabledException"
	}
	if _, ok := errors.AsType[*sts.Escalation](err); ok {
		return "SessionDurationEscalationException"
	}
	if _, ok := errors.AsType[*sts.PayloadTooLarge](err); ok {
		return "JWTPayloadSizeExceededException"
	}
	if _, ok := errors.AsType[*sts.LateToken](err); ok {
		return "ExpiredTokenException"
	}
	if _, ok := errors.AsType[*sts.RejectedClaim](err); ok {
		return "IDPRejectedClaim"
	}
	if _, ok := errors.AsType[*sts.IssuerSilent](err); ok {
		return "IDPCommunicationError"
	}
	if _, ok := errors.AsType[*sts.InvalidToken](err); ok {
		return "InvalidIdentityToken"
	}
	if _, ok := errors.AsType[*sts.TooLarge](err); ok {
		return "PackedPolicyTooLarge"
	}
	if _, ok := errors.AsType[*access.InvalidMessage](err); ok {
		return "InvalidAuthorizationMessageException"
	}
	if _, ok := errors.AsType[*policy.Malformed](err); ok {
		return "MalformedPolicyDocument"
	}
	return ""
}
