package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"foyer/internal/fault"
)

func TestWrappingKeepsKindAndMessage(t *testing.T) {
	err := fmt.Errorf("assign set: %w", fault.Newf(fault.NotFound, "no account %s", "111122223333"))
	if got := fault.Of(err); got != fault.NotFound {
		t.Errorf("Of = %v, want NotFound", got)
	}
	if got := fault.Message(err); got != "no account 111122223333" {
		t.Errorf("Message = %q", got)
	}
}

func TestAnUnclassifiedErrorGivesNothingAway(t *testing.T) {
	err := errors.New("pq: password of user foyer is hunter2")
	if got := fault.Of(err); got != fault.Internal {
		t.Errorf("Of = %v, want Internal", got)
	}
	if strings.Contains(fault.Message(err), "hunter2") {
		t.Errorf("Message shows the cause: %q", fault.Message(err))
	}
}

func TestKeepMarksThroughWrapping(t *testing.T) {
	err := fmt.Errorf("token: %w", fault.Keep(fault.Newf(fault.Invalid, "code was used")))
	if !fault.Kept(err) || fault.Of(err) != fault.Invalid {
		t.Errorf("Kept = %t, Of = %v; want true, Invalid", fault.Kept(err), fault.Of(err))
	}
	if fault.Keep(nil) != nil {
		t.Error("Keep(nil) is not nil")
	}
}
