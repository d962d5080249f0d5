package wiretest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"foyer/internal/wire"
)

// Reads holds the codec to a literal request.
func Reads(t *testing.T, s Service, operation string, in *wire.Inbound, want any) {
	t.Helper()
	got, failure := wire.DecodeInput(s.API, s.API.Operations[operation], in)
	if failure != nil {
		t.Fatalf("%s: %v", operation, failure)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s read (-want +got):\n%s", operation, diff)
	}
	if failure := wire.Validate(s.API, s.API.Operations[operation], got); failure != nil {
		t.Errorf("%s: a good request is refused: %v", operation, failure)
	}
}

// Answers holds the codec to a literal answer.
func Answers(t *testing.T, s Service, operation string, out any, want string) {
	t.Helper()
	got, err := wire.EncodeOutput(s.API, s.API.Operations[operation], requestID, out)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	if diff := cmp.Diff(want, string(got.Body)); diff != "" {
		t.Errorf("%s answered (-want +got):\n%s", operation, diff)
	}
}

// Refuses holds reading or validation to a literal refusal.
func Refuses(t *testing.T, s Service, operation string, in *wire.Inbound, code, message string) {
	t.Helper()
	op := s.API.Operations[operation]
	got, failure := wire.DecodeInput(s.API, op, in)
	if failure == nil {
		failure = wire.Validate(s.API, op, got)
	}
	if failure == nil || failure.Code != code || failure.Message != message {
		t.Errorf("%s = %v\nwant %s: %s", operation, failure, code, message)
	}
}

// Fails holds an error answer to its literal form.
func Fails(t *testing.T, s Service, failure *wire.Error, status int, body string) {
	t.Helper()
	got := wire.EncodeError(s.API, requestID, failure)
	if got.Status != status || string(got.Body) != body {
		t.Errorf("%s answered %d %s\nwant %d %s", failure.Code, got.Status, got.Body, status, body)
	}
}
