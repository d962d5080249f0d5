package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"foyer/internal/jobs"
	"foyer/internal/sqlstore"
)

// BenchmarkQueue1000 is a thousand jobs from the transaction that asks for them
// to their end, on SQLite in a file.
func BenchmarkQueue1000(b *testing.B) {
	db, err := sqlstore.OpenFile(b.Context(), b.TempDir(), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for b.Loop() {
		ctx, stop := context.WithCancel(b.Context())
		left := 1000
		var q *jobs.Queue
		q = queueOn(db, func(ctx context.Context, batch []jobs.Job) error {
			if left -= len(batch); left == 0 {
				defer stop()
			}
			return db.InTx(ctx, func(tx *sqlstore.Tx) error { _, err := q.Finish(ctx, tx, batch); return err })
		})
		err := db.InTx(ctx, func(tx *sqlstore.Tx) error {
			for n := range 1000 {
				if err := q.Enqueue(ctx, tx, fmt.Sprintf("%012d", n), "set"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		q.Run(ctx)
		stop()
	}
}
