package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/organizations"
)

// PutAccountContacts gives accounts the same contact information.
func (tx *Tx) PutAccountContacts(ctx context.Context, ids []arn.AccountID, c organizations.Contact) error {
	text, err := toJSON(c)
	if err != nil {
		return err
	}
	var all [][]any
	for _, id := range ids {
		all = append(all, []any{string(id), text})
	}
	return tx.inBatches(ctx, "INSERT INTO account_contact (account, content) VALUES ", "(?, ?)",
		" ON CONFLICT (account) DO UPDATE SET content = excluded.content", all)
}

// AccountContact reads the contact information of an account.
func (tx *Tx) AccountContact(ctx context.Context, id arn.AccountID) (organizations.Contact, bool, error) {
	return one(ctx, tx, func(row scanner) (c organizations.Contact, err error) {
		var text string
		if err := row.Scan(&text); err != nil {
			return c, err
		}
		return c, fromJSON(text, &c)
	}, "SELECT content FROM account_contact WHERE account = ?", string(id))
}

// RenameOrgAccount gives an account a new name.
func (tx *Tx) RenameOrgAccount(ctx context.Context, id arn.AccountID, name string) error {
	_, err := tx.exec(ctx, "UPDATE account SET name = ? WHERE id = ?", name, string(id))
	return err
}
