package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the "pgx" driver
)

// postgresDialect remembers each statement's rebound form: there are as many
// as the rooms have written.
type postgresDialect struct{ rebound sync.Map }

func (d *postgresDialect) rebind(query string) string {
	if q, ok := d.rebound.Load(query); ok {
		return q.(string)
	}
	q := numberParameters(query)
	d.rebound.Store(query, q)
	return q
}

// numberParameters turns each ? outside quotes into $1, $2, ...
func numberParameters(query string) string {
	var out strings.Builder
	n, quoted := 0, false
	for _, c := range query {
		switch {
		case c == '\'':
			quoted = !quoted
			out.WriteRune(c)
		case c == '?' && !quoted:
			n++
			out.WriteString("$" + strconv.Itoa(n))
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

func (*postgresDialect) shared() bool { return true }

// begin lets writers work at the same time. One that wants to be alone waits
// for those at work and lets in no others, on any node: so it cannot lose. The
// lock comes before the transaction's snapshot, which its first query takes.
func (*postgresDialect) begin(ctx context.Context, db *sql.DB, alone bool) (*sql.Tx, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return nil, err
	}
	turn := "LOCK TABLE writing IN ROW SHARE MODE"
	if alone {
		turn = "LOCK TABLE writing IN EXCLUSIVE MODE"
	}
	if _, err := tx.ExecContext(ctx, turn); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

func (*postgresDialect) sound() error { return nil }
func (*postgresDialect) flush() error { return nil } // its commits are on the disk
func (*postgresDialect) close() error { return nil }

func (*postgresDialect) retryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

func (*postgresDialect) unique(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23505"
}

func (*postgresDialect) beginLoad(context.Context, *sql.DB) error { return nil }

// endLoad has the tables whose questions indexes answer alone vacuumed: until
// somebody has noted that all may see their rows, each is looked up besides.
func (*postgresDialect) endLoad(ctx context.Context, db *sql.DB) error {
	return execAll(ctx, db, "VACUUM account_assignment, directory_membership, provisioned_role", "ANALYZE")
}

func (*postgresDialect) aside() string {
	return `SELECT 'DROP INDEX ' || indexname, indexdef FROM pg_indexes
		WHERE schemaname = current_schema() AND tablename = ? AND indexdef LIKE 'CREATE INDEX %'
		UNION ALL
		SELECT 'ALTER TABLE ' || t.relname || ' DROP CONSTRAINT ' || c.conname,
			'ALTER TABLE ' || t.relname || ' ADD CONSTRAINT ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		WHERE c.contype = 'f' AND t.relname = ? AND t.relnamespace = current_schema()::regnamespace`
}

// OpenPostgres opens the PostgreSQL store at rawURL (postgres://…) and brings
// it up to date. now is the store's clock.
func OpenPostgres(ctx context.Context, rawURL string, now func() time.Time) (*DB, error) {
	pool, err := sql.Open("pgx", rawURL)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(32)
	if err := migrate(ctx, pool, "postgres"); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &DB{write: pool, read: pool, dialect: &postgresDialect{}, now: now}, nil
}
