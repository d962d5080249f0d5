package lastaccess_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"foyer/internal/lastaccess"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func access(principal, action string, at time.Time) lastaccess.Access {
	return lastaccess.Access{Principal: principal, Account: "111122223333", Service: "iam", Action: action, At: at, Region: "eu-west-1"}
}

func TestTheLastAccessStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func() time.Time { return now }, func(t *testing.T, db *sqlstore.DB) {
		see := func(tx *sqlstore.Tx) lastaccess.Tx { return tx }
		through, view := sqlstore.Through(db, see), sqlstore.Viewed(db, see)
		// two nodes
		one, two := &lastaccess.Recorder{InTx: through, Log: slog.New(slog.DiscardHandler)}, &lastaccess.Recorder{InTx: through, Log: slog.New(slog.DiscardHandler)}
		one.Note(access("AIDA1", "GetUser", now))
		one.Note(access("AIDA1", "GetUser", now.Add(time.Hour)))
		one.Note(access("AIDA1", "GetUser", now.Add(time.Minute))) // late
		two.Note(access("AIDA1", "GetUser", now.Add(-time.Hour)))
		two.Note(access("AIDA1", "GetRole", now))
		two.Note(access("AIDA2", "GetRole", now.Add(-lastaccess.Kept)))
		for _, r := range []*lastaccess.Recorder{one, two, one} {
			if err := r.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		err := view(t.Context(), func(tx lastaccess.Tx) error {
			all, err := tx.Accesses(t.Context(), []string{"AIDA1", "AIDA2"}, now.Add(-lastaccess.Kept))
			if len(all) != 2 || all[0] != access("AIDA1", "GetRole", now) || all[1] != access("AIDA1", "GetUser", now.Add(time.Hour)) {
				t.Errorf("accesses %+v", all)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		reports := lastaccess.Reports{InTx: through, View: view}
		last, err := reports.LastUsed(t.Context(), []string{"AIDA1", "AIDA2"})
		if err != nil || len(last) != 1 || !last["AIDA1"].At.Equal(now.Add(time.Hour)) || last["AIDA1"].Region != "eu-west-1" {
			t.Errorf("last %+v, %v", last, err)
		}
		if n, err := reports.Purge(t.Context(), now.Add(time.Second), 10); n != 1 || err != nil {
			t.Errorf("purged %d, %v; want what is older than 400 days", n, err)
		}
	})
}

func TestWhatCannotBeWrittenWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken, written := true, 0
		r := &lastaccess.Recorder{Log: slog.New(slog.DiscardHandler), InTx: func(_ context.Context, fn func(lastaccess.Tx) error) error {
			if broken {
				return errors.New("no store")
			}
			return fn(counter{written: &written})
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.Run(ctx); close(done) }()
		r.Note(access("AIDA1", "GetUser", now))
		time.Sleep(61 * time.Second) // in the test's own time
		synctest.Wait()
		if written != 0 {
			t.Error("written to a broken store")
		}
		broken = false
		r.Note(access("AIDA1", "GetRole", now))
		time.Sleep(time.Minute) // in the test's own time
		synctest.Wait()
		if written != 2 {
			t.Errorf("%d written, want both", written)
		}
		r.Note(access("AIDA1", "ListRoles", now))
		cancel()
		<-done
		if written != 3 {
			t.Errorf("%d written, want the last one at the end too", written)
		}
	})
}

// counter counts what it is given to write.
type counter struct {
	lastaccess.Tx
	written *int
}

func (c counter) PutAccesses(_ context.Context, all []lastaccess.Access) error {
	*c.written += len(all)
	return nil
}
