package audit

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/paging"
)

// Attribute is what LookupEvents may find events by.
type Attribute string

// The attributes, in CloudTrail's words.
const (
	ByEventID      Attribute = "EventId"
	ByEventName    Attribute = "EventName"
	ByReadOnly     Attribute = "ReadOnly"
	ByUsername     Attribute = "Username"
	ByResourceType Attribute = "ResourceType"
	ByResourceName Attribute = "ResourceName"
	ByEventSource  Attribute = "EventSource"
	ByAccessKeyID  Attribute = "AccessKeyId"
)

// Retention is how far back events are found.
const Retention = 90 * 24 * time.Hour

// Query asks for events of one account, newest first.
type Query struct {
	Account   arn.AccountID
	Attribute Attribute // "" for all events
	Value     string
	Start     time.Time // zero means as far back as events are kept
	End       time.Time // zero means up to now
	Page      paging.Page
}

// Reader is what finding events needs of the store.
type Reader interface {
	AuditEvents(ctx context.Context, q Query) (events []Event, keys []string, err error)
	PurgeAuditEvents(ctx context.Context, before time.Time, limit int) (int, error)
}

// Log finds events. All fields are required.
type Log struct {
	View  func(context.Context, func(Reader) error) error
	InTx  func(context.Context, func(Reader) error) error
	Now   func() time.Time
	Flush func(context.Context) // writes what a Recorder still holds: a caller finds its own last call
}

// Lookup returns a page of events and the key after which the next one begins.
func (l *Log) Lookup(ctx context.Context, q Query) (events []Event, next string, err error) {
	l.Flush(ctx)
	if oldest := l.Now().Add(-Retention); q.Start.Before(oldest) {
		q.Start = oldest
	}
	limit := q.Page.Limit
	q.Page.Limit++
	var keys []string
	err = l.View(ctx, func(r Reader) error {
		events, keys, err = r.AuditEvents(ctx, q)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(events) > limit {
		events, next = events[:limit], keys[limit-1]
	}
	return events, next, nil
}

// Purge removes up to limit batches of events older than Retention, and answers
// how many.
func (l *Log) Purge(ctx context.Context, limit int) (n int, err error) {
	err = l.InTx(ctx, func(r Reader) error {
		n, err = r.PurgeAuditEvents(ctx, l.Now().Add(-Retention), limit)
		return err
	})
	return n, err
}
