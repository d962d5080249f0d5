package sqlstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"foyer/internal/mfa"
	"foyer/internal/session"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func in(t *testing.T, db *sqlstore.DB, do func(tx *sqlstore.Tx) error) {
	t.Helper()
	if err := db.InTx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func securityKey(id, name string) mfa.Device {
	return mfa.Device{ID: id, User: "u-1", Kind: mfa.WebAuthn, Name: name, Added: now, Key: mfa.Key{
		ID: []byte("credential of " + id), PublicKey: []byte{1, 2}, Counter: 7, Transports: []string{"usb"}, BackupEligible: true,
	}}
}

// The devices of users on every database: what is put is found whole, names and
// credentials stay unique, and a use that another overtook is told.
func TestMFADevicesOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		in(t, db, func(tx *sqlstore.Tx) error {
			ctx := t.Context()
			app := mfa.Device{ID: "d-1", User: "u-1", Kind: mfa.TOTP, Name: "Phone", Added: now, Seed: "sealed", Step: 3}
			one := securityKey("d-2", "Key")
			other, taken, copied := securityKey("d-3", "key"), securityKey("d-4", "PHONE"), securityKey("d-5", "Copy")
			copied.Key.ID, other.User = one.Key.ID, "u-2"
			for _, put := range []struct {
				what   string
				device mfa.Device
				want   bool
			}{{"an app", app, true}, {"a key", one, true}, {"a name that another user has", other, true}, {"a name that is taken", taken, false}, {"a credential that is taken", copied, false}} {
				if stored, err := tx.PutMFADevice(ctx, put.device); err != nil || stored != put.want {
					t.Errorf("%s: stored %v, %v", put.what, stored, err)
				}
			}
			got, err := tx.MFADevices(ctx, "u-1")
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]mfa.Device{app, one}, got); diff != "" {
				t.Errorf("devices (-want +got):\n%s", diff)
			}
			found, ok, err := tx.MFADeviceByKey(ctx, one.Key.ID)
			if err != nil || !ok || found.ID != "d-2" {
				t.Errorf("by its credential: %+v, %v, %v", found, ok, err)
			}
			if _, ok, err := tx.MFADeviceByKey(ctx, nil); err != nil || ok {
				t.Errorf("by no credential: %v, %v", ok, err)
			}
			used := one
			used.Key.Counter, used.Used = 8, now
			for _, want := range []bool{true, false} { // the second knows the device as it was
				if ok, err := tx.UseMFADevice(ctx, one, used); err != nil || ok != want {
					t.Errorf("use: %v, %v, want %v", ok, err, want)
				}
			}
			used.Name = "Other key"
			if err := tx.RenameMFADevice(ctx, used); err != nil {
				return err
			}
			if got, err = tx.MFADevices(ctx, "u-1"); err != nil || cmp.Diff(used, got[1]) != "" {
				t.Errorf("after use and renaming: %+v, %v", got, err)
			}
			if err := tx.DeleteMFADevice(ctx, "u-2", "d-1"); err != nil {
				return err
			}
			if err := tx.DeleteMFADevice(ctx, "u-1", "d-2"); err != nil {
				return err
			}
			got, err = tx.MFADevices(ctx, "u-1")
			if err != nil || len(got) != 1 || got[0].ID != "d-1" {
				t.Errorf("after deleting: %+v, %v", got, err)
			}
			return nil
		})
	})
}

// What MFA keeps besides, on every database.
func TestMFAStateOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		in(t, db, func(tx *sqlstore.Tx) error {
			ctx := t.Context()
			if _, found, err := tx.MFASettings(ctx, "d-1"); err != nil || found {
				t.Errorf("settings before any: %v, %v", found, err)
			}
			for _, want := range []mfa.Settings{mfa.DefaultSettings(), {Mode: mfa.Never, Unregistered: mfa.Block, Kinds: []mfa.Kind{mfa.TOTP}}} {
				if err := tx.PutMFASettings(ctx, "d-1", want); err != nil {
					return err
				}
				if got, found, err := tx.MFASettings(ctx, "d-1"); err != nil || !found || cmp.Diff(want, got) != "" {
					t.Errorf("settings %+v, %v, %v", got, found, err)
				}
			}
			pending := mfa.Pending{Key: "app s-1", User: "u-1", Sealed: "x", Expires: now}
			for range 2 {
				if err := tx.PutMFAPending(ctx, pending); err != nil {
					return err
				}
			}
			if got, found, err := tx.MFAPending(ctx, pending.Key); err != nil || !found || got != pending {
				t.Errorf("question %+v, %v, %v", got, found, err)
			}
			for _, want := range []bool{true, false} {
				if deleted, err := tx.DeleteMFAPending(ctx, pending.Key); err != nil || deleted != want {
					t.Errorf("deleted %v, %v", deleted, err)
				}
			}
			trust := mfa.Trust{Hash: "h", User: "u-1", Network: "10.0.0.0/24", Browser: "Firefox on Linux", Expires: now}
			for range 2 {
				if err := tx.PutMFATrust(ctx, trust); err != nil {
					return err
				}
			}
			if got, found, err := tx.MFATrust(ctx, "h", "u-1", trust.Network); err != nil || !found || got != trust {
				t.Errorf("trust %+v, %v, %v", got, found, err)
			}
			if _, found, err := tx.MFATrust(ctx, "h", "u-2", trust.Network); err != nil || found {
				t.Errorf("another user's trust: %v, %v", found, err)
			}
			guesses := mfa.Guesses{Failures: 3, Since: now, LockedUntil: now}
			for range 2 {
				if err := tx.PutMFAGuesses(ctx, "code u-1", guesses); err != nil {
					return err
				}
			}
			if got, err := tx.MFAGuesses(ctx, "code u-1"); err != nil || got != guesses {
				t.Errorf("guesses %+v, %v", got, err)
			}
			if err := tx.PutMFAPermit(ctx, "u-1", now); err != nil {
				return err
			}
			if got, err := tx.MFAPermit(ctx, "u-1"); err != nil || !got.Equal(now) {
				t.Errorf("permit %v, %v", got, err)
			}
			if err := tx.PutMFAPending(ctx, pending); err != nil {
				return err
			}
			for _, want := range []int{0, 1, 0} {
				before := now
				if want > 0 {
					before = now.Add(time.Second)
				}
				if n, err := tx.PurgeMFA(ctx, before, 10); err != nil || n != want {
					t.Errorf("purged %d, %v, want %d", n, err, want)
				}
			}
			known, err := tx.KnownMFATrust(ctx, "h")
			if err != nil || known {
				t.Errorf("after purging the browser is known: %v, %v", known, err)
			}
			return nil
		})
	})
}

// A session that was confirmed has another token and proofs; one that ended has not.
func TestConfirmedSessionsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		in(t, db, func(tx *sqlstore.Tx) error {
			ctx := t.Context()
			s := session.Session{ID: "s-1", Person: session.Person{UserID: "u-1", Proofs: "PASSWORD"}, Created: now, Expires: now.Add(time.Hour), Confirmed: now}
			if err := tx.PutPortalSession(ctx, s, "old"); err != nil {
				return err
			}
			s.Proofs, s.Confirmed = "PASSWORD,TOTP", now.Add(time.Minute)
			if confirmed, err := tx.ConfirmPortalSession(ctx, s, "new"); err != nil || !confirmed {
				t.Errorf("confirmed %v, %v", confirmed, err)
			}
			if got, found, err := tx.PortalSessionByToken(ctx, "new"); err != nil || !found || got != s {
				t.Errorf("session %+v, %v, %v", got, found, err)
			}
			if _, found, err := tx.PortalSessionByToken(ctx, "old"); err != nil || found {
				t.Errorf("the old token still opens: %v, %v", found, err)
			}
			if err := tx.EndPortalSession(ctx, "s-1", now); err != nil {
				return err
			}
			if confirmed, err := tx.ConfirmPortalSession(ctx, s, "newer"); err != nil || confirmed {
				t.Errorf("a session that ended is confirmed: %v, %v", confirmed, err)
			}
			return nil
		})
	})
}
