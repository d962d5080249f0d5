package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
		{"a fleeting change", func() error {
			return db.InFleetingTx(ctx, func(tx *Tx) error { return tx.PutServerSetting(ctx, "d", "1") })
		}, 0},
		{"a fleeting change in a unit", func() error {
			return db.Unit(ctx, func(ctx context.Context) error {
				return db.InFleetingTx(ctx, func(tx *Tx) error { return tx.PutServerSetting(ctx, "e", "1") })
			})
		}, 1},
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

// Power that goes while nobody has been told anything leaves a log that ends
// anywhere: what is found again is what some commit left, and no later one's.
func TestAJournalThatEndsEarlyEndsAfterACommit(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	db, err := OpenFile(ctx, dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	const commits = 20
	for n := range commits {
		if err := put(ctx, db, fmt.Sprintf("commit %02d", n), strings.Repeat("x", 300*n), nil); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "foyer.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for end := len(log) / 2; end < len(log); end += len(log) / 61 { // the first half is the schema's
		found := commitsFound(t, dir, log[:end])
		if found < most {
			t.Fatalf("%d bytes hold %d commits, fewer held %d", end, found, most)
		}
		most = found
	}
	if found := commitsFound(t, dir, log); found != commits {
		t.Errorf("the whole log holds %d commits of %d", found, commits)
	}
	if most == 0 {
		t.Error("no part of the log holds anything")
	}
}

// commitsFound opens the store of dir with another log, and counts commits from
// the first to the last there is: none is missing among them.
func commitsFound(t *testing.T, dir string, log []byte) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "foyer.db"))
	if err != nil {
		t.Fatal(err)
	}
	again := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(again, "foyer.db"), text, 0o600), os.WriteFile(filepath.Join(again, "foyer.db-wal"), log, 0o600)); err != nil {
		t.Fatal(err)
	}
	db, err := OpenFile(t.Context(), again, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var count int
	var last string
	if err := db.View(t.Context(), func(tx *Tx) error {
		_, err := tx.queryRow(t.Context(), "SELECT COUNT(*), COALESCE(MAX(name), '') FROM server_setting WHERE name LIKE 'commit %'", nil, &count, &last)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("commit %02d", count-1); count > 0 && last != want {
		t.Errorf("with %d bytes of log there are %d commits, the last of them %q", len(log), count, last)
	}
	return count
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
