package sqlstore

import (
	"database/sql"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

// A store takes the migrations it has not had, whatever their numbers, and
// refuses those that had others.
func TestMigrationsArriveInAnyOrder(t *testing.T) {
	db, err := sql.Open("sqlite", "file:/"+t.Name()+"?vfs=memdb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	with := func(names ...string) error {
		files := fstest.MapFS{}
		for _, name := range names {
			files[name+".sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE t" + name[:4] + " (a TEXT);\n")}
		}
		return apply(t.Context(), db, goose.DialectSQLite3, files)
	}
	if err := with("0001_frame", "0191_last"); err != nil {
		t.Fatal(err)
	}
	if err := with("0001_frame", "0112_later", "0113_too", "0191_last"); err != nil {
		t.Fatalf("migrations that came later with lower numbers: %v", err)
	}
	for _, table := range []string{"t0001", "t0112", "t0113", "t0191"} {
		if _, err := db.ExecContext(t.Context(), "SELECT a FROM "+table); err != nil {
			t.Errorf("%s: %v", table, err)
		}
	}
	if err := with("0001_frame", "0112_later", "0191_last", "0192_new"); err == nil || !strings.Contains(err.Error(), "has migration 113") {
		t.Errorf("a store with a migration that nobody knows opened: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), "SELECT a FROM t0192"); err == nil {
		t.Error("a store that was refused was changed")
	}
}
