package sqlstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/audit"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

const account arn.AccountID = "111122223333"

func recorderOn(db *sqlstore.DB) (*audit.Recorder, *audit.Log) {
	r := &audit.Recorder{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) audit.Tx { return tx }),
		Mint: mint.Mint{Source: rand.Reader}, Log: slog.New(slog.DiscardHandler),
	}
	return r, &audit.Log{
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) audit.Reader { return tx }),
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) audit.Reader { return tx }),
		Now:  clock, Flush: r.Flush,
	}
}

func event(name, user string, at time.Time) audit.Event {
	return audit.Event{
		EventName: name, EventSource: "iam.amazonaws.com", EventTime: audit.Moment(at), RecipientAccountID: account, ReadOnly: name == "GetRole",
		UserIdentity: audit.Identity{Type: "IAMUser", UserName: user, AccessKeyID: "AKIA" + user},
		Resources:    []audit.Resource{{ARN: "arn:aws:iam::111122223333:role/" + user, Type: "AWS::IAM::Role"}},
	}
}

// Events are found by each attribute, newest first, page by page, on every
// database.
func TestAuditOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		recorder, log := recorderOn(db)
		ctx := t.Context()
		recorder.Record(ctx, event("GetRole", "ann", now.Add(-3*time.Minute)))
		if err := recorder.RecordIn(ctx, event("CreateRole", "ann", now.Add(-2*time.Minute))); err != nil {
			t.Fatal(err)
		}
		recorder.Record(ctx, event("CreateRole", "bob", now.Add(-time.Minute)))
		other := event("CreateRole", "eve", now)
		other.RecipientAccountID = "999999999999"
		recorder.Record(ctx, other)

		for name, tt := range map[string]struct {
			q    audit.Query
			want int
		}{
			"all of the account": {audit.Query{}, 3},
			"by name":            {audit.Query{Attribute: audit.ByEventName, Value: "CreateRole"}, 2},
			"by user":            {audit.Query{Attribute: audit.ByUsername, Value: "bob"}, 1},
			"by key":             {audit.Query{Attribute: audit.ByAccessKeyID, Value: "AKIAann"}, 2},
			"by read only":       {audit.Query{Attribute: audit.ByReadOnly, Value: "true"}, 1},
			"by source":          {audit.Query{Attribute: audit.ByEventSource, Value: "iam.amazonaws.com"}, 3},
			"by resource's ARN":  {audit.Query{Attribute: audit.ByResourceName, Value: "arn:aws:iam::111122223333:role/bob"}, 1},
			"by resource's name": {audit.Query{Attribute: audit.ByResourceName, Value: "ann"}, 2},
			"by resource's type": {audit.Query{Attribute: audit.ByResourceType, Value: "AWS::IAM::Role"}, 3},
			"by a time range":    {audit.Query{Start: now.Add(-150 * time.Second), End: now.Add(-90 * time.Second)}, 1},
			"nobody's":           {audit.Query{Attribute: audit.ByUsername, Value: "nobody"}, 0},
		} {
			t.Run(name, func(t *testing.T) {
				tt.q.Account = account
				seen := 0
				var last time.Time
				for {
					tt.q.Page.Limit = 1
					events, next, err := log.Lookup(ctx, tt.q)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range events {
						if at := time.Time(e.EventTime); !last.IsZero() && at.After(last) {
							t.Errorf("%s comes after %s", at, last)
						}
						last = time.Time(e.EventTime)
						seen++
					}
					if tt.q.Page.After = next; next == "" {
						break
					}
				}
				if seen != tt.want {
					t.Errorf("found %d events, want %d", seen, tt.want)
				}
			})
		}
	})
}

// Events of reads are written later than those of the changes between them;
// they are found in order all the same, in pages of every size.
func TestEventsOfOverlappingBatchesAreFoundInOrder(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		recorder, log := recorderOn(db)
		ctx := t.Context()
		var want []string
		for n := range 40 {
			name := fmt.Sprintf("Call%02d", n)
			e := event(name, "ann", now.Add(time.Duration(n-60)*time.Second))
			if n%4 != 3 {
				recorder.Record(ctx, e)
			} else if err := recorder.RecordIn(ctx, e); err != nil {
				t.Fatal(err)
			}
			if n%15 == 14 {
				recorder.Flush(ctx)
			}
			want = append([]string{name}, want...)
		}
		for _, attribute := range []audit.Attribute{"", audit.ByUsername} {
			for _, limit := range []int{1, 3, 50} {
				var got []string
				q := audit.Query{Account: account, Attribute: attribute, Value: "ann", Page: paging.Page{Limit: limit}}
				for {
					events, next, err := log.Lookup(ctx, q)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range events {
						got = append(got, e.EventName)
					}
					if q.Page.After = next; next == "" {
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("by %q in pages of %d: %v", attribute, limit, got)
				}
			}
		}
	})
}

func TestAnEventOfARefusedUnitIsNotWritten(t *testing.T) {
	db := storetest.Memory(t, clock)
	recorder, log := recorderOn(db)
	_ = db.Unit(t.Context(), func(ctx context.Context) error {
		if err := recorder.RecordIn(ctx, event("CreateRole", "ann", now)); err != nil {
			t.Error(err)
		}
		return context.Canceled
	})
	events, _, err := log.Lookup(t.Context(), audit.Query{Account: account, Page: paging.Page{Limit: 10}})
	if err != nil || len(events) != 0 {
		t.Errorf("found %d events, %v; want none", len(events), err)
	}
}

func TestOldEventsArePurged(t *testing.T) {
	db := storetest.Memory(t, clock)
	recorder, log := recorderOn(db)
	recorder.Record(t.Context(), event("GetRole", "ann", now.Add(-91*24*time.Hour)))
	recorder.Record(t.Context(), event("GetRole", "ann", now))
	recorder.Flush(t.Context())
	if n, err := log.Purge(t.Context(), 100); err != nil || n != 1 {
		t.Errorf("Purge = %d, %v; want 1", n, err)
	}
}

func BenchmarkPutAuditEvents(b *testing.B) {
	db := storetest.Memory(b, clock)
	recorder, _ := recorderOn(db)
	b.ReportAllocs()
	for b.Loop() {
		recorder.Record(b.Context(), event("GetCallerIdentity", "ann", now))
	}
	recorder.Flush(b.Context())
}
