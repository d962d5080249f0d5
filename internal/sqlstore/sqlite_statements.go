package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// preparing makes connections that keep the statements they have prepared: a
// third of what a write costs is SQLite's parsing of the same few hundred texts.
// (PostgreSQL's driver does so by itself.)
type preparing struct{ driver.Connector }

// Connect opens a connection.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	able, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("sqlite: the driver's connections have changed"), conn.Close())
	}
	return &preparingConn{sqliteConn: able, kept: map[string]*keptStatement{}}, nil
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparingConn is a connection with the statements it keeps. As any
// driver.Conn it is used by one goroutine at a time.
type preparingConn struct {
	sqliteConn
	kept map[string]*keptStatement // by text
}

// keptStatement is a statement that is read through by one reader at a time.
type keptStatement struct {
	driver.Stmt
	busy bool
}

const (
	// mostKept bounds the statements of a connection; each takes some kilobytes.
	mostKept = 200
	// longestKept bounds their text: statements of many rows seldom come twice
	// with as many.
	longestKept = 2000
)

// keeps reports whether a statement is worth keeping: no script, and nothing
// about the schema or the connection.
func keeps(query string) bool {
	if len(query) > longestKept {
		return false
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
		return true
	}
	return false
}

// statement is the kept statement of a text, prepared if need be; nil when
// another has to do.
func (c *preparingConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	if s := c.kept[query]; s != nil {
		if s.busy { // its reader asks the same again
			return nil, nil
		}
		return s, nil
	}
	if !keeps(query) || !c.makeRoom() {
		return nil, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStatement{Stmt: prepared}
	c.kept[query] = s
	return s, nil
}

// makeRoom lets go of any statement that nobody reads, if there are too many.
func (c *preparingConn) makeRoom() bool {
	if len(c.kept) < mostKept {
		return true
	}
	for query, s := range c.kept {
		if !s.busy {
			delete(c.kept, query)
			return s.Close() == nil
		}
	}
	return false
}

// ExecContext runs a statement.
func (c *preparingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext begins to read a query's rows.
func (c *preparingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{rows, s}, nil
}

// Close closes the connection with all it keeps.
func (c *preparingConn) Close() error {
	var failures []error
	for _, s := range c.kept {
		failures = append(failures, s.Close())
	}
	return errors.Join(append(failures, c.sqliteConn.Close())...)
}

// keptRows are the rows of a kept statement, which is free again at their end.
type keptRows struct {
	driver.Rows
	of *keptStatement
}

func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
