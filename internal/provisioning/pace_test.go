package provisioning_test

import (
	"context"
	"testing"
	"time"

	"foyer/internal/fault"
	"foyer/internal/provisioning"
)

func TestAPaceRefusesWhatIsTooMuchAtATime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set, accounts := h.set(t, "Reader"), manyAccounts(t, h, 3)
		h.provision.Pace = provisioning.Pace{Pending: 2, OneAtATime: true}
		ask := func(n int, want fault.Kind) {
			t.Helper()
			err := h.db.Unit(t.Context(), func(ctx context.Context) error {
				_, err := h.assignments.Create(ctx, h.assignmentOf(set, accounts[n]))
				return err
			})
			if want == fault.Internal && err != nil || want != fault.Internal && fault.Of(err) != want {
				t.Errorf("assignment in account %d: %v", n, err)
			}
		}
		ask(0, fault.Internal)
		ask(0, fault.Conflict)
		ask(1, fault.Internal)
		ask(2, fault.Throttled)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		ask(2, fault.Internal)
		h.provision.Pace = provisioning.Pace{}
		for range 3 { // everything queues
			ask(2, fault.Internal)
		}
	})
}
