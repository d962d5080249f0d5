package foyer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"foyer/internal/audit"
	"foyer/internal/auditsink"
	"foyer/internal/secret"
	"foyer/internal/sqlstore"
)

// AuditStreams say where audit events are carried as they happen, beside the
// store, in which LookupEvents finds them. The zero value carries them nowhere.
type AuditStreams struct {
	Stdout        bool        // a line of JSON each
	File          string      // the same, appended
	Webhook       string      // HTTPS URL that they are posted to
	WebhookSecret secret.Text // signs what is posted: whsec_ and base64, or any text of 16 bytes at least
}

func (a AuditStreams) check() error {
	if a.Webhook == "" {
		if !a.WebhookSecret.Empty() {
			return errors.New("audit-webhook-secret goes with audit-webhook")
		}
		return nil
	}
	var mistakes []error
	if err := auditsink.CheckURL(a.Webhook); err != nil {
		mistakes = append(mistakes, fmt.Errorf("audit-webhook: %w", err))
	}
	if _, err := auditsink.Key(a.WebhookSecret); err != nil {
		mistakes = append(mistakes, fmt.Errorf("audit-webhook-secret: %w", err))
	}
	return errors.Join(mistakes...)
}

// furnishStreams wires what carries events away.
func (r *rooms) furnishStreams(a AuditStreams, stdout io.Writer) {
	sinks := map[string]audit.Sink{}
	if a.Stdout {
		sinks["stdout"] = auditsink.Writer{To: stdout}
	}
	if a.File != "" {
		sinks["file"] = auditsink.File{Path: a.File}
	}
	if key, err := auditsink.Key(a.WebhookSecret); err == nil && a.Webhook != "" { // Normalize has checked it
		sinks["webhook"] = &auditsink.Webhook{URL: a.Webhook, Key: key, Now: r.now}
	}
	see := func(tx *sqlstore.Tx) audit.StreamTx { return tx }
	for name, sink := range sinks {
		r.recorder.Sinks = append(r.recorder.Sinks, name)
		r.streams = append(r.streams, &audit.Stream{
			Name: name, Sink: sink, InTx: sqlstore.Through(r.db, see), View: sqlstore.Viewed(r.db, see), Mint: r.mint, Alone: !r.db.Shared(),
			Failed:  func(err error) { r.log.Error("audit events wait", "sink", name, "error", err) },
			Resumed: func() { r.log.Info("audit events are delivered again", "sink", name) },
		})
	}
}

// forgetStreams empties the outboxes of sinks that are no longer wanted.
func (r *rooms) forgetStreams(ctx context.Context) error {
	err := r.db.InTx(ctx, func(tx *sqlstore.Tx) error { return tx.KeepAuditSinks(ctx, r.recorder.Sinks) })
	if err != nil {
		return fmt.Errorf("audit streams: %w", err)
	}
	return nil
}
