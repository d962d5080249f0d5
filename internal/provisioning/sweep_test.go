package provisioning_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/provisioning"
	"foyer/internal/sqlstore"
)

// sweeping is the house's sweep, whose queue a test works on.
func (h *house) sweeping(found *int) *provisioning.Sweep {
	see := func(tx *sqlstore.Tx) jobs.Tx { return tx }
	s := &provisioning.Sweep{Service: h.provision, Every: time.Hour, Unit: h.db.Unit, Repaired: func(_ context.Context, all []provisioning.Drift) error {
		*found += len(all)
		return nil
	}}
	s.Jobs = jobs.New(jobs.Queue{Name: "drift", InTx: sqlstore.Through(h.db, see), View: sqlstore.Viewed(h.db, see), Mint: mint.Mint{Source: rand.Reader}, Alone: true})
	return s
}

// sweepOnce works on the jobs of the sweep that are due at a time from now, and
// answers how many.
func (h *house) sweepOnce(t *testing.T, s *provisioning.Sweep, later time.Duration) int {
	t.Helper()
	var batch []jobs.Job
	err := h.db.InTx(t.Context(), func(tx *sqlstore.Tx) (err error) {
		batch, err = tx.DueJobs(t.Context(), s.Jobs.Name, "worker", time.Now().Add(later), jobs.Batch)
		return err
	})
	if err == nil {
		err = s.Work(t.Context(), batch)
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(batch)
}

func TestASweepRepairsEveryAccountAndComesAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		accounts := manyAccounts(t, h, 120) // three pages
		set := h.set(t, "Reader")
		for _, account := range []arn.AccountID{accounts[0], accounts[119]} {
			h.assign(t, set, account)
		}
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		for _, account := range []arn.AccountID{accounts[0], accounts[119]} {
			if err := h.db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
				roles, err := tx.IAMRoles(t.Context(), account, "/aws-reserved/", page100)
				if err != nil {
					return err
				}
				return tx.DeleteIAMEntities(t.Context(), []string{roles[0].ID})
			}); err != nil {
				t.Fatal(err)
			}
		}
		found := 0
		s := h.sweeping(&found)
		for range 2 { // planning twice is planning once
			if err := s.Plan(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := h.sweepOnce(t, s, 59*time.Minute); n != 0 {
			t.Errorf("%d pages are swept before their time", n)
		}
		for n := range 3 {
			if swept := h.sweepOnce(t, s, 61*time.Minute); swept != 1 {
				t.Errorf("step %d sweeps %d pages", n, swept)
			}
		}
		if found != 2 {
			t.Errorf("%d roles drifted, want 2", found)
		}
		if n := h.sweepOnce(t, s, 59*time.Minute); n != 0 {
			t.Error("the next sweep begins at once")
		}
		if n := h.sweepOnce(t, s, 2*time.Hour); n != 1 {
			t.Error("there is no next sweep")
		}
		if err := h.work(t, time.Minute); err != nil {
			t.Fatal(err)
		}
		left, err := h.provision.FindDrift(t.Context(), accounts)
		if err != nil || len(left) != 0 {
			t.Errorf("still drifted: %v, %v", left, err)
		}
	})
}
