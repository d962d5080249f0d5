package sqlstore

import (
	"context"
	"encoding/base64"
	"strings"

	"foyer/internal/mfa"
)

// No remembered read depends on second proofs: all writes are quiet.

// MFASettings reads the settings of an identity store.
func (tx *Tx) MFASettings(ctx context.Context, store string) (mfa.Settings, bool, error) {
	var text string
	found, err := tx.queryRow(ctx, "SELECT settings FROM mfa_settings WHERE store = ?", []any{store}, &text)
	if err != nil || !found {
		return mfa.Settings{}, false, err
	}
	var s mfa.Settings
	return s, true, fromJSON(text, &s)
}

// PutMFASettings stores the settings of an identity store.
func (tx *Tx) PutMFASettings(ctx context.Context, store string, s mfa.Settings) error {
	text, err := toJSON(s)
	if err != nil {
		return err
	}
	_, err = tx.execQuietly(ctx, "INSERT INTO mfa_settings (store, settings) VALUES (?, ?) ON CONFLICT (store) DO UPDATE SET settings = excluded.settings", store, text)
	return err
}

const mfaDeviceColumns = "id, user_id, kind, name, added, used, blocked, seed, step, counter, record"

func scanMFADevice(row scanner) (mfa.Device, error) {
	var d mfa.Device
	var added, used, blocked, counter int64
	var record string
	if err := row.Scan(&d.ID, &d.User, &d.Kind, &d.Name, &added, &used, &blocked, &d.Seed, &d.Step, &counter, &record); err != nil {
		return mfa.Device{}, err
	}
	if err := fromJSON(record, &d.Key); err != nil {
		return mfa.Device{}, err
	}
	d.Added, d.Used, d.Blocked, d.Key.Counter = fromMicros(added), fromMicros(used), blocked != 0, uint32(counter) //nolint:gosec // stored from one
	return d, nil
}

// mfaRecord is how a device's credential is stored; an app has none.
func mfaRecord(d mfa.Device) (string, error) {
	if d.Kind != mfa.WebAuthn {
		return "", nil
	}
	return toJSON(d.Key)
}

func mfaCredential(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// MFADevices lists a user's devices by id.
func (tx *Tx) MFADevices(ctx context.Context, user string) ([]mfa.Device, error) {
	return rows(ctx, tx, scanMFADevice, "SELECT "+mfaDeviceColumns+" FROM mfa_device WHERE user_id = ? ORDER BY id LIMIT ?", user, mfa.MaxDevices)
}

// MFADeviceByKey finds a device by the id of its WebAuthn credential.
func (tx *Tx) MFADeviceByKey(ctx context.Context, key []byte) (mfa.Device, bool, error) {
	if len(key) == 0 {
		return mfa.Device{}, false, nil
	}
	return one(ctx, tx, scanMFADevice, "SELECT "+mfaDeviceColumns+" FROM mfa_device WHERE credential = ? AND credential <> ''", mfaCredential(key))
}

// PutMFADevice stores a new device, unless its name or credential is taken.
func (tx *Tx) PutMFADevice(ctx context.Context, d mfa.Device) (bool, error) {
	record, err := mfaRecord(d)
	if err != nil {
		return false, err
	}
	n, err := tx.execQuietly(ctx, `INSERT INTO mfa_device (`+mfaDeviceColumns+`, name_key, credential) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		d.ID, d.User, d.Kind, d.Name, micros(d.Added), micros(d.Used), flag(d.Blocked), d.Seed, d.Step, int64(d.Key.Counter), record, strings.ToLower(d.Name), mfaCredential(d.Key.ID))
	return n > 0, err
}

// RenameMFADevice stores a device's name, which no other of the user's has.
func (tx *Tx) RenameMFADevice(ctx context.Context, d mfa.Device) error {
	_, err := tx.execQuietly(ctx, "UPDATE mfa_device SET name = ?, name_key = ? WHERE id = ? AND user_id = ?", d.Name, strings.ToLower(d.Name), d.ID, d.User)
	return err
}

// UseMFADevice stores what a proof changes about a device, unless its step or
// its counter has moved, or it is blocked, since it was read.
func (tx *Tx) UseMFADevice(ctx context.Context, was, is mfa.Device) (bool, error) {
	record, err := mfaRecord(is)
	if err != nil {
		return false, err
	}
	n, err := tx.execQuietly(ctx, "UPDATE mfa_device SET used = ?, blocked = ?, step = ?, counter = ?, record = ? WHERE id = ? AND user_id = ? AND step = ? AND counter = ? AND blocked = ?",
		micros(is.Used), flag(is.Blocked), is.Step, int64(is.Key.Counter), record, was.ID, was.User, was.Step, int64(was.Key.Counter), flag(was.Blocked))
	return n > 0, err
}

// DeleteMFADevice removes a user's device.
func (tx *Tx) DeleteMFADevice(ctx context.Context, user, id string) error {
	_, err := tx.execQuietly(ctx, "DELETE FROM mfa_device WHERE id = ? AND user_id = ?", id, user)
	return err
}

// PutMFAPending stores a question, in place of another of its key.
func (tx *Tx) PutMFAPending(ctx context.Context, p mfa.Pending) error {
	_, err := tx.execQuietly(ctx, `INSERT INTO mfa_pending (question, user_id, sealed, expires) VALUES (?, ?, ?, ?)
		ON CONFLICT (question) DO UPDATE SET user_id = excluded.user_id, sealed = excluded.sealed, expires = excluded.expires`, p.Key, p.User, p.Sealed, micros(p.Expires))
	return err
}

// MFAPending reads a question.
func (tx *Tx) MFAPending(ctx context.Context, key string) (mfa.Pending, bool, error) {
	p := mfa.Pending{Key: key}
	var expires int64
	found, err := tx.queryRow(ctx, "SELECT user_id, sealed, expires FROM mfa_pending WHERE question = ?", []any{key}, &p.User, &p.Sealed, &expires)
	p.Expires = fromMicros(expires)
	return p, found, err
}

// DeleteMFAPending removes a question, and reports whether it was there.
func (tx *Tx) DeleteMFAPending(ctx context.Context, key string) (bool, error) {
	n, err := tx.execQuietly(ctx, "DELETE FROM mfa_pending WHERE question = ?", key)
	return n > 0, err
}
