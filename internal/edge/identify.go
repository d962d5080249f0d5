package edge

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/sigv4"
	"foyer/internal/wire"
)

// identify proves who calls. Operations that the contract lets anybody call
// may come unsigned; a signature that is there must be right all the same.
func (h *handler) identify(ctx context.Context, x *exchange) *wire.Error {
	x.call.Bearer = bearer(x.request.Header)
	if x.signature == nil {
		if x.call.Operation.Anonymous {
			return nil
		}
		if x.signatureErr != nil {
			return refused(x.call.API, x.signatureErr)
		}
		return refused(x.call.API, &sigv4.Error{Reason: sigv4.Missing, Err: fault.Newf(fault.Unauthenticated, "Request is missing Authentication Token")})
	}
	if x.signature.Service != x.call.API.SigningName {
		return refused(x.call.API, &sigv4.Error{Reason: sigv4.Mismatch, Err: fault.Newf(fault.Unauthenticated,
			"Credential should be scoped to correct service: '%s'.", x.call.API.SigningName)})
	}
	if _, region := h.routes.host(x.request.Host); region != "" && x.signature.Region != region {
		return refused(x.call.API, &sigv4.Error{Reason: sigv4.Mismatch, Err: fault.Newf(fault.Unauthenticated, "Credential should be scoped to a valid region.")})
	}
	if err := x.signature.CheckTime(x.call.Time); err != nil {
		return refused(x.call.API, err)
	}
	who, key, err := h.Identify(ctx, x.signature.AccessKeyID, secret.New(x.signature.SessionToken), x.call.Time)
	if err != nil {
		return unknownKey(x.call.API, err)
	}
	if err := x.signature.Verify(x.message, key, &h.signing); err != nil {
		return refused(x.call.API, err)
	}
	x.call.Caller = who
	return nil
}

// bearer is the portal access token of a request: in the header with an
// underscore that SDKs send, its hyphened form that proxies let through, or
// Authorization.
func bearer(header http.Header) secret.Text {
	for _, name := range []string{"X-Amz-Sso_bearer_token", "X-Amz-Sso-Bearer-Token"} {
		if token := header.Get(name); token != "" {
			return secret.New(token)
		}
	}
	if token, ok := strings.CutPrefix(header.Get("Authorization"), "Bearer "); ok {
		return secret.New(strings.TrimSpace(token))
	}
	return secret.Text{}
}

// refusal is how a refused signature is said in Query and in JSON.
type refusal struct {
	query, json string
	queryStatus int
	jsonStatus  int
}

var refusals = map[sigv4.Reason]refusal{
	sigv4.Missing:    {"MissingAuthenticationToken", "MissingAuthenticationTokenException", http.StatusForbidden, http.StatusBadRequest},
	sigv4.Incomplete: {"IncompleteSignature", "IncompleteSignatureException", http.StatusBadRequest, http.StatusBadRequest},
	sigv4.Stale:      {"SignatureDoesNotMatch", "InvalidSignatureException", http.StatusForbidden, http.StatusBadRequest},
	sigv4.Mismatch:   {"SignatureDoesNotMatch", "InvalidSignatureException", http.StatusForbidden, http.StatusBadRequest},
}

func refused(api *wire.API, err error) *wire.Error {
	e, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		return internal(err)
	}
	return refusals[e.Reason].say(api, fault.Message(err), err)
}

// say words a refusal. REST services answer 403, as API gateways do.
func (r refusal) say(api *wire.API, message string, err error) *wire.Error {
	switch api.Protocol {
	case wire.Query:
		return &wire.Error{Code: r.query, Message: message, Status: r.queryStatus, Err: err}
	case wire.RESTJSON:
		return &wire.Error{Code: r.json, Message: message, Status: http.StatusForbidden, Err: err}
	default:
		return &wire.Error{Code: r.json, Message: message, Status: r.jsonStatus, Err: err}
	}
}

// unknownKey words what Identify answered.
func unknownKey(api *wire.API, err error) *wire.Error {
	if fault.Of(err) != fault.Unauthenticated {
		return internal(err)
	}
	if expired, ok := errors.AsType[interface {
		error
		Expired() bool
	}](err); ok && expired.Expired() {
		return refusal{"ExpiredToken", "ExpiredTokenException", http.StatusForbidden, http.StatusBadRequest}.
			say(api, "The security token included in the request is expired", err)
	}
	return refusal{"InvalidClientTokenId", "UnrecognizedClientException", http.StatusForbidden, http.StatusBadRequest}.
		say(api, "The security token included in the request is invalid.", err)
}

// denied words a refusal of the policy engine. What a caller without a signature
// has to show instead is the service's own to ask for.
func denied(api *wire.API, op *wire.Operation, err error) *wire.Error {
	switch kind := fault.Of(err); {
	case kind == fault.Denied:
		return refusal{"AccessDenied", "AccessDeniedException", http.StatusForbidden, http.StatusBadRequest}.say(api, fault.Message(err), err)
	case kind == fault.Unauthenticated && !op.Anonymous: // signed by credentials that are not good for this
		return unknownKey(api, err)
	default:
		return nil
	}
}

func internal(err error) *wire.Error {
	return &wire.Error{Code: "InternalFailure", Message: fault.Message(err), Status: http.StatusInternalServerError, Err: err}
}

// now is the one clock reading of a call.
func (h *handler) now() time.Time { return h.Now().UTC() }
