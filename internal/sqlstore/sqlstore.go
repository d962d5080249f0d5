// Package sqlstore keeps Foyer's state in SQLite or PostgreSQL.
//
// One SQL text serves both: columns are TEXT or BIGINT only (times are Unix
// microseconds, booleans 0 or 1, binary values base64 or hex, structures JSON),
// parameters are written ?, and what differs is in dialect_*.go. Each room's
// statements are in a file named after the room, as methods of [Tx]; a room
// sees the few that its own port names.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// DB is an open store. It is safe for concurrent use.
type DB struct {
	write   *sql.DB // SQLite: one connection; PostgreSQL: the same pool as read
	read    *sql.DB
	dialect dialect
	now     func() time.Time
	changes atomic.Uint64 // committed changes of content; see Remember
}

// Tx is one transaction. Its methods, one file per room, are the store's
// statements. It must not be used after the function it was given to returns.
type Tx struct {
	q       queryer
	dialect dialect
	at      time.Time
	wrote   bool // anything
	changed bool // content
	after   []func()
}

// AfterCommit has fn called once the transaction is committed, and not at all
// when it is rolled back. fn must be quick.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// queryer is what *sql.Tx and *sql.DB have in common.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// dialect is what differs between the databases.
type dialect interface {
	// rebind turns ? parameters into the database's own.
	rebind(query string) string
	// begin starts a write transaction that sees a serial order of changes;
	// alone: while no other writes.
	begin(ctx context.Context, db *sql.DB, alone bool) (*sql.Tx, error)
	// sound fails once no change can be kept any more.
	sound() error
	// flush returns when what is committed is on the disk.
	flush() error
	// close releases what the dialect holds besides the pools of connections.
	close() error
	// retryable reports whether the transaction lost against another one and
	// would succeed when run again.
	retryable(err error) bool
	// unique reports whether err says that a unique key exists already.
	unique(err error) bool
	// shared reports whether other processes may change the same data.
	shared() bool
	// beginLoad and endLoad are about a great amount of rows: see DB.BeginLoad.
	beginLoad(ctx context.Context, db *sql.DB) error
	endLoad(ctx context.Context, db *sql.DB) error
	// aside is a query, whose two parameters are both a table's name, for pairs
	// of statements: one that puts something aside which makes loading slow and
	// is the faster made for all rows at once, and one that makes it again.
	aside() string
}

// unitKey carries the transaction of a unit of work.
type unitKey struct{}

// Unit runs fn as one unit of work: every transaction that is asked for under
// the context fn receives joins the unit's, and all of it commits when fn
// returns nil, or a failure marked with fault.Keep. The edge opens one unit for
// every changing call, so that the change and its audit event are one commit.
func (db *DB) Unit(ctx context.Context, fn func(context.Context) error) error {
	if unitOf(ctx) != nil {
		return fn(ctx)
	}
	return db.inNewTx(ctx, true, func(tx *Tx) error {
		return fn(context.WithValue(ctx, unitKey{}, tx))
	})
}

// InTx runs fn in a write transaction and commits when fn returns nil or a
// failure marked with fault.Keep. Under Unit it joins the unit's transaction.
// fn may run more than once when the database asks for a retry.
func (db *DB) InTx(ctx context.Context, fn func(*Tx) error) error {
	return db.inTx(ctx, true, fn)
}

// InFleetingTx is InTx for what may be lost with the machine's power, such as a
// sign-in that has only begun: it does not wait for the disk.
func (db *DB) InFleetingTx(ctx context.Context, fn func(*Tx) error) error {
	return db.inTx(ctx, false, fn)
}

func (db *DB) inTx(ctx context.Context, lasting bool, fn func(*Tx) error) error {
	if tx := unitOf(ctx); tx != nil {
		return fn(tx)
	}
	return db.inNewTx(ctx, lasting, fn)
}

// View runs fn for reading only. Under Unit it sees the unit's own changes.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	if tx := unitOf(ctx); tx != nil {
		return fn(tx)
	}
	return fn(&Tx{q: db.read, dialect: db.dialect, at: db.now().UTC()})
}

// Through returns db's write transactions, seen through the port P of one room.
func Through[P any](db *DB, see func(*Tx) P) func(context.Context, func(P) error) error {
	return func(ctx context.Context, fn func(P) error) error {
		return db.InTx(ctx, func(tx *Tx) error { return fn(see(tx)) })
	}
}

// Fleeting returns db's write transactions for what may be lost with the
// machine's power, seen through the port P of one room.
func Fleeting[P any](db *DB, see func(*Tx) P) func(context.Context, func(P) error) error {
	return func(ctx context.Context, fn func(P) error) error {
		return db.InFleetingTx(ctx, func(tx *Tx) error { return fn(see(tx)) })
	}
}

// Viewed returns db's reads, seen through the port P of one room.
func Viewed[P any](db *DB, see func(*Tx) P) func(context.Context, func(P) error) error {
	return func(ctx context.Context, fn func(P) error) error {
		return db.View(ctx, func(tx *Tx) error { return fn(see(tx)) })
	}
}

// Shared reports whether other processes may work on the same data.
func (db *DB) Shared() bool { return db.dialect.shared() }

// Close releases the store.
func (db *DB) Close() error {
	return errors.Join(db.dialect.close(), db.read.Close(), db.write.Close()) // a pool that is both may be closed twice
}

func unitOf(ctx context.Context) *Tx {
	tx, _ := ctx.Value(unitKey{}).(*Tx)
	return tx
}

// maxAttempts bounds how often a transaction that lost a race is run again. The
// second attempt is made alone and cannot lose to another.
const maxAttempts = 3

// inNewTx runs fn in a transaction of its own; one that is lasting is on the disk
// when it returns.
func (db *DB) inNewTx(ctx context.Context, lasting bool, fn func(*Tx) error) error {
	var err error
	for n := range maxAttempts {
		if err = db.attempt(ctx, n > 0, lasting, fn); err == nil || !db.dialect.retryable(err) {
			return err
		}
	}
	return fmt.Errorf("transaction lost %d races: %w", maxAttempts, err)
}

func (db *DB) attempt(ctx context.Context, alone, lasting bool, fn func(*Tx) error) error {
	if err := db.dialect.sound(); err != nil {
		return err
	}
	sqlTx, err := db.dialect.begin(ctx, db.write, alone)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer sqlTx.Rollback() // after a commit this does nothing
	tx := &Tx{q: sqlTx, dialect: db.dialect, at: db.now().UTC()}
	failure := fn(tx)
	if failure != nil && !commits(failure) {
		return failure
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if tx.changed {
		db.changes.Add(1)
	}
	if tx.wrote && lasting {
		if err := db.dialect.flush(); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
	}
	for _, fn := range tx.after {
		fn()
	}
	return failure
}
