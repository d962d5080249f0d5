// Package wire speaks AWS's three protocols: AWS JSON, REST-JSON and Query.
//
// A service's contract is data: shapes that describe themselves ([Shape]) and
// the Go structures generated beside them. Three formats are written once,
// over those shapes: JSON and form parameters in, JSON and XML out. A protocol
// is a thin file over a format.
package wire

import (
	"fmt"
	"net/url"
	"reflect"
)

// Inbound is the part of a request that holds an operation's input. Whoever
// fills it has bounded the body.
type Inbound struct {
	Query  url.Values          // REST: the URL's; Query protocol: unused
	Header map[string][]string // by canonical name
	Body   []byte
}

// Outbound is an answer.
type Outbound struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Bounds of what is read, beside the size of the body.
const (
	maxDepth  = 64    // nesting of JSON, and of form parameter names
	maxValues = 20000 // form parameters, and the places that their names span
)

// DecodeInput reads the input of op from a request. What the contract does not
// know is ignored, as AWS does; what cannot be read is a SerializationException.
func DecodeInput(api *API, op *Operation, in *Inbound) (any, *Error) {
	target := op.New()
	var err error
	switch api.Protocol {
	case Query:
		err = decodeForm(op.Input, in.Body, target)
	case RESTJSON:
		err = decodeREST(op.Input, in, target)
	default:
		err = decodeJSON(op.Input, in.Body, target)
	}
	if err != nil {
		return nil, api.malformed(err)
	}
	return target, nil
}

// malformed is the error for a body that cannot be read.
func (a *API) malformed(err error) *Error {
	code := "SerializationException"
	switch {
	case a.Protocol == Query:
		code = "MalformedInput"
	case a.known("InvalidRequestException"):
		code = "InvalidRequestException"
	}
	return &Error{Code: code, Message: err.Error(), Status: 400, Sender: true}
}

func (a *API) known(code string) bool {
	_, ok := a.Errors[code]
	return ok
}

// EncodeOutput writes the answer of op. requestID goes into the header and,
// for Query, the body.
func EncodeOutput(api *API, op *Operation, requestID string, out any) (*Outbound, error) {
	answer := &Outbound{Status: op.ResponseCode, Header: map[string]string{"x-amzn-RequestId": requestID}}
	if v := reflect.ValueOf(out); v.Kind() == reflect.Pointer && v.IsNil() {
		out = reflect.New(v.Type().Elem()).Interface() // nothing to say is an empty answer
	}
	var err error
	switch api.Protocol {
	case Query:
		answer.Header["Content-Type"] = "text/xml"
		answer.Body, err = encodeXML(api, op, requestID, out)
	case RESTJSON:
		answer.Header["Content-Type"] = "application/json"
		answer.Body, err = encodeRESTBody(op, out)
	default:
		answer.Header["Content-Type"] = "application/x-amz-json-" + api.JSONVersion
		answer.Body, err = encodeJSONBody(op, out)
	}
	if err != nil {
		return nil, fmt.Errorf("answer of %s: %w", op.Name, err)
	}
	return answer, nil
}

// EncodeError writes a failure in the service's own form.
func EncodeError(api *API, requestID string, failure *Error) *Outbound {
	e := api.complete(failure)
	answer := &Outbound{Status: e.Status, Header: map[string]string{"x-amzn-RequestId": requestID}}
	switch api.Protocol {
	case Query:
		answer.Header["Content-Type"] = "text/xml"
		answer.Body = encodeXMLError(api, requestID, e)
	case RESTJSON:
		answer.Header["Content-Type"] = "application/json"
		answer.Header["x-amzn-ErrorType"] = e.Code
		answer.Body = encodeRESTError(api, e)
	default:
		answer.Header["Content-Type"] = "application/x-amz-json-" + api.JSONVersion
		answer.Header["x-amzn-ErrorType"] = e.Code
		answer.Body = encodeJSONError(api, e)
	}
	return answer
}

// complete fills in what the model says of an error.
func (a *API) complete(failure *Error) *Error {
	e := *failure
	shape, ok := a.Errors[e.Code]
	if e.Status == 0 {
		e.Status = 400
		if ok {
			e.Status = shape.Status
		}
	}
	e.Sender = e.Status < 500
	return &e
}

// NotBuilt is the answer of an operation that Foyer does not implement.
func NotBuilt(api *API, operation string) *Error {
	return &Error{
		Code: "NotImplemented", Status: 501,
		Message: fmt.Sprintf("Foyer does not implement the operation %s of %s. docs/operations.md lists what is built.", operation, api.ServiceID),
	}
}

// Match finds the operation of a REST service by method and path. An operation
// whose URI has a marker (aws_iam=t) is preferred when the query holds it.
// found is false when no operation has the path; op is nil when only the
// method is wrong.
func Match(api *API, method, path string, query url.Values) (op *Operation, found bool) {
	for _, candidate := range api.Operations {
		if candidate.Path != path {
			continue
		}
		found = true
		if candidate.Method != method || !candidate.marked(query) {
			continue
		}
		if op == nil || candidate.Marker != "" {
			op = candidate
		}
	}
	return op, found
}

func (o *Operation) marked(query url.Values) bool {
	if o.Marker == "" {
		return true
	}
	wanted, err := url.ParseQuery(o.Marker)
	if err != nil {
		return false
	}
	for name := range wanted {
		if query.Get(name) != wanted.Get(name) {
			return false
		}
	}
	return true
}
