package sqlstore

import (
	"context"

	"foyer/internal/accesscontrol"
)

// AccessControl reads an instance's attributes for access control.
func (tx *Tx) AccessControl(ctx context.Context, instanceARN string) (c accesscontrol.Configuration, found bool, err error) {
	var text string
	if found, err = tx.queryRow(ctx, "SELECT configuration FROM access_control WHERE instance = ?", []any{instanceARN}, &text); err != nil {
		return c, false, err
	}
	return c, found, fromJSON(text, &c)
}

// PutAccessControl puts an instance's attributes, in place of any it had.
func (tx *Tx) PutAccessControl(ctx context.Context, instanceARN string, c accesscontrol.Configuration) error {
	text, err := toJSON(c)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "INSERT INTO access_control (instance, configuration) VALUES (?, ?) ON CONFLICT (instance) DO UPDATE SET configuration = excluded.configuration",
		instanceARN, text)
	return err
}

// DeleteAccessControl removes an instance's attributes.
func (tx *Tx) DeleteAccessControl(ctx context.Context, instanceARN string) error {
	_, err := tx.exec(ctx, "DELETE FROM access_control WHERE instance = ?", instanceARN)
	return err
}
