package audit_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"foyer/internal/audit"
	"foyer/internal/mint"
)

// slowTx is a store that takes its time.
type slowTx struct{ written *int }

func (tx slowTx) PutAuditEvents(_ context.Context, events []*audit.Event, _ []string) error {
	*tx.written += len(events)
	return nil
}

// A recorder that is closed while it writes lets that end, and complains of nothing.
func TestClosingWaitsForWhatIsBeingWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		written, log := 0, new(strings.Builder)
		r := &audit.Recorder{
			Mint: mint.Mint{Source: rand.Reader}, Log: slog.New(slog.NewTextHandler(log, nil)),
			InTx: func(ctx context.Context, fn func(audit.Tx) error) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(time.Second):
				}
				return fn(slowTx{&written})
			},
		}
		r.Start(t.Context())
		r.Record(t.Context(), audit.Event{EventName: "ListUsers", EventTime: audit.Moment(time.Now())})
		time.Sleep(500 * time.Millisecond) // of the bubble: it is writing now
		r.Close(t.Context())
		if written != 1 || log.Len() > 0 {
			t.Errorf("%d events written, and it says %s", written, log)
		}
	})
}
