package wiretest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/textproto"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"foyer/internal/wire"
)

// mark begins every secret that the suite draws. It fills whole groups of base64.
const mark = "S3CRET:::"

// each checks a property of every operation.
func (s Service) each(t *testing.T, property func(*rapid.T, *wire.Operation)) {
	t.Helper()
	for _, name := range s.names() {
		rapid.Check(t, func(t *rapid.T) { property(t, s.API.Operations[name]) })
		if t.Failed() {
			return
		}
	}
}

// requests draws requests, writes them as a client does and reads them back.
func (s Service) requests(t *testing.T) {
	d := drawing{service: s, text: rapid.String(), mark: mark}
	s.each(t, func(t *rapid.T, op *wire.Operation) {
		want := op.New()
		d.value(t, op.Input, reflect.ValueOf(want).Elem(), 0)
		in, err := s.inbound(op, want)
		if err != nil {
			t.Fatalf("%s: %v", op.Name, err)
		}
		got, failure := wire.DecodeInput(s.API, op, in)
		if failure != nil {
			t.Fatalf("%s: %v: %s", op.Name, failure, in.Body)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s, sent %s ? %s (-sent +read):\n%s", op.Name, in.Body, in.Query.Encode(), diff)
		}
		if failure := wire.Validate(s.API, op, got); failure != nil && !strings.Contains(failure.Message, " detected: Value") {
			t.Fatalf("%s: %v", op.Name, failure)
		}
	})
}

// inbound is value as a request of op.
func (s Service) inbound(op *wire.Operation, value any) (*wire.Inbound, error) {
	in := &wire.Inbound{Query: url.Values{}, Header: map[string][]string{}}
	if s.API.Protocol == wire.Query {
		form := url.Values{}
		s.addForm(form, "", op.Input, reflect.ValueOf(value))
		form.Set("Action", op.Name)
		form.Set("Version", s.API.Version)
		in.Body = []byte(form.Encode())
		return in, nil
	}
	for i, member := range op.Input.Members {
		field := reflect.Indirect(reflect.ValueOf(value).Elem().Field(i))
		switch {
		case member.In == wire.InBody || !field.IsValid():
		case member.In == wire.InQuery:
			in.Query.Set(member.Wire, scalarText(field))
		case member.In == wire.InHeader:
			in.Header[textproto.CanonicalMIMEHeaderKey(member.Wire)] = []string{scalarText(field)}
		}
	}
	written, err := wire.EncodeOutput(s.API, &wire.Operation{Name: op.Name, Output: op.Input}, requestID, value)
	if err != nil {
		return nil, err
	}
	in.Body = written.Body
	return in, nil
}

// answers draws answers, writes them and reads them back as a client does.
func (s Service) answers(t *testing.T) {
	// XML holds no control characters; the codec's own test has them.
	d := drawing{service: s, text: rapid.StringOf(rapid.RuneFrom([]rune("aZ09 <>&\"'/\n\r\täπ語😀\u00a0"))), mark: mark, coarse: s.API.Protocol == wire.Query}
	s.each(t, func(t *rapid.T, op *wire.Operation) {
		name, goType := op.Name, s.outputType(t, op.Name)
		want := reflect.New(goType)
		d.value(t, op.Output, want.Elem(), 0)
		out, err := wire.EncodeOutput(s.API, op, requestID, want.Interface())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if out.Status != op.ResponseCode || out.Header["x-amzn-RequestId"] != requestID || out.Header["Content-Type"] == "" {
			t.Fatalf("%s answered %d %v", name, out.Status, out.Header)
		}
		got, err := s.read(op, goType, out.Body)
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, out.Body)
		}
		options := cmp.Options{}
		if s.API.Protocol == wire.Query {
			options = cmp.Options{cmpopts.EquateEmpty()} // XML tells no empty list from an absent one
		}
		if diff := cmp.Diff(want.Interface(), got, options); diff != "" {
			t.Fatalf("%s answered %s (-given +read):\n%s", name, out.Body, diff)
		}
	})
}

// read is an answer as a client understands it.
func (s Service) read(op *wire.Operation, goType reflect.Type, body []byte) (any, error) {
	if s.API.Protocol == wire.Query {
		value := reflect.New(goType)
		return value.Interface(), s.readXML(op, body, value.Elem())
	}
	reader := &wire.Operation{Name: op.Name, Input: op.Output, New: func() any { return reflect.New(goType).Interface() }}
	in, failure := wire.DecodeInput(s.API, reader, &wire.Inbound{Body: body})
	if failure != nil {
		return nil, failure
	}
	return in, nil
}

// secrets draws values whose sensitive members hold a mark, and looks for it in
// their audit form.
func (s Service) secrets(t *testing.T) {
	d := drawing{service: s, text: rapid.StringMatching(`[a-z]{0,9}`), mark: mark}
	s.each(t, func(t *rapid.T, op *wire.Operation) {
		name, input, output := op.Name, op.New(), reflect.New(s.outputType(t, op.Name)).Interface()
		for shape, value := range map[*wire.Shape]any{op.Input: input, op.Output: output} {
			d.value(t, shape, reflect.ValueOf(value).Elem(), 0)
			event, err := wire.Record(shape, value)
			if err != nil || !json.Valid(event) {
				t.Fatalf("%s: %v: %s", name, err, event)
			}
			if bytes.Contains(event, []byte(mark)) || bytes.Contains(event, []byte(base64.StdEncoding.EncodeToString([]byte(mark)))) {
				t.Fatalf("%s: the audit event shows a secret: %s", name, event)
			}
		}
	})
}

// lacks sends an empty request to every operation.
func (s Service) lacks(t *testing.T) {
	for _, name := range s.names() {
		op := s.API.Operations[name]
		in, failure := wire.DecodeInput(s.API, op, &wire.Inbound{})
		if failure != nil {
			t.Errorf("%s: an empty request: %v", name, failure)
			continue
		}
		message := ""
		if failure := wire.Validate(s.API, op, in); failure != nil {
			message = failure.Message
		}
		for i, member := range op.Input.Members {
			told := strings.Contains(message, "at '"+strings.ToLower(member.Name[:1])+member.Name[1:]+"'")
			if told != s.noticed(op.Input, i) {
				t.Errorf("%s, without %s (required: %t), is told: %q", name, member.Name, member.Required, message)
			}
		}
	}
}

// noticed reports whether validation can notice that a member is absent. It
// cannot where the zero value of a required scalar is a value that the model
// allows, such as a tag's empty text.
func (s Service) noticed(shape *wire.Shape, i int) bool {
	member := &shape.Members[i]
	of := &s.Shapes[member.Of]
	switch of.Kind {
	case wire.Boolean, wire.Double, wire.Timestamp:
		return false
	case wire.Integer:
		return member.Required && of.Bounded && of.Min > 0
	case wire.String:
		return member.Required && !allowsEmpty(of)
	default:
		return member.Required
	}
}

func allowsEmpty(shape *wire.Shape) bool {
	return shape.Bounded && shape.Min == 0 && regexp.MustCompile(`^(?:`+shape.Pattern+`)$`).MatchString("")
}
