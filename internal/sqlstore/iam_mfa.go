package sqlstore

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

// InsertIAMDevice adds an MFA device, unless its serial number is taken.
func (tx *Tx) InsertIAMDevice(ctx context.Context, d iam.StoredDevice) (bool, error) {
	tags, err := tagsText(d.Tags)
	if err != nil {
		return false, err
	}
	return tx.insert(ctx, `INSERT INTO iam_mfa_device (serial, account, sealed, tags, created, user_id, enabled, step, drift, wrong, wrong_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		d.Serial, string(d.Account), d.Sealed, tags, micros(d.Created), d.Owner.ID, micros(d.Enabled), d.Step, d.Drift, d.Wrong, micros(d.WrongAt))
}

// UpdateIAMDevice writes what changes about an MFA device.
func (tx *Tx) UpdateIAMDevice(ctx context.Context, d iam.StoredDevice) error {
	tags, err := tagsText(d.Tags)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE iam_mfa_device SET tags = ?, user_id = ?, enabled = ?, step = ?, drift = ?, wrong = ?, wrong_at = ? WHERE serial = ?",
		tags, d.Owner.ID, micros(d.Enabled), d.Step, d.Drift, d.Wrong, micros(d.WrongAt), d.Serial)
	return err
}

// UseIAMDevice notes that a code was used, unless it or a newer one was.
func (tx *Tx) UseIAMDevice(ctx context.Context, serial string, step, drift int64) (bool, error) {
	n, err := tx.execQuietly(ctx, "UPDATE iam_mfa_device SET step = ?, drift = ?, wrong = 0 WHERE serial = ? AND step < ?", step, drift, serial, step)
	return n > 0, err
}

// DeleteIAMDevice removes an MFA device.
func (tx *Tx) DeleteIAMDevice(ctx context.Context, serial string) error {
	_, err := tx.exec(ctx, "DELETE FROM iam_mfa_device WHERE serial = ?", serial)
	return err
}

const selectIAMDevice = `SELECT d.serial, d.account, d.sealed, d.tags, d.created, d.user_id, d.enabled, d.step, d.drift, d.wrong, d.wrong_at,
	COALESCE(e.name, ''), COALESCE(e.path, ''), COALESCE(e.created, 0) FROM iam_mfa_device d LEFT JOIN iam_entity e ON e.id = d.user_id `

// IAMDevice finds an MFA device with its owner.
func (tx *Tx) IAMDevice(ctx context.Context, serial string) (iam.StoredDevice, bool, error) {
	return one(ctx, tx, scanIAMDevice, selectIAMDevice+"WHERE d.serial = ?", serial)
}

// IAMDevices lists MFA devices by serial number.
func (tx *Tx) IAMDevices(ctx context.Context, q iam.DevicesQuery, page paging.Page) ([]iam.StoredDevice, error) {
	where, args := "WHERE d.account = ?", []any{string(q.Account)}
	if q.UserID != "" {
		where, args = "WHERE d.user_id = ? AND d.user_id <> ''", []any{q.UserID}
	}
	switch q.Assignment {
	case iam.Assigned:
		where += " AND d.user_id <> ''"
	case iam.Unassigned:
		where += " AND d.user_id = ''"
	case iam.AnyAssignment:
	}
	return rows(ctx, tx, scanIAMDevice, selectIAMDevice+where+" AND d.serial > ? ORDER BY d.serial LIMIT ?", append(args, page.After, page.Limit)...)
}

func scanIAMDevice(row scanner) (d iam.StoredDevice, err error) {
	var account, tags string
	var created, enabled, wrongAt, born int64
	e := iam.Entity{Kind: iam.UserKind}
	if err := row.Scan(&d.Serial, &account, &d.Sealed, &tags, &created, &e.ID, &enabled, &d.Step, &d.Drift, &d.Wrong, &wrongAt,
		&e.Name, &e.Path, &born); err != nil {
		return d, err
	}
	d.Account, d.Created, d.Enabled, d.WrongAt = arn.AccountID(account), fromMicros(created), fromMicros(enabled), fromMicros(wrongAt)
	if e.ID != "" {
		e.Account, e.Created, e.ARN = d.Account, fromMicros(born), iam.EntityARN(d.Account, e.Kind, e.Path, e.Name)
		d.Owner = e
	}
	return d, fromJSON(tags, &d.Tags)
}
