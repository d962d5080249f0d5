package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDialect has the journal of a store in a file, none of one in memory.
type sqliteDialect struct{ *journal }

func (sqliteDialect) rebind(query string) string { return query }
func (sqliteDialect) shared() bool               { return false }

func (sqliteDialect) begin(ctx context.Context, db *sql.DB, _ bool) (*sql.Tx, error) {
	return db.BeginTx(ctx, nil) // the connection's _txlock makes it BEGIN IMMEDIATE: every writer is alone
}

func (sqliteDialect) retryable(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

func (sqliteDialect) unique(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// usualCache is a connection's page cache, and loadCache that of the writing one
// while a great amount is loaded: indexes are met in no order then. Both KiB.
const (
	usualCache = 8_000
	loadCache  = 600_000
)

func cachePragma(size int) string { return "cache_size(-" + strconv.Itoa(size) + ")" }

func (sqliteDialect) beginLoad(ctx context.Context, db *sql.DB) error {
	return execAll(ctx, db, "PRAGMA "+cachePragma(loadCache), "PRAGMA wal_autocheckpoint = 50000")
}

func (sqliteDialect) endLoad(ctx context.Context, db *sql.DB) error {
	return execAll(ctx, db, "PRAGMA "+cachePragma(usualCache), "PRAGMA wal_autocheckpoint = 1000", "PRAGMA wal_checkpoint(TRUNCATE)")
}

func (sqliteDialect) aside() string {
	return `SELECT 'DROP INDEX ' || name, sql FROM sqlite_master
		WHERE type = 'index' AND tbl_name = ? AND tbl_name = ? AND sql LIKE 'CREATE INDEX %'`
}

// OpenFile opens, or makes, the SQLite store in directory dir and brings it up
// to date. now is the store's clock.
func OpenFile(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	path := filepath.Join(dir, "foyer.db")
	db, err := openSQLite(ctx, "file:"+(&url.URL{Path: path}).EscapedPath(), now,
		"journal_mode(WAL)", "synchronous(NORMAL)") // NORMAL leaves it to us when a commit is flushed
	if err != nil {
		return nil, err
	}
	j, err := openJournal(ctx, db.read, path)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.dialect = sqliteDialect{j}
	return db, nil
}

// OpenMemory opens an empty store that lives in memory and ends with the
// process. name tells apart several of them in one process.
func OpenMemory(ctx context.Context, name string, now func() time.Time) (*DB, error) {
	return openSQLite(ctx, "file:/"+url.PathEscape(name)+"?vfs=memdb", now, "synchronous(OFF)")
}

// maxReaders bounds the reading connections to a SQLite store, of which the
// journal of a file holds one.
const maxReaders = 9

func openSQLite(ctx context.Context, dsn string, now func() time.Time, pragmas ...string) (*DB, error) {
	pragmas = append(pragmas, "busy_timeout(10000)", "foreign_keys(ON)", cachePragma(usualCache))
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	for _, p := range pragmas {
		dsn += sep + "_pragma=" + p
		sep = "&"
	}
	write, err := openSQLitePool(dsn + "&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	if err := migrate(ctx, write, "sqlite3"); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := openSQLitePool(dsn)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(maxReaders)
	read.SetMaxIdleConns(maxReaders)
	return &DB{write: write, read: read, dialect: sqliteDialect{}, now: now}, nil
}

func openSQLitePool(dsn string) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	return sql.OpenDB(preparing{connector}), nil
}

// BoundPages bounds the pages of a SQLite store, never below those it has: the
// database is full then. It is for operators' and tests' rehearsals.
func (db *DB) BoundPages(ctx context.Context, pages int) error {
	return execAll(ctx, db.write, "PRAGMA max_page_count = "+strconv.Itoa(pages))
}
