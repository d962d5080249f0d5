package sqlstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"foyer/internal/audit"
	"foyer/internal/mint"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// refusing is a sink that refuses so many deliveries, then takes all.
type refusing struct {
	refuse, most int
	got          map[string]int // how often each event came
}

func (s *refusing) Deliver(_ context.Context, events []audit.Event) error {
	s.most = max(s.most, len(events))
	for _, e := range events {
		s.got[e.EventName]++
	}
	if s.refuse > 0 {
		s.refuse--
		return errors.New("not now")
	}
	return nil
}

func streamOf(db *sqlstore.DB, name string, sink audit.Sink) *audit.Stream {
	see := func(tx *sqlstore.Tx) audit.StreamTx { return tx }
	return &audit.Stream{Name: name, Sink: sink, InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Mint: mint.Mint{Source: rand.Reader}, Failed: func(error) {}, Resumed: func() {}}
}

// steps makes deliveries until there is nothing more, and answers how many failed.
func steps(t *testing.T, s *audit.Stream, owner string) (failed int) {
	t.Helper()
	for range 1000 {
		n, err := s.Step(t.Context(), owner)
		if err != nil {
			failed++
			continue
		}
		if n == 0 {
			return failed
		}
	}
	t.Fatal("there is no end")
	return 0
}

func TestEveryEventReachesEverySink(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		recorder, _ := recorderOn(db)
		recorder.Sinks = []string{"steady", "refusing"}
		const all = 400
		for n := range all {
			e := event(fmt.Sprintf("Event%d", n), "ann", now.Add(time.Duration(n)*time.Second))
			if n%10 == 0 {
				if err := recorder.RecordIn(t.Context(), e); err != nil {
					t.Fatal(err)
				}
				continue
			}
			recorder.Record(t.Context(), e)
		}
		recorder.Flush(t.Context())
		steady, refused := &refusing{got: map[string]int{}}, &refusing{refuse: 3, got: map[string]int{}}
		if failed := steps(t, streamOf(db, "steady", steady), "a"); failed != 0 {
			t.Errorf("%d deliveries failed", failed)
		}
		if failed := steps(t, streamOf(db, "refusing", refused), "a"); failed != 3 {
			t.Errorf("%d deliveries failed, want 3", failed)
		}
		if len(steady.got) != all || len(refused.got) != all {
			t.Errorf("%d and %d events came, want %d", len(steady.got), len(refused.got), all)
		}
		for name, n := range steady.got {
			if n != 1 {
				t.Errorf("%s came %d times to a sink that took it at once", name, n)
			}
		}
	})
}

func TestOneProcessAtATimeDelivers(t *testing.T) {
	at := now
	storetest.Each(t, func() time.Time { return at }, func(t *testing.T, db *sqlstore.DB) {
		at = now
		recorder, _ := recorderOn(db)
		recorder.Sinks = []string{"sink"}
		put := func(name string) {
			t.Helper()
			if err := recorder.RecordIn(t.Context(), event(name, "ann", at)); err != nil {
				t.Fatal(err)
			}
		}
		sink := &refusing{got: map[string]int{}}
		s := streamOf(db, "sink", sink)
		put("One")
		if n, err := s.Step(t.Context(), "first"); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		put("Two")
		if n, err := s.Step(t.Context(), "second"); n != 0 || err != nil || sink.got["Two"] != 0 {
			t.Errorf("another process delivers too: %d, %v", n, err)
		}
		at = at.Add(time.Minute) // the first one died
		if n, err := s.Step(t.Context(), "second"); n != 1 || err != nil || sink.got["Two"] != 1 {
			t.Errorf("nobody takes over: %d, %v", n, err)
		}
	})
}

// told is a sink that says what came.
type told chan string

func (s told) Deliver(_ context.Context, events []audit.Event) error {
	for _, e := range events {
		s <- e.EventName
	}
	return nil
}

func TestWhoeverComesNextDeliversAtOnce(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		recorder, _ := recorderOn(db)
		recorder.Sinks = []string{"sink"}
		put := func(name string) {
			t.Helper()
			if err := recorder.RecordIn(t.Context(), event(name, "ann", now)); err != nil {
				t.Fatal(err)
			}
		}
		put("One")
		if n, err := streamOf(db, "sink", &refusing{got: map[string]int{}}).Step(t.Context(), "dead"); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		// The process dies and owns the sink. The next one knows that it is alone,
		// and the clock stands still: nothing runs out.
		for _, process := range []string{"Two", "Three"} {
			put(process)
			got := make(told, 2) // it may come again, when the stop came before it was acknowledged
			s := streamOf(db, "sink", got)
			s.Alone = process == "Two" // the third finds that the second has left
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); s.Run(ctx) }()
			if name := <-got; name != process {
				t.Errorf("%s came, want %s", name, process)
			}
			stop()
			<-ended
			if err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
				segments, err := tx.AuditOutbox(t.Context(), "sink", 10)
				if err != nil {
					return err
				}
				return tx.AcknowledgeAudit(t.Context(), "sink", segments) // the stop may have come before
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestWhatNoSinkHasIsKept(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		recorder, _ := recorderOn(db)
		old := now.Add(-audit.Retention - 24*time.Hour)
		if err := recorder.RecordIn(t.Context(), event("Unstreamed", "ann", old)); err != nil {
			t.Fatal(err)
		}
		recorder.Sinks = []string{"sink", "dropped"}
		if err := recorder.RecordIn(t.Context(), event("Waiting", "ann", old)); err != nil {
			t.Fatal(err)
		}
		purge := func() (n int) {
			t.Helper()
			err := db.InTx(t.Context(), func(tx *sqlstore.Tx) (err error) {
				n, err = tx.PurgeAuditEvents(t.Context(), now.Add(-audit.Retention), 10)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := purge(); n != 1 {
			t.Errorf("%d segments were removed, want the one that no sink waits for", n)
		}
		if n := purge(); n != 0 {
			t.Errorf("%d more", n)
		}
		sink := &refusing{got: map[string]int{}}
		steps(t, streamOf(db, "sink", sink), "a")
		if sink.got["Waiting"] != 1 {
			t.Errorf("got %v", sink.got)
		}
		if n := purge(); n != 0 {
			t.Error("a sink still waits for it")
		}
		if err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error { return tx.KeepAuditSinks(t.Context(), []string{"sink"}) }); err != nil {
			t.Fatal(err)
		}
		if n := purge(); n != 1 {
			t.Errorf("%d segments were removed once nobody waits", n)
		}
	})
}
