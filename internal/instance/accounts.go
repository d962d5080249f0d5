package instance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/once"
	"foyer/internal/tagging"
)

// Details are what of an instance may change. The zero Details are those of a
// new one.
type Details struct {
	Name     string    // at most 255 of [\w+=,.@-]
	KeyARN   string    // of the customer managed key; "" means AWS's own. Foyer has no such keys and encrypts with its own all the same
	KeySince time.Time // when the key was last changed; zero when it never was
}

// KeyUpdating reports whether the change of key is still under way.
func (d Details) KeyUpdating(now time.Time) bool {
	return !d.KeySince.IsZero() && now.Before(d.KeySince.Add(settling))
}

// settling is how long an instance takes to change its key or its regions: long
// enough for clients to see the state in between, as they do at AWS.
const settling = 2 * time.Second

// AccountKey is what finds an account instance.
type AccountKey string

// The keys of account instances.
const (
	ByID    AccountKey = "id"
	ByOwner AccountKey = "owner"
	ByStore AccountKey = "identity_store"
)

// accounts is what account instances, and details, need of one transaction.
type accounts interface {
	AccountInstance(ctx context.Context, by AccountKey, value string) (Instance, bool, error)
	// PutAccountInstance reports false when the account has one already.
	PutAccountInstance(ctx context.Context, i Instance) (bool, error)
	InstanceDetails(ctx context.Context, id string) (Details, error)
	SetInstanceDetails(ctx context.Context, id string, d Details) error
	// InstanceInUse reports whether the organization instance holds anything.
	InstanceInUse(ctx context.Context, i Instance) (bool, error)
	// DeleteInstance removes an instance with its details, regions and tags.
	DeleteInstance(ctx context.Context, i Instance) error
}

// Create makes the instance of an account, and returns its ARN. r is the
// request, for when it comes twice. An account that has one already is a
// Conflict; a management account is Denied: its instance is the organization's.
func (s *Service) Create(ctx context.Context, r once.Request, owner arn.AccountID, region, name string, tags map[string]string) (made string, err error) {
	manages, err := s.Manages(ctx, owner)
	if err != nil {
		return "", err
	}
	if manages {
		return "", fault.Newf(fault.Denied, "An account instance of IAM Identity Center cannot be created in the management account of an organization.")
	}
	err = s.InTx(ctx, func(tx Tx) error {
		made, err = once.Do(ctx, tx, r, func() (string, error) {
			i := Instance{
				ID: s.Mint.From("ssoins-", mint.Hex, 16), IdentityStore: s.Mint.From("d-", mint.Hex, 10),
				Owner: owner, Region: region, Created: tx.Now(), OfAccount: true,
			}
			created, err := tx.PutAccountInstance(ctx, i)
			if err == nil && !created {
				err = fault.Newf(fault.Conflict, "An instance of IAM Identity Center already exists in account %s.", owner)
			}
			if err != nil {
				return "", err
			}
			if err := tx.SetInstanceDetails(ctx, i.ID, Details{Name: name}); err != nil {
				return "", err
			}
			return i.ARN(), tagging.Put(ctx, tx, s.Quotas, i.ARN(), tags)
		})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create instance of %s: %w", owner, err)
	}
	return made, nil
}

// ByARN returns the instance with an ARN, of whichever kind; a NotFound fault
// when there is none.
func (s *Service) ByARN(ctx context.Context, instanceARN string) (Instance, error) {
	i, err := s.Instance(ctx)
	if err == nil && i.ARN() == instanceARN {
		return i, nil
	}
	if err != nil && fault.Of(err) != fault.NotFound {
		return Instance{}, err
	}
	id, ok := strings.CutPrefix(instanceARN, arnPrefix)
	i, found, err := s.account(ctx, ByID, id)
	if err == nil && (!ok || !found) {
		err = fault.Newf(fault.NotFound, "Could not find Instance with ARN %s.", instanceARN)
	}
	return i, err
}

// OfAccount returns the account instance of an account; false when it has none.
func (s *Service) OfAccount(ctx context.Context, owner arn.AccountID) (Instance, bool, error) {
	return s.account(ctx, ByOwner, string(owner))
}

// WithStore returns the instance whose identity store has an id; false when
// there is none.
func (s *Service) WithStore(ctx context.Context, store string) (Instance, bool, error) {
	i, err := s.Instance(ctx)
	if err == nil && i.IdentityStore == store {
		return i, true, nil
	}
	if err != nil && fault.Of(err) != fault.NotFound {
		return Instance{}, false, err
	}
	return s.account(ctx, ByStore, store)
}

func (s *Service) account(ctx context.Context, by AccountKey, value string) (i Instance, found bool, err error) {
	err = s.View(ctx, func(tx Tx) error {
		i, found, err = tx.AccountInstance(ctx, by, value)
		return err
	})
	return i, found, err
}

// Details returns what of an instance may change, and the time as of which.
func (s *Service) Details(ctx context.Context, i Instance) (d Details, now time.Time, err error) {
	err = s.View(ctx, func(tx Tx) error {
		now = tx.Now()
		d, err = tx.InstanceDetails(ctx, i.ID)
		return err
	})
	return d, now, err
}

// Change is what an update of an instance gives anew; nil leaves a member as it is.
type Change struct {
	Name   *string
	KeyARN *string // "" means AWS's own key
}

// Update changes an instance. Changing the key while it is being changed is a
// Conflict.
func (s *Service) Update(ctx context.Context, i Instance, c Change) error {
	return s.InTx(ctx, func(tx Tx) error {
		d, err := tx.InstanceDetails(ctx, i.ID)
		if err != nil {
			return err
		}
		if c.Name != nil {
			d.Name = *c.Name
		}
		if c.KeyARN != nil && *c.KeyARN != d.KeyARN {
			if d.KeyUpdating(tx.Now()) {
				return fault.Newf(fault.Conflict, "The encryption configuration of instance %s is being updated.", i.ARN())
			}
			if err := i.checkKey(*c.KeyARN); err != nil {
				return err
			}
			d.KeyARN, d.KeySince = *c.KeyARN, tx.Now()
		}
		return tx.SetInstanceDetails(ctx, i.ID, d)
	})
}

// checkKey fails unless a key is in the instance's region.
func (i Instance) checkKey(keyARN string) error {
	if keyARN == "" {
		return nil
	}
	if key, err := arn.Parse(keyARN); err != nil || key.Region != i.Region {
		return fault.Newf(fault.Invalid, "The KMS key %s is not in %s, the primary region of the instance.", keyARN, i.Region)
	}
	return nil
}

// Delete removes an instance: an account's with all that is in it, the
// organization's only when nothing is in it any more; else that is a Conflict.
func (s *Service) Delete(ctx context.Context, i Instance) error {
	return s.InTx(ctx, func(tx Tx) error {
		if !i.OfAccount {
			used, err := tx.InstanceInUse(ctx, i)
			if err != nil {
				return err
			}
			if used {
				return fault.Newf(fault.Conflict, "Instance %s still holds users, groups or permission sets. Delete them first.", i.ARN())
			}
			s.forget()
		}
		if err := s.Gone(ctx, i); err != nil {
			return err
		}
		return tx.DeleteInstance(ctx, i)
	})
}
