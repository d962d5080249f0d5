package sqlstore

import (
	"context"
	"time"

	"foyer/internal/mail"
	"foyer/internal/paging"
)

// No remembered read depends on letters: all writes are quiet.

const mailColumns = "id, recipient, subject, state, failure, content, created"

func scanMailEntry(row scanner) (mail.Entry, error) {
	var e mail.Entry
	var created int64
	err := row.Scan(&e.ID, &e.To, &e.Subject, &e.State, &e.Failure, &e.Sealed, &created)
	e.Created = fromMicros(created)
	return e, err
}

// PutMailEntry stores a new letter.
func (tx *Tx) PutMailEntry(ctx context.Context, e mail.Entry) error {
	_, err := tx.execQuietly(ctx, "INSERT INTO mail_letter ("+mailColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)", e.ID, e.To, e.Subject, e.State, e.Failure, e.Sealed, micros(e.Created))
	return err
}

// MailEntry reads a letter.
func (tx *Tx) MailEntry(ctx context.Context, id string) (mail.Entry, bool, error) {
	return one(ctx, tx, scanMailEntry, "SELECT "+mailColumns+" FROM mail_letter WHERE id = ?", id)
}

// lastID sorts behind every UUID, in every collation.
const lastID = "g"

// MailEntries lists letters, the newest first.
func (tx *Tx) MailEntries(ctx context.Context, page paging.Page) ([]mail.Entry, error) {
	before := page.After
	if before == "" {
		before = lastID
	}
	return rows(ctx, tx, scanMailEntry, "SELECT "+mailColumns+" FROM mail_letter WHERE id < ? ORDER BY id DESC LIMIT ?", before, page.Limit)
}

// UpdateMailEntry stores state, failure and content of a letter.
func (tx *Tx) UpdateMailEntry(ctx context.Context, e mail.Entry) error {
	_, err := tx.execQuietly(ctx, "UPDATE mail_letter SET state = ?, failure = ?, content = ? WHERE id = ?", e.State, e.Failure, e.Sealed, e.ID)
	return err
}

// PurgeMailEntries removes up to limit letters that were written before a time.
func (tx *Tx) PurgeMailEntries(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM mail_letter WHERE id IN (SELECT id FROM mail_letter WHERE created < ? ORDER BY created LIMIT ?)", micros(before), limit)
	return int(n), err
}
