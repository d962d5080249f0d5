package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"foyer/internal/audit"
	"foyer/internal/mint"
)

// rowsPerInsert bounds the parameters of one statement.
const rowsPerInsert = 64

// PutAuditEvents writes events. Remembered reads do not depend on them.
func (tx *Tx) PutAuditEvents(ctx context.Context, events []*audit.Event) error {
	for len(events) > 0 {
		n := min(len(events), rowsPerInsert)
		if err := tx.putAuditRows(ctx, events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

const auditColumns = "account, event_id, event_name, event_source, user_name, access_key_id, read_only, event"

func (tx *Tx) putAuditRows(ctx context.Context, events []*audit.Event) error {
	args := make([]any, 0, len(events)*8)
	var resources []any
	for _, e := range events {
		text, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.EventName, err)
		}
		args = append(args, string(e.RecipientAccountID), e.EventID, e.EventName, e.EventSource, e.Username(),
			e.UserIdentity.AccessKeyID, fmt.Sprint(e.ReadOnly), string(text))
		for _, r := range e.Resources {
			for _, name := range []string{r.ARN, r.ARN[strings.LastIndexAny(r.ARN, "/:")+1:]} { // people look for either
				resources = append(resources, string(e.RecipientAccountID), name, e.EventID, r.Type)
			}
		}
	}
	if _, err := tx.execQuietly(ctx, "INSERT INTO audit_event ("+auditColumns+") VALUES "+valueLists(8, len(events))+" ON CONFLICT DO NOTHING", args...); err != nil {
		return err
	}
	if len(resources) == 0 {
		return nil
	}
	_, err := tx.execQuietly(ctx, "INSERT INTO audit_resource (account, name, event_id, type) VALUES "+valueLists(4, len(resources)/4)+" ON CONFLICT DO NOTHING", resources...)
	return err
}

// valueLists is n lists of columns parameters each.
func valueLists(columns, n int) string {
	list := "(" + strings.TrimSuffix(strings.Repeat("?, ", columns), ", ") + ")"
	return strings.TrimSuffix(strings.Repeat(list+", ", n), ", ")
}

// auditColumn is the column that an attribute is looked up in.
var auditColumn = map[audit.Attribute]string{
	audit.ByEventID: "event_id", audit.ByEventName: "event_name", audit.ByReadOnly: "read_only", audit.ByUsername: "user_name",
	audit.ByEventSource: "event_source", audit.ByAccessKeyID: "access_key_id",
}

// AuditEvents finds events, newest first, with the keys by which a page goes on.
func (tx *Tx) AuditEvents(ctx context.Context, q audit.Query) ([]audit.Event, []string, error) {
	where, args := "account = ? AND event_id >= ?", []any{string(q.Account), mint.FirstTimeUUID(q.Start)}
	if q.Page.After != "" {
		where, args = where+" AND event_id < ?", append(args, q.Page.After)
	}
	if !q.End.IsZero() {
		where, args = where+" AND event_id < ?", append(args, mint.FirstTimeUUID(q.End.Add(time.Second)))
	}
	switch column := auditColumn[q.Attribute]; {
	case column != "":
		where, args = where+" AND "+column+" = ?", append(args, q.Value)
	case q.Attribute != "":
		column = "type"
		if q.Attribute == audit.ByResourceName {
			column = "name"
		}
		where, args = where+" AND event_id IN (SELECT event_id FROM audit_resource WHERE account = ? AND "+column+" = ?)", append(args, string(q.Account), q.Value)
	}
	var keys []string
	events, err := rows(ctx, tx, func(row scanner) (audit.Event, error) {
		var e audit.Event
		var key, text string
		if err := row.Scan(&key, &text); err != nil {
			return e, err
		}
		keys = append(keys, key)
		return e, fromJSON(text, &e)
	}, "SELECT event_id, event FROM audit_event WHERE "+where+" ORDER BY event_id DESC LIMIT ?", append(args, q.Page.Limit)...)
	return events, keys, err
}

// PurgeAuditEvents removes up to limit of the oldest events before a time.
func (tx *Tx) PurgeAuditEvents(ctx context.Context, before time.Time, limit int) (int, error) {
	type key struct{ account, id string }
	old, err := rows(ctx, tx, func(row scanner) (k key, err error) {
		return k, row.Scan(&k.account, &k.id)
	}, "SELECT account, event_id FROM audit_event WHERE event_id < ? LIMIT ?", mint.FirstTimeUUID(before), limit)
	if err != nil {
		return 0, err
	}
	for _, k := range old {
		for _, table := range []string{"audit_resource", "audit_event"} {
			if _, err := tx.execQuietly(ctx, "DELETE FROM "+table+" WHERE account = ? AND event_id = ?", k.account, k.id); err != nil {
				return 0, err
			}
		}
	}
	return len(old), nil
}
