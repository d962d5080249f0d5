package sqlstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func queueOn(db *sqlstore.DB, work func(context.Context, []jobs.Job) error) *jobs.Queue {
	see := func(tx *sqlstore.Tx) jobs.Tx { return tx }
	return jobs.New(jobs.Queue{
		Name: "q", InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: mint.Mint{Source: rand.Reader},
		Alone: !db.Shared(), Work: work, Failed: func(error) {},
	})
}

func enqueue(t *testing.T, db *sqlstore.DB, q *jobs.Queue, lane, name string) {
	t.Helper()
	if err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error { return q.Enqueue(t.Context(), tx, lane, name) }); err != nil {
		t.Fatal(err)
	}
}

func names(batch []jobs.Job) (all []string) {
	for _, j := range batch {
		all = append(all, j.Lane+"/"+j.Name)
	}
	slices.Sort(all)
	return all
}

func claim(t *testing.T, db *sqlstore.DB, owner string, at time.Time) []jobs.Job {
	t.Helper()
	var batch []jobs.Job
	err := db.InTx(t.Context(), func(tx *sqlstore.Tx) (err error) {
		if batch, err = tx.DueJobs(t.Context(), "q", owner, at, 10); err != nil {
			return err
		}
		return tx.ClaimJobs(t.Context(), "q", owner, at.Add(time.Minute), batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestAJobRunsOnceHoweverOftenItIsAskedFor(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		var (
			mu  sync.Mutex
			did []string
			q   *jobs.Queue
		)
		q = queueOn(db, func(ctx context.Context, batch []jobs.Job) error {
			mu.Lock()
			did = append(did, names(batch)...)
			mu.Unlock()
			err := db.InTx(ctx, func(tx *sqlstore.Tx) error { _, err := q.Finish(ctx, tx, batch); return err })
			if len(did) == 2 {
				cancel()
			}
			return err
		})
		enqueue(t, db, q, "a", "one")
		enqueue(t, db, q, "a", "one")
		enqueue(t, db, q, "b", "two")
		q.Run(ctx)
		if want := []string{"a/one", "b/two"}; !slices.Equal(did, want) {
			t.Errorf("did %v, want %v", did, want)
		}
	})
}

func TestALaneHasOneWorkerAtATime(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		q := queueOn(db, nil)
		enqueue(t, db, q, "a", "one")
		if got := names(claim(t, db, "w1", now)); !slices.Equal(got, []string{"a/one"}) {
			t.Fatalf("w1 claimed %v", got)
		}
		enqueue(t, db, q, "a", "two")
		enqueue(t, db, q, "b", "three")
		if got := names(claim(t, db, "w2", now)); !slices.Equal(got, []string{"b/three"}) {
			t.Errorf("w2 claimed %v: lane a is w1's", got)
		}
		if got := names(claim(t, db, "w2", now.Add(2*time.Minute))); !slices.Equal(got, []string{"a/one", "a/two", "b/three"}) {
			t.Errorf("after w1's claim ran out w2 claimed %v", got)
		}
	})
}

func TestWhatIsAskedForAgainDuringTheWorkRunsAgain(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		q := queueOn(db, nil)
		enqueue(t, db, q, "a", "one")
		batch := claim(t, db, "w", now)
		enqueue(t, db, q, "a", "one")
		var ended []jobs.Job
		err := db.InTx(t.Context(), func(tx *sqlstore.Tx) (err error) {
			ended, err = q.Finish(t.Context(), tx, batch)
			return err
		})
		if err != nil || len(ended) != 0 {
			t.Errorf("Finish = %v, %v; want nothing ended", ended, err)
		}
		if got := names(claim(t, db, "w", now)); !slices.Equal(got, []string{"a/one"}) {
			t.Errorf("claimed %v, want the job once more", got)
		}
	})
}

func TestARetryWaitsLongerEachTime(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		q := queueOn(db, nil)
		enqueue(t, db, q, "a", "one")
		batch := claim(t, db, "w", now)
		if err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error { return q.Retry(t.Context(), tx, batch[0]) }); err != nil {
			t.Fatal(err)
		}
		if got := claim(t, db, "w", now); len(got) != 0 {
			t.Errorf("claimed %v at once", got)
		}
		got := claim(t, db, "w", now.Add(time.Hour))
		if len(got) != 1 || got[0].Attempts != 1 {
			t.Errorf("claimed %+v later, want one attempt", got)
		}
	})
}

func TestAJobIsNotThereWhenItsTransactionFailed(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		q := queueOn(db, nil)
		failure := errors.New("no")
		err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
			if err := q.Enqueue(t.Context(), tx, "a", "one"); err != nil {
				return err
			}
			return failure
		})
		if !errors.Is(err, failure) {
			t.Fatal(err)
		}
		if got := claim(t, db, "w", now.Add(time.Hour)); len(got) != 0 {
			t.Errorf("claimed %v", got)
		}
	})
}
