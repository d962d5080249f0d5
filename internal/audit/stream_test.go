package audit_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"foyer/internal/audit"
	"foyer/internal/mint"
)

// memory is a store with one sink's outbox.
type memory struct{ waiting []audit.Segment }

func (m *memory) Now() time.Time { return time.Now() }

func (m *memory) OwnAuditSink(context.Context, string, string, time.Time) (bool, error) {
	return true, nil
}

func (m *memory) LeaveAuditSink(context.Context, string, string) error { return nil }

func (m *memory) AuditOutbox(_ context.Context, _ string, limit int) ([]audit.Segment, error) {
	return slices.Clone(m.waiting[:min(limit, len(m.waiting))]), nil
}

func (m *memory) AcknowledgeAudit(_ context.Context, _ string, segments []audit.Segment) error {
	m.waiting = m.waiting[len(segments):]
	return nil
}

func (m *memory) KeepAuditSinks(context.Context, []string) error { return nil }

func (m *memory) put(name string) {
	m.waiting = append(m.waiting, audit.Segment{Last: name, Events: []audit.Event{{EventName: name}}})
}

// through runs f on m, unless ctx has ended.
func (m *memory) through(ctx context.Context, f func(audit.StreamTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(m)
}

// unsteady is a sink that fails as often as it should.
type unsteady struct {
	failures int
	tried    []time.Time
	got      []string
}

func (s *unsteady) Deliver(ctx context.Context, events []audit.Event) error {
	s.tried = append(s.tried, time.Now())
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.failures > 0 {
		s.failures--
		return errors.New("not now")
	}
	for _, e := range events {
		s.got = append(s.got, e.EventName)
	}
	return nil
}

func TestAFailingSinkIsTriedEverMoreSeldomAndItsReturnIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		store, sink := &memory{}, &unsteady{failures: 9}
		s := &audit.Stream{
			Name: "sink", Sink: sink, InTx: store.through, View: store.through, Mint: mint.Mint{Source: rand.Reader},
			Failed: func(error) { told = append(told, "failed") }, Resumed: func() { told = append(told, "resumed") },
		}
		store.put("One")
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
		defer stop()
		s.Run(ctx)
		var pauses []time.Duration
		for i := 1; i < len(sink.tried); i++ {
			pauses = append(pauses, sink.tried[i].Sub(sink.tried[i-1])/time.Second)
		}
		if want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}; !slices.Equal(pauses, want) {
			t.Errorf("seconds between two tries: %d, want %d", pauses, want)
		}
		if want := append(slices.Repeat([]string{"failed"}, 9), "resumed"); !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if !slices.Equal(sink.got, []string{"One"}) {
			t.Errorf("delivered %q", sink.got)
		}
	})
}

func TestAStopDeliversWhatWasWrittenBefore(t *testing.T) {
	for _, failures := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			store, sink := &memory{}, &unsteady{failures: failures}
			s := &audit.Stream{Name: "sink", Sink: sink, InTx: store.through, View: store.through, Mint: mint.Mint{Source: rand.Reader}, Failed: func(error) {}, Resumed: func() {}}
			for range 40 { // more than one delivery
				store.put("event")
			}
			ctx, stop := context.WithCancel(t.Context())
			stop()
			s.Run(ctx)
			if failures == 0 && (len(sink.got) != 40 || len(store.waiting) != 0) {
				t.Errorf("%d events were delivered, and %d wait", len(sink.got), len(store.waiting))
			}
			if failures == 1 && (len(sink.tried) != 1 || len(store.waiting) != 40) {
				t.Errorf("a sink that fails was tried %d times, and %d events wait", len(sink.tried), len(store.waiting))
			}
		})
	}
}
