package sqlstore

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"foyer/internal/fault"
)

func TestWhoWaitsForTheDiskSharesAFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flushes, atDisk := 0, make(chan struct{})
		j := newJournal(func() error { flushes++; <-atDisk; return nil }, nil)
		var all sync.WaitGroup
		returned := make(chan struct{}, 5)
		flush := func() {
			all.Go(func() {
				if err := j.flush(); err != nil {
					t.Error(err)
				}
				returned <- struct{}{}
			})
		}
		flush()
		synctest.Wait() // the first is at the disk
		for range 4 {
			flush()
		}
		synctest.Wait()
		atDisk <- struct{}{}
		synctest.Wait()
		if len(returned) != 1 {
			t.Errorf("after the first flush %d have returned: those who came during it may have committed too late for it", len(returned))
		}
		atDisk <- struct{}{}
		all.Wait()
		if flushes != 2 {
			t.Errorf("%d flushes for one and then four, want 2", flushes)
		}
	})
}

// A disk that failed may have dropped what it was to write, and say nothing of it
// the next time.
func TestADiskThatFailedIsNotTrustedAgain(t *testing.T) {
	ctx := t.Context()
	db, err := OpenFile(ctx, t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	j := db.dialect.(sqliteDialect).journal
	works, broken := j.flushFile, errors.New("input/output error")
	if err := put(ctx, db, "a", "1", nil); err != nil {
		t.Fatal(err)
	}
	j.flushFile = func() error { return broken }
	told := false
	if err := db.InTx(ctx, func(tx *Tx) error {
		tx.AfterCommit(func() { told = true })
		_, err := tx.insert(ctx, "INSERT INTO server_setting (name, value) VALUES (?, ?)", "b", "1")
		return err
	}); !errors.Is(err, broken) || told {
		t.Errorf("a change that is not on the disk: %v, told of: %t", err, told)
	}
	j.flushFile = works
	if err := put(ctx, db, "c", "1", nil); !errors.Is(err, broken) {
		t.Errorf("a change after the disk has failed: %v", err)
	}
	if got := setting(ctx, t, db, "c"); got != "" {
		t.Error("it was made all the same")
	}
	if err := db.Answers(ctx); !errors.Is(err, broken) {
		t.Errorf("the store says that it works: %v", err)
	}
	if got := setting(ctx, t, db, "a"); got != "1" {
		t.Error("nothing can be read any more")
	}
}

// Whoever reads needs no flush, nor who changes nothing.
func TestOnlyChangesAreFlushed(t *testing.T) {
	ctx := t.Context()
	db, err := OpenFile(ctx, t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	flushes := 0
	db.dialect.(sqliteDialect).journal.flushFile = func() error { flushes++; return nil }
	refusal := fault.Newf(fault.Invalid, "no")
	for _, step := range []struct {
		does    string
		do      func() error
		flushed int
	}{
		{"a change", func() error { return put(ctx, db, "a", "1", nil) }, 1},
		{"a change that is refused", func() error { return ignore(put(ctx, db, "b", "1", refusal), refusal) }, 0},
		{"a refusal that is kept", func() error { return ignore(put(ctx, db, "c", "1", fault.Keep(refusal)), refusal) }, 1},
		{"a read", func() error { setting(ctx, t, db, "a"); return nil }, 0},
		{"a transaction that only reads", func() error {
			return db.InTx(ctx, func(tx *Tx) error {
				_, err := tx.queryRow(ctx, "SELECT 1 FROM server_setting WHERE name = ?", []any{"a"}, new(int))
				return err
			})
		}, 0},
	} {
		flushes = 0
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.does, err)
		}
		if flushes != step.flushed {
			t.Errorf("%s: %d flushes, want %d", step.does, flushes, step.flushed)
		}
	}
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
