package iam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/secret"
)

// MFADevice is a virtual MFA device: an authenticator app of a user, or of
// nobody yet.
type MFADevice struct {
	Serial  string // its ARN: arn:aws:iam::<account>:mfa<path><name>
	Account arn.AccountID
	Tags    map[string]string
	Created time.Time
	Owner   Entity      // the user it is enabled for; the zero Entity while it is nobody's
	Enabled time.Time   // when it was enabled; zero while it is nobody's
	Seed    secret.Text // base32; set by CreateMFADevice alone
}

// StoredDevice is an MFA device as it is kept.
type StoredDevice struct {
	MFADevice
	Sealed  string    // the seed, sealed for this device
	Step    int64     // newest time step whose code was used
	Drift   int64     // steps that its clock is ahead of ours
	Wrong   int       // codes that did not fit since the last that did
	WrongAt time.Time // when the last of those came
}

// Assignment says which MFA devices are listed.
type Assignment string

// The assignments.
const (
	AnyAssignment Assignment = ""
	Assigned      Assignment = "Assigned"
	Unassigned    Assignment = "Unassigned"
)

// DevicesQuery says which MFA devices are listed. Exactly one of Account and
// UserID is set.
type DevicesQuery struct {
	Account    arn.AccountID
	Assignment Assignment
	UserID     string
}

// MFATx stores MFA devices.
type MFATx interface {
	// InsertIAMDevice reports false when the serial number is taken.
	InsertIAMDevice(context.Context, StoredDevice) (bool, error)
	// UpdateIAMDevice writes all but serial number, seed and time of creation.
	UpdateIAMDevice(context.Context, StoredDevice) error
	// UseIAMDevice writes step and drift, and that no code was wrong since. It
	// reports false when a code of this step, or a newer one, was used already.
	UseIAMDevice(ctx context.Context, serial string, step, drift int64) (bool, error)
	DeleteIAMDevice(ctx context.Context, serial string) error
	// IAMDevice finds a device with its owner.
	IAMDevice(ctx context.Context, serial string) (StoredDevice, bool, error)
	// IAMDevices lists by serial number.
	IAMDevices(ctx context.Context, q DevicesQuery, page paging.Page) ([]StoredDevice, error)
}

// MFADeviceARN names a virtual MFA device.
func MFADeviceARN(account arn.AccountID, path, name string) string {
	return arn.IAM(account, "mfa"+path+name)
}

// seedLength is how many base32 characters a seed has: 320 bits, as AWS's.
const seedLength = 64

func seedPurpose(serial string) string { return "mfa device " + serial }

// NewMFADevice is what an MFA device is made from.
type NewMFADevice struct {
	Account arn.AccountID
	Name    string // [\w+=,.@-], unique in its path
	Path    string // "" means "/"
	Tags    []Tag
}

// CreateMFADevice makes a device that is nobody's yet. Its seed is shown this
// once. An account may have as many devices as users, as AWS has it.
func (s *Service) CreateMFADevice(ctx context.Context, n NewMFADevice) (d MFADevice, err error) {
	if n.Path == "" {
		n.Path = "/"
	}
	err = s.InTx(ctx, func(tx Tx) error {
		d = MFADevice{
			Serial: MFADeviceARN(n.Account, n.Path, n.Name), Account: n.Account, Created: tx.Now(),
			Seed: secret.New(s.Mint.From("", mint.Upper, seedLength)),
		}
		if d.Tags, err = newTags(n.Tags); err != nil {
			return err
		}
		sealed, err := s.Ring.Seal(seedPurpose(d.Serial), []byte(d.Seed.Reveal()))
		if err != nil {
			return fmt.Errorf("seal seed of %s: %w", d.Serial, err)
		}
		made, err := tx.InsertIAMDevice(ctx, StoredDevice{MFADevice: d, Sealed: sealed})
		if err == nil && !made {
			err = fault.Newf(fault.Conflict, "MFADevice entity at the same path and name already exists.")
		}
		if err != nil {
			return err
		}
		counts, err := tx.IAMCounts(ctx, n.Account)
		if most := s.quotas().Users; err == nil && quota.Exceeded(most, int(counts.MFADevices)) {
			err = exceeded("VirtualMFADevicesPerAccount", most)
		}
		return err
	})
	return d, err
}

// device finds a device of account.
func device(ctx context.Context, tx Tx, account arn.AccountID, serial string) (StoredDevice, error) {
	d, found, err := tx.IAMDevice(ctx, serial)
	if err != nil {
		return d, fmt.Errorf("mfa device %s: %w", serial, err)
	}
	if !found || d.Account != account {
		return d, fault.Newf(fault.NotFound, "VirtualMFADevice with serial number %s doesn't exist.", serial)
	}
	return d, nil
}

// MFADevice returns a device of account, or a NotFound fault.
func (s *Service) MFADevice(ctx context.Context, account arn.AccountID, serial string) (d MFADevice, err error) {
	err = s.View(ctx, func(tx Tx) error {
		stored, err := device(ctx, tx, account, serial)
		d = stored.MFADevice
		return err
	})
	return d, err
}

// MFADevices lists the virtual devices of an account, by serial number.
func (s *Service) MFADevices(ctx context.Context, account arn.AccountID, which Assignment, page paging.Page) (all []MFADevice, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, next, err = devices(ctx, tx, DevicesQuery{Account: account, Assignment: which}, page)
		return err
	})
	return all, next, err
}

// MFADevicesOf lists the devices of a user, by serial number; of root, whose
// name is "", there are none.
func (s *Service) MFADevicesOf(ctx context.Context, account arn.AccountID, user string, page paging.Page) (all []MFADevice, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil || user == "" {
			return err
		}
		all, next, err = devices(ctx, tx, DevicesQuery{UserID: owner.ID}, page)
		return err
	})
	return all, next, err
}

func devices(ctx context.Context, tx Tx, q DevicesQuery, page paging.Page) ([]MFADevice, string, error) {
	stored, err := tx.IAMDevices(ctx, q, paging.Page{After: page.After, Limit: page.Limit + 1})
	if err != nil {
		return nil, "", fmt.Errorf("list mfa devices: %w", err)
	}
	all := make([]MFADevice, len(stored))
	for i, d := range stored {
		all[i] = d.MFADevice
	}
	all, next := paging.Cut(all, page.Limit, func(d MFADevice) string { return d.Serial })
	return all, next, nil
}

// EnableMFADevice makes a device a user's, who shows with two consecutive codes
// that it has it.
func (s *Service) EnableMFADevice(ctx context.Context, account arn.AccountID, user, serial string, codes [2]string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, UserKind, user})
		if err != nil {
			return err
		}
		d, err := device(ctx, tx, account, serial)
		if err != nil {
			return err
		}
		if d.Owner.ID != "" {
			return fault.Newf(fault.Conflict, "MFA Device is already in use.")
		}
		most := s.quotas().MFADevicesPerUser
		have, err := tx.IAMDevices(ctx, DevicesQuery{UserID: e.ID}, paging.Page{Limit: max(most, 0) + 1})
		if err != nil {
			return err
		}
		if quota.Exceeded(most, len(have)+1) {
			return exceeded("MFADevicesPerUser", most)
		}
		if err := s.sync(&d, codes, tx.Now()); err != nil {
			return err
		}
		d.Owner, d.Enabled = e, tx.Now()
		return tx.UpdateIAMDevice(ctx, d)
	})
}

// ResyncMFADevice learns from two consecutive codes how far the clock of a
// user's device is off.
func (s *Service) ResyncMFADevice(ctx context.Context, account arn.AccountID, user, serial string, codes [2]string) error {
	return s.onDeviceOf(ctx, account, user, serial, func(tx Tx, d *StoredDevice) error { return s.sync(d, codes, tx.Now()) })
}

// DeactivateMFADevice takes a device from a user. It stays, and is nobody's.
func (s *Service) DeactivateMFADevice(ctx context.Context, account arn.AccountID, user, serial string) error {
	return s.onDeviceOf(ctx, account, user, serial, func(_ Tx, d *StoredDevice) error {
		d.Owner, d.Enabled, d.Drift, d.Wrong = Entity{}, time.Time{}, 0, 0
		return nil
	})
}

// onDeviceOf changes a device of a user.
func (s *Service) onDeviceOf(ctx context.Context, account arn.AccountID, user, serial string, change func(Tx, *StoredDevice) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil {
			return err
		}
		d, found, err := tx.IAMDevice(ctx, serial)
		if err != nil {
			return fmt.Errorf("mfa device %s: %w", serial, err)
		}
		if !found || d.Account != account || owner.ID == "" || d.Owner.ID != owner.ID {
			return NoDeviceOf()
		}
		if err := change(tx, &d); err != nil {
			return err
		}
		return tx.UpdateIAMDevice(ctx, d)
	})
}

// NoDeviceOf is the NotFound fault of a device that is not the user's.
func NoDeviceOf() error { return fault.Newf(fault.NotFound, "MFA Device invalid for user.") }

// DeleteMFADevice deletes a device that is nobody's.
func (s *Service) DeleteMFADevice(ctx context.Context, account arn.AccountID, serial string) error {
	return s.InTx(ctx, func(tx Tx) error {
		d, err := device(ctx, tx, account, serial)
		if err != nil {
			return err
		}
		if d.Owner.ID != "" {
			return inUse("MFA VirtualDevice in use. Must deactivate first.")
		}
		return tx.DeleteIAMDevice(ctx, serial)
	})
}

// TagMFADevice adds tags to a device, or gives them new values.
func (s *Service) TagMFADevice(ctx context.Context, account arn.AccountID, serial string, tags []Tag) error {
	return s.onDevice(ctx, account, serial, func(d *StoredDevice) (err error) {
		d.Tags, err = withTags(d.Tags, tags)
		return err
	})
}

// UntagMFADevice removes tags from a device.
func (s *Service) UntagMFADevice(ctx context.Context, account arn.AccountID, serial string, keys []string) error {
	return s.onDevice(ctx, account, serial, func(d *StoredDevice) error {
		for _, k := range keys {
			d.Tags = withoutTag(d.Tags, k)
		}
		return nil
	})
}

func (s *Service) onDevice(ctx context.Context, account arn.AccountID, serial string, change func(*StoredDevice) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		d, err := device(ctx, tx, account, serial)
		if err != nil {
			return err
		}
		if err := change(&d); err != nil {
			return err
		}
		return tx.UpdateIAMDevice(ctx, d)
	})
}

// DeviceLabel is what an authenticator app calls a device: its name and the
// account's alias, or id.
func (s *Service) DeviceLabel(ctx context.Context, d MFADevice) (string, error) {
	alias, err := s.Alias(ctx, d.Account)
	if alias == "" {
		alias = string(d.Account)
	}
	return d.Serial[strings.LastIndexByte(d.Serial, '/')+1:] + "@" + alias, err
}
