package wire

import (
	"context"
	"net/netip"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/secret"
)

// Call is what an operation is told about the request beside its input. The
// edge fills it; an operation reads it and never changes it.
type Call struct {
	Caller    caller.Caller
	API       *API
	Operation *Operation
	RequestID string      // UUID, also answered as x-amzn-RequestId
	Region    string      // of the credential scope, else the server's own
	Time      time.Time   // the one clock reading of this call, UTC
	SourceIP  netip.Addr  // the client's address
	Secure    bool        // the client reached us over TLS
	UserAgent string      // at most 1,024 bytes
	Endpoint  string      // scheme://host[:port] as the client addressed us
	Bearer    secret.Text // the portal access token; empty when none came

	// Person is who a bearer token stands for. The operation that recognised
	// the token sets it, so that the audit event can name them.
	Person *caller.Person

	// ActsFor is the account that the policy of a resource lets the caller act
	// for, as the authorization of the operation found; "" means its own.
	ActsFor arn.AccountID
}

// A Demand is one thing the caller must be allowed to do before an operation
// runs. An operation with several demands needs every one of them.
type Demand struct {
	Action   string              // such as "iam:GetRole"
	Resource string              // an ARN, or "*"
	Context  map[string][]string // condition keys of this demand beside the call's global ones, such as aws:RequestTag/x; may be nil
}

// An Authorization answers what an operation demands for one input, which is
// the operation's own request type.
type Authorization func(ctx context.Context, call *Call, in any) ([]Demand, error)

// Demands makes an Authorization of a function that knows its request type.
func Demands[In any](of func(call *Call, in *In) []Demand) Authorization {
	return func(_ context.Context, call *Call, in any) ([]Demand, error) {
		return of(call, in.(*In)), nil
	}
}

// Free is the Authorization of an operation that demands nothing beyond the
// identity it was called with, such as sts:GetCallerIdentity.
func Free(context.Context, *Call, any) ([]Demand, error) { return nil, nil }
