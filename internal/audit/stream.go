package audit

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/mint"
)

// Sink takes events out of the house.
type Sink interface {
	// Deliver hands events over. When it returns nil they are the sink's; else
	// they are delivered again, perhaps with others, so a sink may meet an event
	// more than once and tells it by its EventID.
	Deliver(ctx context.Context, events []Event) error
}

// Segment is events that were written together.
type Segment struct {
	Account arn.AccountID
	Last    string // id of the last event
	Events  []Event
}

// StreamTx is what streaming needs of one transaction.
type StreamTx interface {
	Now() time.Time
	// OwnAuditSink makes owner the one who delivers to a sink until a time; false
	// while another one is.
	OwnAuditSink(ctx context.Context, sink, owner string, until time.Time) (bool, error)
	// LeaveAuditSink ends what owner owns of a sink, or whoever owns it if owner
	// is empty.
	LeaveAuditSink(ctx context.Context, sink, owner string) error
	// AuditOutbox reads up to limit segments that a sink has not acknowledged, oldest first.
	AuditOutbox(ctx context.Context, sink string, limit int) ([]Segment, error)
	// AcknowledgeAudit takes segments out of a sink's outbox.
	AcknowledgeAudit(ctx context.Context, sink string, segments []Segment) error
	// KeepAuditSinks empties the outboxes of all other sinks.
	KeepAuditSinks(ctx context.Context, names []string) error
}

// Stream carries every event to a sink, at least once, in about the order they
// were written. What the sink has not acknowledged stays in the store, and no
// more than a batch of it is in memory. All fields but Alone are required.
type Stream struct {
	Name string // of the sink, by which the store remembers it
	Sink Sink
	InTx func(context.Context, func(StreamTx) error) error // commits when the function returns nil
	View func(context.Context, func(StreamTx) error) error // for reading
	Mint mint.Mint
	// Alone says that no other process works on the store: whoever owns the sink
	// when Run begins is dead.
	Alone bool
	// Failed is told why events could not be delivered, each time; Resumed, that
	// after this they are.
	Failed  func(error)
	Resumed func()
}

const (
	// segmentsAtOnce bounds a delivery; a segment holds at most batchSize events.
	segmentsAtOnce = 32
	// deliverWithin bounds one delivery, and ownFor is longer: nobody else begins
	// before it has ended.
	deliverWithin = 30 * time.Second
	ownFor        = 45 * time.Second
	// streamEvery is how often the store is asked for events.
	streamEvery = 250 * time.Millisecond
	// longestPause bounds the wait after failures, which doubles from a second on.
	longestPause = time.Minute
	// lastWithin bounds what is delivered at a stop.
	lastWithin = 5 * time.Second
)

// Run delivers until ctx ends and what was written before is delivered too, as
// far as the sink takes it at once, and leaves it to whoever comes next.
func (s *Stream) Run(ctx context.Context) {
	owner := s.Mint.UUID()
	if s.Alone {
		s.leave(ctx, "")
	}
	defer s.leave(context.WithoutCancel(ctx), owner)
	failures := 0
	for ctx.Err() == nil {
		n, err := s.Step(ctx, owner)
		pause := streamEvery
		switch {
		case err != nil && ctx.Err() == nil:
			s.Failed(err)
			pause = min(time.Second<<min(failures, 10), longestPause)
			failures++
		case n > 0:
			if failures > 0 {
				s.Resumed()
			}
			failures, pause = 0, 0
		default:
			failures = 0
		}
		wait(ctx, pause)
	}
	s.last(context.WithoutCancel(ctx), owner)
}

// last delivers what is left when Run ends.
func (s *Stream) last(ctx context.Context, owner string) {
	ctx, cancel := context.WithTimeout(ctx, lastWithin)
	defer cancel()
	for n := 1; n > 0; {
		var err error
		if n, err = s.Step(ctx, owner); err != nil {
			s.Failed(err)
		}
	}
}

func (s *Stream) leave(ctx context.Context, owner string) {
	if err := s.InTx(ctx, func(tx StreamTx) error { return tx.LeaveAuditSink(ctx, s.Name, owner) }); err != nil {
		s.Failed(fmt.Errorf("leave audit sink %s: %w", s.Name, err))
	}
}

func wait(ctx context.Context, pause time.Duration) {
	if pause == 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Step makes one delivery, unless there is nothing to deliver or another owner
// does, and answers of how many segments.
func (s *Stream) Step(ctx context.Context, owner string) (int, error) {
	var segments []Segment
	err := s.View(ctx, func(tx StreamTx) (err error) {
		segments, err = tx.AuditOutbox(ctx, s.Name, 1)
		return err
	})
	if err != nil || len(segments) == 0 {
		return 0, s.failed(err)
	}
	own := false
	err = s.InTx(ctx, func(tx StreamTx) (err error) {
		if own, err = tx.OwnAuditSink(ctx, s.Name, owner, tx.Now().Add(ownFor)); err == nil && own {
			segments, err = tx.AuditOutbox(ctx, s.Name, segmentsAtOnce)
		}
		return err
	})
	if err != nil || !own || len(segments) == 0 {
		return 0, s.failed(err)
	}
	var events []Event
	for _, segment := range segments {
		events = append(events, segment.Events...)
	}
	delivering, cancel := context.WithTimeout(ctx, deliverWithin)
	defer cancel()
	if err := s.Sink.Deliver(delivering, events); err != nil {
		return 0, s.failed(err)
	}
	err = s.InTx(ctx, func(tx StreamTx) error { return tx.AcknowledgeAudit(ctx, s.Name, segments) })
	return len(segments), s.failed(err)
}

func (s *Stream) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("deliver audit events to %s: %w", s.Name, err)
}
