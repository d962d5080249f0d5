package wiretest

import (
	"net/textproto"
	"net/url"
	"testing"

	"foyer/internal/wire"
)

// maxMessage bounds what a refusal says, however much is wrong.
const maxMessage = 32 << 10

// Fuzz throws bytes at the operations. Whatever can be read can be validated,
// recorded and written; nothing panics and no refusal grows with the request.
func Fuzz(f *testing.F, s Service, bodies ...string) {
	f.Helper()
	for i, name := range s.names() {
		op := s.API.Operations[name]
		if in, err := s.inbound(op, op.New()); err == nil {
			f.Add(uint16(i), in.Body, in.Query.Encode(), "x")
		}
		for _, body := range bodies {
			f.Add(uint16(i), []byte(body), "", "")
		}
	}
	f.Fuzz(func(t *testing.T, at uint16, body []byte, query, header string) {
		names := s.names()
		op := s.API.Operations[names[int(at)%len(names)]]
		s.survives(t, op, inboundOf(op, body, query, header))
	})
}

// inboundOf puts header into every header that the operation reads.
func inboundOf(op *wire.Operation, body []byte, query, header string) *wire.Inbound {
	in := &wire.Inbound{Body: body, Header: map[string][]string{}}
	in.Query, _ = url.ParseQuery(query) // what it could read before an error is good enough
	for _, member := range op.Input.Members {
		if member.In == wire.InHeader {
			in.Header[textproto.CanonicalMIMEHeaderKey(member.Wire)] = []string{header}
		}
	}
	return in
}

func (s Service) survives(t *testing.T, op *wire.Operation, in *wire.Inbound) {
	t.Helper()
	value, failure := wire.DecodeInput(s.API, op, in)
	if failure != nil {
		if len(failure.Message) > maxMessage {
			t.Fatalf("%s: the refusal has %d bytes", op.Name, len(failure.Message))
		}
		wire.EncodeError(s.API, requestID, failure)
		return
	}
	if failure := wire.Validate(s.API, op, value); failure != nil && len(failure.Message) > maxMessage {
		t.Fatalf("%s: the refusal has %d bytes", op.Name, len(failure.Message))
	}
	if _, err := wire.Record(op.Input, value); err != nil {
		t.Fatalf("%s: record: %v", op.Name, err)
	}
	again, err := s.inbound(op, value)
	if err != nil {
		t.Fatalf("%s: write: %v", op.Name, err)
	}
	if _, failure := wire.DecodeInput(s.API, op, again); failure != nil {
		t.Fatalf("%s: what was read, written again as %q, is refused: %v", op.Name, again.Body, failure)
	}
}
