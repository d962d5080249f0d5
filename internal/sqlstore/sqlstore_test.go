package sqlstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"foyer/internal/fault"
)

func setting(ctx context.Context, t *testing.T, db *DB, name string) string {
	t.Helper()
	var value string
	if err := db.View(ctx, func(tx *Tx) error {
		_, err := tx.queryRow(ctx, "SELECT value FROM server_setting WHERE name = ?", []any{name}, &value)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return value
}

func put(ctx context.Context, db *DB, name, value string, fail error) error {
	return db.InTx(ctx, func(tx *Tx) error {
		if _, err := tx.insert(ctx, "INSERT INTO server_setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", name, value); err != nil {
			return err
		}
		return fail
	})
}

func TestTransactions(t *testing.T) {
	ctx := t.Context()
	db := openTest(t)
	if err := put(ctx, db, "a", "1", nil); err != nil {
		t.Fatal(err)
	}
	refusal := fault.Newf(fault.Invalid, "no")
	if err := put(ctx, db, "b", "1", refusal); !errors.Is(err, refusal) {
		t.Fatalf("err = %v", err)
	}
	if err := put(ctx, db, "c", "1", fault.Keep(refusal)); !errors.Is(err, refusal) {
		t.Fatalf("err = %v", err)
	}
	err := db.Unit(ctx, func(ctx context.Context) error {
		if err := put(ctx, db, "d", "1", nil); err != nil {
			return err
		}
		if setting(ctx, t, db, "d") != "1" {
			t.Error("a unit does not see its own change")
		}
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "1", "b": "", "c": "1", "d": ""} {
		if got := setting(ctx, t, db, name); got != want {
			t.Errorf("setting %s = %q, want %q", name, got, want)
		}
	}
}

func TestRememberAsksAgainAfterAChange(t *testing.T) {
	ctx := t.Context()
	db := openTest(t)
	asked := 0
	read := Remember(db, func(context.Context, string) (int, error) { asked++; return asked, nil })
	for range 3 {
		if _, err := read(ctx, "k"); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times before a change, want 1", asked)
	}
	if err := put(ctx, db, "x", "1", nil); err != nil {
		t.Fatal(err)
	}
	if v, _ := read(ctx, "k"); v != 2 {
		t.Errorf("after a change: %d, want 2", v)
	}
}

func openTest(t *testing.T) *DB {
	t.Helper()
	db, err := OpenMemory(t.Context(), t.Name(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
