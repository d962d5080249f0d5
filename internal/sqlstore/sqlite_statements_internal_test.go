package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
)

// pool is one connection that keeps its statements, to an empty database.
func pool(t *testing.T) *sql.DB {
	t.Helper()
	db, err := openSQLitePool("file:/" + t.Name() + "?vfs=memdb")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := execAll(t.Context(), db, "CREATE TABLE n (i BIGINT PRIMARY KEY)", "INSERT INTO n VALUES (1), (2), (3)"); err != nil {
		t.Fatal(err)
	}
	return db
}

// read answers the numbers above one.
func read(t *testing.T, q queryer, above int) (all []int) {
	t.Helper()
	rs, err := q.QueryContext(t.Context(), "SELECT i FROM n WHERE i > ? ORDER BY i", above)
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Close()
	for rs.Next() {
		var i int
		if err := rs.Scan(&i); err != nil {
			t.Fatal(err)
		}
		all = append(all, i)
	}
	if rs.Err() != nil {
		t.Fatal(rs.Err())
	}
	return all
}

func wantRead(t *testing.T, q queryer, above int, want string) {
	t.Helper()
	if got := fmt.Sprint(read(t, q, above)); got != want {
		t.Errorf("the numbers above %d are %s, want %s", above, got, want)
	}
}

func TestAKeptStatementIsReadInsideItself(t *testing.T) {
	t.Parallel()
	tx, err := pool(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	rs, err := tx.QueryContext(t.Context(), "SELECT i FROM n WHERE i > ? ORDER BY i", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Close()
	seen := 0
	for rs.Next() {
		if err := rs.Scan(&seen); err != nil {
			t.Fatal(err)
		}
		wantRead(t, tx, 1, "[2 3]")
	}
	if rs.Err() != nil || seen != 3 {
		t.Errorf("read to %d, %v", seen, rs.Err())
	}
	wantRead(t, tx, 2, "[3]")
}

func TestAKeptStatementOutlivesWhatGoesWrong(t *testing.T) {
	t.Parallel()
	db := pool(t)
	wantRead(t, db, 0, "[1 2 3]")
	insert := func(ctx context.Context, i int) error {
		_, err := db.ExecContext(ctx, "INSERT INTO n VALUES (?)", i)
		return err
	}
	if err := insert(t.Context(), 3); !(sqliteDialect{}).unique(err) {
		t.Errorf("a number twice: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := insert(gone, 4); !errors.Is(err, context.Canceled) {
		t.Errorf("for somebody who has left: %v", err)
	}
	if err := insert(t.Context(), 4); err != nil {
		t.Error(err)
	}
	first := 0 // of several: the others are left unread
	if err := db.QueryRowContext(t.Context(), "SELECT i FROM n WHERE i > ? ORDER BY i", 0).Scan(&first); err != nil || first != 1 {
		t.Errorf("the first number is %d, %v", first, err)
	}
	wantRead(t, db, 1, "[2 3 4]")
	if err := execAll(t.Context(), db, "ALTER TABLE n ADD COLUMN j BIGINT", "CREATE INDEX k ON n (j, i)", "DROP INDEX k"); err != nil {
		t.Errorf("the schema does not change under kept statements: %v", err)
	}
	wantRead(t, db, 2, "[3 4]")
}

func TestKeptStatementsAreBounded(t *testing.T) {
	t.Parallel()
	db := pool(t)
	for n := range 2 * mostKept {
		var got int
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT i + %d FROM n WHERE i = ?", n), 1).Scan(&got); err != nil || got != n+1 {
			t.Fatalf("1 + %d = %d, %v", n, got, err)
		}
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		if kept := len(c.(*preparingConn).kept); kept != mostKept {
			t.Errorf("%d statements are kept, want %d", kept, mostKept)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
