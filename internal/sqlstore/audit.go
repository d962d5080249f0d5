package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"foyer/internal/arn"
	"foyer/internal/audit"
	"foyer/internal/mint"
)

// segmentSpan bounds the time between a segment's events: no event is further
// from the segment's last than this.
const segmentSpan = time.Minute

// PutAuditEvents writes events, and puts them into the outboxes of sinks.
// Remembered reads do not depend on them.
func (tx *Tx) PutAuditEvents(ctx context.Context, events []*audit.Event, sinks []string) error {
	byAccount := map[arn.AccountID][]*audit.Event{}
	for _, e := range events {
		byAccount[e.RecipientAccountID] = append(byAccount[e.RecipientAccountID], e)
	}
	for account, all := range byAccount {
		slices.SortFunc(all, func(a, b *audit.Event) int { return cmp.Compare(a.EventID, b.EventID) })
		for len(all) > 0 {
			end := mint.FirstTimeUUID(mint.TimeOfUUID(all[0].EventID).Add(segmentSpan))
			n := 1
			for n < len(all) && all[n].EventID < end {
				n++
			}
			if err := tx.putSegment(ctx, account, all[:n]); err != nil {
				return err
			}
			if err := tx.putAuditOutbox(ctx, account, all[n-1].EventID, sinks); err != nil {
				return err
			}
			all = all[n:]
		}
	}
	return nil
}

// segmentBuffers are used again: a segment's text is up to a megabyte, many
// times a second.
var segmentBuffers = sync.Pool{New: func() any { return new([]byte) }}

// putSegment writes the events of one segment, in order of their ids.
func (tx *Tx) putSegment(ctx context.Context, account arn.AccountID, events []*audit.Event) error {
	buffer := segmentBuffers.Get().(*[]byte)
	defer segmentBuffers.Put(buffer)
	text, err := audit.AppendEvents((*buffer)[:0], events)
	if err != nil {
		return err
	}
	*buffer = text
	last := events[len(events)-1].EventID
	if _, err := tx.execQuietly(ctx, "INSERT INTO audit_segment (account, last_event, first_event, events) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		string(account), last, events[0].EventID, string(text)); err != nil {
		return err
	}
	written := map[audit.Term]bool{}
	var terms [][]any
	for _, e := range events {
		for term := range e.Terms() {
			if !written[term] {
				written[term] = true
				terms = append(terms, []any{string(account), string(term.Attribute), term.Value, last})
			}
		}
	}
	for some := range slices.Chunk(terms, termsAtOnce) {
		query := "INSERT INTO audit_term (account, attribute, value, last_event) VALUES " + tuples("(?, ?, ?, ?)", len(some)) + " ON CONFLICT DO NOTHING"
		if _, err := tx.execQuietly(ctx, query, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// termsAtOnce is how many terms one statement writes: few, so that there are few
// statements to be prepared, and all are kept.
const termsAtOnce = 8

// segment is some events, and the id of the last of them.
type segment struct {
	last   string
	events []audit.Event
}

func scanSegment(row scanner) (segment, error) {
	var (
		s    segment
		text string
	)
	if err := row.Scan(&s.last, &text); err != nil {
		return s, err
	}
	return s, fromJSON(text, &s.events)
}

// segmentsAtOnce is how many segments a search reads at a time.
const segmentsAtOnce = 4

// AuditEvents finds events, newest first, with the keys by which a page goes on.
// Segments overlap, so an event is safe to answer only when no segment that was
// not read yet can hold a newer one.
func (tx *Tx) AuditEvents(ctx context.Context, q audit.Query) ([]audit.Event, []string, error) {
	from, to := mint.FirstTimeUUID(q.Start), "~" // every id sorts before it
	if !q.End.IsZero() {
		to = mint.FirstTimeUUID(q.End.Add(time.Second))
	}
	if q.Page.After != "" {
		to = min(to, q.Page.After)
	}
	var found []audit.Event
	at := to // segments that end here or later were read
	if to != "~" {
		at = mint.FirstTimeUUID(mint.TimeOfUUID(to).Add(segmentSpan + time.Second))
	}
	for {
		segments, err := tx.auditSegments(ctx, q, from, to, at)
		if err != nil {
			return nil, nil, err
		}
		for _, s := range segments {
			at = s.last
			for _, e := range s.events {
				if e.EventID >= from && e.EventID < to && q.Matches(&e) {
					found = append(found, e)
				}
			}
		}
		slices.SortFunc(found, func(a, b audit.Event) int { return cmp.Compare(b.EventID, a.EventID) })
		safe := len(found)
		if len(segments) == segmentsAtOnce {
			safe, _ = slices.BinarySearchFunc(found, at, func(e audit.Event, at string) int { return cmp.Compare(at, e.EventID) })
		}
		if safe >= q.Page.Limit || len(segments) < segmentsAtOnce {
			found = found[:min(len(found), q.Page.Limit)]
			break
		}
	}
	keys := make([]string, len(found))
	for i := range found {
		keys[i] = found[i].EventID
	}
	return found, keys, nil
}

// auditSegments reads the newest segments that end before at and may hold
// events of q with ids from from to before to.
func (tx *Tx) auditSegments(ctx context.Context, q audit.Query, from, to, at string) ([]segment, error) {
	table, where, args := "audit_segment s", "s.account = ? AND s.last_event >= ? AND s.last_event < ? AND s.first_event < ?", []any{string(q.Account), from, at, to}
	if q.Attribute.Indexed() {
		table = "audit_term t JOIN audit_segment s ON s.account = t.account AND s.last_event = t.last_event"
		where = "t.account = ? AND t.last_event >= ? AND t.last_event < ? AND s.first_event < ? AND t.attribute = ? AND t.value = ?"
		args = append(args, string(q.Attribute), q.Value)
	}
	if q.Attribute == audit.ByEventID {
		where, args = where+" AND s.first_event <= ? AND s.last_event >= ?", append(args, q.Value, q.Value)
	}
	return rows(ctx, tx, scanSegment, "SELECT s.last_event, s.events FROM "+table+" WHERE "+where+" ORDER BY s.last_event DESC LIMIT ?", append(args, segmentsAtOnce)...)
}

// notInOutbox holds for a segment that every sink has acknowledged.
const notInOutbox = `NOT EXISTS (SELECT 1 FROM audit_outbox o
	WHERE o.last_event = audit_segment.last_event AND o.account = audit_segment.account)`

// PurgeAuditEvents removes up to limit of the segments that ended before a time,
// but none that a sink has not acknowledged.
func (tx *Tx) PurgeAuditEvents(ctx context.Context, before time.Time, limit int) (int, error) {
	old, err := rows(ctx, tx, scanText, "SELECT last_event FROM audit_segment WHERE last_event < ? AND "+notInOutbox+" ORDER BY last_event LIMIT ?",
		mint.FirstTimeUUID(before), limit)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	for _, from := range []string{"audit_term WHERE last_event <= ?", "audit_segment WHERE last_event <= ? AND " + notInOutbox} {
		if _, err := tx.execQuietly(ctx, "DELETE FROM "+from, old[len(old)-1]); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
