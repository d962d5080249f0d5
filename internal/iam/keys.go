package iam

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/quota"
	"foyer/internal/secret"
)

// AccessKey is a long-term key of a user or of an account's root. Its secret is
// shown when it is made, and never again.
type AccessKey struct {
	ID       string // AKIA…
	Account  arn.AccountID
	UserID   string // AIDA…; "" for a root key
	UserName string // "" for a root key
	Active   bool
	Created  time.Time
	Secret   secret.Text // set by CreateAccessKey alone
}

// StoredKey is an access key as it is kept.
type StoredKey struct {
	AccessKey
	Sealed   string // the secret, sealed for this key's id
	UserPath string
}

// KeyTx stores access keys.
type KeyTx interface {
	// InsertIAMAccessKey reports false when the id is taken.
	InsertIAMAccessKey(context.Context, StoredKey) (bool, error)
	// UpdateIAMAccessKey writes whether a key is active.
	UpdateIAMAccessKey(ctx context.Context, id string, active bool) error
	DeleteIAMAccessKey(ctx context.Context, id string) error
	// IAMAccessKey finds a key of any account, with its user's name and path.
	IAMAccessKey(ctx context.Context, id string) (StoredKey, bool, error)
	// IAMAccessKeys lists the keys of a user, or with userID "" of root, by id.
	IAMAccessKeys(ctx context.Context, account arn.AccountID, userID string) ([]AccessKey, error)
}

// KeyOwner is who a long-term key belongs to, and what verifies its signatures.
type KeyOwner struct {
	Account  arn.AccountID
	Root     bool
	UserName string
	UserPath string
	UserID   string // AIDA…; the account id for root
	UserARN  string // also of root: arn:aws:iam::<account>:root
	Secret   secret.Text
	Active   bool
}

func keyPurpose(id string) string { return "access key " + id }

// KeyOwner returns the owner of a long-term key; false when there is no such key.
func (s *Service) KeyOwner(ctx context.Context, accessKeyID string) (owner KeyOwner, found bool, err error) {
	var k StoredKey
	err = s.View(ctx, func(tx Tx) error {
		k, found, err = tx.IAMAccessKey(ctx, accessKeyID)
		return err
	})
	if err != nil || !found {
		return KeyOwner{}, false, err
	}
	plain, err := s.Ring.Open(keyPurpose(k.ID), k.Sealed)
	if err != nil {
		return KeyOwner{}, false, fmt.Errorf("secret of access key %s: %w", k.ID, err)
	}
	owner = KeyOwner{Account: k.Account, Secret: secret.New(string(plain)), Active: k.Active}
	if k.UserID == "" {
		owner.Root, owner.UserID, owner.UserARN = true, string(k.Account), arn.IAM(k.Account, "root")
		return owner, true, nil
	}
	owner.UserID, owner.UserName, owner.UserPath = k.UserID, k.UserName, k.UserPath
	owner.UserARN = EntityARN(k.Account, UserKind, k.UserPath, k.UserName)
	return owner, true, nil
}

// CreateRootKey gives an account's root a key of a chosen id and secret. An id
// that is taken is a Conflict fault.
func (s *Service) CreateRootKey(ctx context.Context, account arn.AccountID, keyID string, key secret.Text) error {
	return s.InTx(ctx, func(tx Tx) error {
		return s.putKey(ctx, tx, AccessKey{ID: keyID, Account: account, Secret: key, Active: true, Created: tx.Now()})
	})
}

// CreateAccessKey makes a key for a user, or with user "" for root. Either may
// have two.
func (s *Service) CreateAccessKey(ctx context.Context, account arn.AccountID, user string) (key AccessKey, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil {
			return err
		}
		have, err := tx.IAMAccessKeys(ctx, account, owner.ID)
		if err != nil {
			return err
		}
		if most := s.quotas().AccessKeysPerUser; quota.Exceeded(most, len(have)+1) {
			return exceeded("AccessKeysPerUser", most)
		}
		key = AccessKey{
			ID: s.Mint.KeyID("AKIA"), Account: account, UserID: owner.ID, UserName: owner.Name,
			Secret: s.Mint.SecretKey(), Active: true, Created: tx.Now(),
		}
		return s.putKey(ctx, tx, key)
	})
	return key, err
}

func (s *Service) putKey(ctx context.Context, tx Tx, key AccessKey) error {
	sealed, err := s.Ring.Seal(keyPurpose(key.ID), []byte(key.Secret.Reveal()))
	if err != nil {
		return fmt.Errorf("seal access key %s: %w", key.ID, err)
	}
	made, err := tx.InsertIAMAccessKey(ctx, StoredKey{AccessKey: key, Sealed: sealed})
	if err == nil && !made {
		err = fault.Newf(fault.Conflict, "The Access Key with id %s already exists.", key.ID)
	}
	return err
}

// keyHolder finds the user of a name; the zero Entity stands for root.
func keyHolder(ctx context.Context, tx Tx, account arn.AccountID, user string) (Entity, error) {
	if user == "" {
		return Entity{Account: account}, nil
	}
	return entity(ctx, tx, Ref{account, UserKind, user})
}

// AccessKeys lists the keys of a user, or with user "" of root, by id.
func (s *Service) AccessKeys(ctx context.Context, account arn.AccountID, user string) (keys []AccessKey, err error) {
	err = s.View(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil {
			return err
		}
		keys, err = tx.IAMAccessKeys(ctx, account, owner.ID)
		for i := range keys {
			keys[i].UserName = owner.Name
		}
		return err
	})
	return keys, err
}

// AccessKey returns a key of account by its id, or a NotFound fault. It does
// not show the secret.
func (s *Service) AccessKey(ctx context.Context, account arn.AccountID, id string) (key AccessKey, err error) {
	err = s.View(ctx, func(tx Tx) error {
		k, found, err := tx.IAMAccessKey(ctx, id)
		if err == nil && (!found || k.Account != account) {
			err = noSuchKey(id)
		}
		key = k.AccessKey
		return err
	})
	return key, err
}

// SetAccessKeyActive turns a key of a user, or with user "" of root, on or off.
func (s *Service) SetAccessKeyActive(ctx context.Context, account arn.AccountID, user, id string, active bool) error {
	return s.onKey(ctx, account, user, id, func(tx Tx) error { return tx.UpdateIAMAccessKey(ctx, id, active) })
}

// DeleteAccessKey deletes a key of a user, or with user "" of root.
func (s *Service) DeleteAccessKey(ctx context.Context, account arn.AccountID, user, id string) error {
	return s.onKey(ctx, account, user, id, func(tx Tx) error { return tx.DeleteIAMAccessKey(ctx, id) })
}

func (s *Service) onKey(ctx context.Context, account arn.AccountID, user, id string, change func(Tx) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		owner, err := keyHolder(ctx, tx, account, user)
		if err != nil {
			return err
		}
		k, found, err := tx.IAMAccessKey(ctx, id)
		if err != nil {
			return err
		}
		if !found || k.Account != account || k.UserID != owner.ID {
			return noSuchKey(id)
		}
		return change(tx)
	})
}

func noSuchKey(id string) error {
	return fault.Newf(fault.NotFound, "The Access Key with id %s cannot be found.", id)
}
