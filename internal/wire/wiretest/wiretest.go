// Package wiretest holds the suite that every service's generated contract
// passes: what the generator wrote and what the codecs do with it fit together
// for every operation, built or not.
package wiretest

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"foyer/internal/wire"
)

// Service is one service's contract, as a face's internal test sees it.
type Service struct {
	API        *wire.API
	Shapes     []wire.Shape
	Operations any // the generated notBuilt; it tells the operations' Go types
}

// requestID is the request id of every answer in the suite.
const requestID = "6f2b1c7e-0b57-4f0c-9a53-6a1f0f7d2c11"

// names lists the operations in a stable order.
func (s Service) names() []string {
	names := make([]string, 0, len(s.API.Operations))
	for name := range s.API.Operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// outputType is the Go type of an operation's answer.
func (s Service) outputType(t rapid.TB, operation string) reflect.Type {
	t.Helper()
	method, ok := reflect.TypeOf(s.Operations).MethodByName(operation)
	if !ok {
		t.Fatalf("operation %s has no method", operation)
	}
	return method.Type.Out(0).Elem()
}

// Contract runs the suite.
func Contract(t *testing.T, s Service) {
	t.Helper()
	t.Run("structures are laid out as their shapes say", s.layout)
	t.Run("every operation can be called and says so when it is not built", s.notBuilt)
	t.Run("an empty request is told every member it lacks", s.lacks)
	t.Run("a request reads as it was sent", s.requests)
	t.Run("an answer reads as it was given", s.answers)
	t.Run("no secret reaches an audit event", s.secrets)
	t.Run("every declared error keeps its code and status", s.errors)
}

// layout holds the structures to the shapes, because the codecs find fields by
// their place.
func (s Service) layout(t *testing.T) {
	seen := map[reflect.Type]bool{}
	for _, name := range s.names() {
		op := s.API.Operations[name]
		s.fits(t, seen, op.Input, reflect.TypeOf(op.New()).Elem(), name+" input")
		s.fits(t, seen, op.Output, s.outputType(t, name), name+" output")
	}
}

var plain = map[wire.Kind]string{
	wire.String: "string", wire.Boolean: "bool", wire.Integer: "int64", wire.Double: "float64",
	wire.Timestamp: "time.Time", wire.Blob: "[]uint8", wire.Any: "wire.Document",
}

func (s Service) fits(t *testing.T, seen map[reflect.Type]bool, shape *wire.Shape, goType reflect.Type, at string) {
	t.Helper()
	switch shape.Kind {
	case wire.List:
		s.fits(t, seen, &s.Shapes[shape.Element], goType.Elem(), at+"[]")
	case wire.Map:
		s.fits(t, seen, &s.Shapes[shape.Element], goType.Elem(), at+"{}")
	case wire.Structure:
		if seen[goType] {
			return
		}
		seen[goType] = true
		if goType.NumField() != len(shape.Members) {
			t.Fatalf("%s: %s has %d fields, its shape %s %d members", at, goType, goType.NumField(), shape.Name, len(shape.Members))
		}
		for i, member := range shape.Members {
			s.memberFits(t, seen, member, goType.Field(i), at+"."+member.Name)
		}
	default:
		if goType.String() != plain[shape.Kind] {
			t.Errorf("%s is a %s, want %s", at, goType, plain[shape.Kind])
		}
	}
}

func (s Service) memberFits(t *testing.T, seen map[reflect.Type]bool, member wire.Member, field reflect.StructField, at string) {
	t.Helper()
	if want := string(unicode.ToUpper(rune(member.Name[0]))) + member.Name[1:]; field.Name != want {
		t.Errorf("%s: the field at its place is %s, want %s", at, field.Name, want)
	}
	shape, goType := &s.Shapes[member.Of], field.Type
	nilIsAbsent := slices.Contains([]wire.Kind{wire.List, wire.Map, wire.Blob, wire.Any}, shape.Kind)
	pointer := shape.Kind == wire.Structure || !member.Required && !nilIsAbsent
	if (goType.Kind() == reflect.Pointer) != pointer {
		t.Errorf("%s is a %s; a pointer: %t, want %t", at, goType, !pointer, pointer)
	}
	if goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	s.fits(t, seen, shape, goType, at)
}

// notBuilt calls every operation through its contract. It is answered by the
// generated default, which must name the operation and say where to look.
func (s Service) notBuilt(t *testing.T) {
	for _, name := range s.names() {
		op := s.API.Operations[name]
		if op.Name != name || op.Method == "" || op.Path == "" || op.ResponseCode == 0 {
			t.Errorf("%s: name %q, method %q, path %q, status %d", name, op.Name, op.Method, op.Path, op.ResponseCode)
		}
		_, err := op.Invoke(t.Context(), &wire.Call{API: s.API, Operation: op}, op.New())
		want := wire.NotBuilt(s.API, name)
		if got, ok := err.(*wire.Error); !ok || got.Code != "NotImplemented" || got.Status != 501 || got.Message != want.Message { //nolint:errorlint // the default returns it bare
			t.Errorf("%s answered %v, want %v", name, err, want)
		}
	}
}

// errors writes every error of the model and reads code and status back.
func (s Service) errors(t *testing.T) {
	for code, shape := range s.API.Errors {
		if code != shape.Code || shape.Status < 400 || shape.Status > 599 {
			t.Errorf("error %s: code %q, status %d", code, shape.Code, shape.Status)
		}
		got := wire.EncodeError(s.API, requestID, &wire.Error{Code: code, Message: "a <b> & \"c\""})
		if got.Status != shape.Status || got.Header["x-amzn-RequestId"] != requestID {
			t.Errorf("error %s answered %d %v", code, got.Status, got.Header)
		}
		if s.API.Protocol == wire.Query {
			s.xmlError(t, code, got)
			continue
		}
		var body map[string]any
		if err := json.Unmarshal(got.Body, &body); err != nil || got.Header["x-amzn-ErrorType"] != code {
			t.Errorf("error %s: header %q, body %s, %v", code, got.Header["x-amzn-ErrorType"], got.Body, err)
		}
	}
}
