package sqlstore

import (
	"context"
	"time"

	"foyer/internal/arn"
	"foyer/internal/audit"
)

// putAuditOutbox notes that sinks are still to get a segment.
func (tx *Tx) putAuditOutbox(ctx context.Context, account arn.AccountID, last string, sinks []string) error {
	for _, sink := range sinks {
		if _, err := tx.execQuietly(ctx, "INSERT INTO audit_outbox (sink, last_event, account) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			sink, last, string(account)); err != nil {
			return err
		}
	}
	return nil
}

// OwnAuditSink makes owner the one who delivers to a sink until a time.
func (tx *Tx) OwnAuditSink(ctx context.Context, sink, owner string, until time.Time) (bool, error) {
	n, err := tx.execQuietly(ctx, `INSERT INTO audit_sink (name, owner, owned_until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, owned_until = excluded.owned_until
		WHERE audit_sink.owner = excluded.owner OR audit_sink.owned_until <= ?`, sink, owner, micros(until), micros(tx.at))
	return n > 0, err
}

// LeaveAuditSink ends what owner, or if that is empty anyone, owns of a sink.
func (tx *Tx) LeaveAuditSink(ctx context.Context, sink, owner string) error {
	_, err := tx.execQuietly(ctx, "UPDATE audit_sink SET owned_until = 0 WHERE name = ? AND (owner = ? OR ? = '')", sink, owner, owner)
	return err
}

// AuditOutbox reads segments that a sink has not acknowledged, oldest first.
func (tx *Tx) AuditOutbox(ctx context.Context, sink string, limit int) ([]audit.Segment, error) {
	return rows(ctx, tx, func(row scanner) (audit.Segment, error) {
		var s audit.Segment
		var text string
		if err := row.Scan(&s.Account, &s.Last, &text); err != nil {
			return s, err
		}
		return s, fromJSON(text, &s.Events)
	}, `SELECT s.account, s.last_event, s.events FROM audit_outbox o
		JOIN audit_segment s ON s.account = o.account AND s.last_event = o.last_event
		WHERE o.sink = ? ORDER BY o.last_event, o.account LIMIT ?`, sink, limit)
}

// AcknowledgeAudit takes segments out of a sink's outbox.
func (tx *Tx) AcknowledgeAudit(ctx context.Context, sink string, segments []audit.Segment) error {
	for _, s := range segments {
		if _, err := tx.execQuietly(ctx, "DELETE FROM audit_outbox WHERE sink = ? AND last_event = ? AND account = ?", sink, s.Last, string(s.Account)); err != nil {
			return err
		}
	}
	return nil
}

// KeepAuditSinks empties the outboxes of all other sinks.
func (tx *Tx) KeepAuditSinks(ctx context.Context, names []string) error {
	if len(names) == 0 {
		_, err := tx.execQuietly(ctx, "DELETE FROM audit_outbox")
		return err
	}
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = name
	}
	_, err := tx.execQuietly(ctx, "DELETE FROM audit_outbox WHERE sink NOT IN ("+tuples("?", len(names))+")", args...)
	return err
}
