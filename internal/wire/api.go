package wire

import "context"

// Protocol is one of the three ways AWS services speak.
type Protocol string

// The protocols.
const (
	AWSJSON  Protocol = "json"      // AWS JSON 1.0 and 1.1: POST / with X-Amz-Target
	RESTJSON Protocol = "rest-json" // method, path, query and JSON body
	Query    Protocol = "query"     // form parameters in, XML out
)

// API is one AWS service as Foyer serves it: its contract, from the model, and
// what answers it. The generator writes one constructor per service.
type API struct {
	Name           string // of the model file and the package: "sso-admin"
	ServiceID      string // "SSO Admin"
	SigningName    string // service in the credential scope: "sso"
	EndpointPrefix string // first label(s) of AWS's host names: "portal.sso"
	EventSource    string // in audit events: "sso.amazonaws.com"
	Protocol       Protocol
	JSONVersion    string // "1.0" or "1.1"; AWS JSON only
	TargetPrefix   string // X-Amz-Target is <TargetPrefix>.<Operation>; AWS JSON only
	Version        string // API version, the Query protocol's Version parameter
	Namespace      string // XML namespace of answers; Query only
	Operations     map[string]*Operation
	Errors         map[string]ErrorShape // by wire code

	// Authorize tells what each built operation demands. An operation that
	// has no entry here is not served: the edge answers NotBuilt for it.
	Authorize map[string]Authorization
	// Fault turns a room's failure into this service's own error.
	Fault func(error) *Error
	// PatternWords are the service's own sentences for values that break nothing
	// but a pattern, by pattern; without one the contract's rule is told.
	PatternWords map[string]string
	// Violated gives the further members of the error for an input that breaks
	// the contract, by the first rule it breaks. Nil gives none.
	Violated func(Violation) map[string]any
}

// Violation is a kind of rule of the contract that an input breaks.
type Violation uint8

// The kinds of rules.
const (
	AnotherRule Violation = iota
	Absent
	TooShort
	TooLong
	TooSmall
	TooLarge
	NotInEnum
	NotInPattern
)

// Operation is one operation of an API.
type Operation struct {
	Name         string
	Method       string // HTTP method
	Path         string // request path; "/" for AWS JSON and Query
	Marker       string // query parameter that tells the operation apart, "aws_iam=t"; "" for none
	ResponseCode int    // HTTP status of a success
	Anonymous    bool   // the model says that no signature is needed
	ReadOnly     bool   // it changes nothing; its audit event says so
	Wrapper      string // element around the result; Query only
	Input        *Shape
	Output       *Shape
	New          func() any // a new, empty request
	Invoke       func(ctx context.Context, call *Call, in any) (any, error)
}

// Error is a failure as a service says it on the wire.
type Error struct {
	Code    string         // the error shape's name, or its code where the model gives one: "NoSuchEntity"
	Message string         // for the client
	Status  int            // HTTP status; 0 means what the model says of Code, else 400
	Sender  bool           // false when the fault is ours (Query: Type Receiver)
	Fields  map[string]any // further members of the error shape, by name
	Err     error          // the cause, for logs; may be nil
}

// Error returns code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
