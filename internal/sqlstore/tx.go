package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"foyer/internal/fault"
)

// commits reports whether a transaction that ends in failure is kept.
func commits(failure error) bool { return fault.Kept(failure) }

// Now is the transaction's one clock reading, UTC.
func (tx *Tx) Now() time.Time { return tx.at }

// exec runs a statement that changes content, and answers how many rows it met.
func (tx *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	tx.changed = true
	return tx.execQuietly(ctx, query, args...)
}

// execQuietly is exec for what no remembered read depends on, such as audit
// events: it leaves what Remember holds alone.
func (tx *Tx) execQuietly(ctx context.Context, query string, args ...any) (int64, error) {
	tx.wrote = true
	res, err := tx.q.ExecContext(ctx, tx.dialect.rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert is exec for a new row: it reports false, and no error, when a row
// with the same unique key exists already. Write the statement with
// ON CONFLICT DO NOTHING, so that the transaction lives on.
func (tx *Tx) insert(ctx context.Context, query string, args ...any) (bool, error) {
	n, err := tx.exec(ctx, query, args...)
	return n > 0, err
}

// queryRow scans the one row of a query into dest; found is false when there is none.
func (tx *Tx) queryRow(ctx context.Context, query string, args []any, dest ...any) (found bool, err error) {
	err = tx.q.QueryRowContext(ctx, tx.dialect.rebind(query), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// scanner is one row, as scan functions see it.
type scanner interface{ Scan(dest ...any) error }

// rows collects a query's rows, each read by scan.
func rows[T any](ctx context.Context, tx *Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rs, err := tx.q.QueryContext(ctx, tx.dialect.rebind(query), args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var all []T
	for rs.Next() {
		one, err := scan(rs)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rs.Err()
}

// one reads the row of a query by scan; found is false when there is none.
func one[T any](ctx context.Context, tx *Tx, scan func(scanner) (T, error), query string, args ...any) (row T, found bool, err error) {
	row, err = scan(tx.q.QueryRowContext(ctx, tx.dialect.rebind(query), args...))
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// micros is how a time is stored: Unix microseconds; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the inverse of micros.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// flag is how a boolean is stored.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// toJSON is how a structure is stored.
func toJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store %T: %w", v, err)
	}
	return string(text), nil
}

// fromJSON is the inverse of toJSON; the empty text leaves v alone.
func fromJSON(text string, v any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("stored %T: %w", v, err)
	}
	return nil
}
