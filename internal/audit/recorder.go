package audit

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"foyer/internal/mint"
)

// Tx is what recording needs of one transaction.
type Tx interface {
	// PutAuditEvents writes events, and puts them into the outboxes of sinks.
	PutAuditEvents(ctx context.Context, events []*Event, sinks []string) error
}

const (
	// batchSize is how many events are written at a time.
	batchSize = 512
	// maxWaiting bounds the events in memory. Whoever finds the buffer full
	// writes it out before going on: load slows callers, and loses nothing.
	maxWaiting = 8192
	// flushEvery is how long an event of a read waits at most.
	flushEvery = 200 * time.Millisecond
)

// Recorder writes events. Set its exported fields, of which all but Sinks are
// required, then call Start; Close writes what still waits.
type Recorder struct {
	InTx func(context.Context, func(Tx) error) error
	Mint mint.Mint
	Log  *slog.Logger
	// Sinks are the names of the [Stream]s that carry events away.
	Sinks []string

	mu      sync.Mutex
	waiting []*Event
	writing sync.Mutex // held while a batch is written, so that order is kept

	stop func()
	done chan struct{}
}

// complete fills in what every event has.
func (r *Recorder) complete(e Event) *Event {
	e.EventVersion, e.EventCategory, e.ManagementEvent = "1.11", "Management", true
	if e.EventID == "" {
		e.EventID = r.Mint.TimeUUID(time.Time(e.EventTime)) // store and listings order events by it
	}
	if e.EventType == "" {
		e.EventType = APICall
	}
	return &e
}

// RecordIn writes e in the unit of work of ctx: the event of a change is
// committed with the change, or not at all.
func (r *Recorder) RecordIn(ctx context.Context, e Event) error {
	err := r.InTx(ctx, func(tx Tx) error { return tx.PutAuditEvents(ctx, []*Event{r.complete(e)}, r.Sinks) })
	if err != nil {
		return fmt.Errorf("record %s: %w", e.EventName, err)
	}
	return nil
}

// Record has e written soon. It takes e into memory, and only when too many
// events wait there does it write some itself.
func (r *Recorder) Record(ctx context.Context, e Event) {
	r.mu.Lock()
	r.waiting = append(r.waiting, r.complete(e))
	full := len(r.waiting) >= maxWaiting
	r.mu.Unlock()
	if full {
		r.Flush(context.WithoutCancel(ctx))
	}
}

// Flush writes every event that waits. What could not be written waits on.
func (r *Recorder) Flush(ctx context.Context) {
	r.writing.Lock()
	defer r.writing.Unlock()
	for {
		r.mu.Lock()
		batch := r.waiting[:min(len(r.waiting), batchSize)]
		r.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		if err := r.InTx(ctx, func(tx Tx) error { return tx.PutAuditEvents(ctx, batch, r.Sinks) }); err != nil {
			r.Log.ErrorContext(ctx, "audit events not written", "events", len(batch), "error", err)
			return
		}
		r.mu.Lock()
		if r.waiting = r.waiting[len(batch):]; len(r.waiting) == 0 {
			r.waiting = nil // let a burst's memory go
		}
		r.mu.Unlock()
	}
}

// Start begins to write in the background, until Close.
func (r *Recorder) Start(ctx context.Context) {
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.done = make(chan struct{})
	go func() {
		defer close(r.done)
		ticker := time.NewTicker(flushEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				r.Flush(context.WithoutCancel(ctx)) // Close waits for what is under way
			}
		}
	}()
}

// Close stops the background writing and writes what still waits. It may be
// called twice.
func (r *Recorder) Close(ctx context.Context) {
	if r.stop != nil {
		r.stop()
		<-r.done
	}
	r.Flush(ctx)
}
