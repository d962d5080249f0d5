package permissionset

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/tagging"
)

// Create adds a set with its tags and returns it. A name that is taken is a
// Conflict; more than the quota of them a Quota fault.
func (s *Service) Create(ctx context.Context, set Set, tags map[string]string) (Set, error) {
	if err := set.Validate(); err != nil {
		return Set{}, err
	}
	_, instanceID, _ := strings.Cut(set.InstanceARN, "instance/")
	set.ARN = s.Mint.From("arn:aws:sso:::permissionSet/"+instanceID+"/ps-", mint.Hex, 16)
	set.SessionDuration = cmp.Or(set.SessionDuration, DefaultDuration)
	set.Created = s.Now().UTC()
	err := s.InTx(ctx, func(tx Tx) error {
		n, err := tx.CountPermissionSets(ctx, set.InstanceARN)
		if err != nil {
			return err
		}
		if most := s.Quotas.InForce().PermissionSets; quota.Exceeded(most, n+1) {
			return fault.Newf(fault.Quota, "You have exceeded AWS SSO limits. Cannot create more than %d PermissionSets per instance.", most)
		}
		created, err := tx.PutPermissionSet(ctx, set)
		if err != nil {
			return err
		}
		if !created {
			return fault.Newf(fault.Conflict, "PermissionSet with name %s already exists.", set.Name)
		}
		return tagging.Put(ctx, tx, s.Quotas, set.ARN, tags)
	})
	if err != nil {
		return Set{}, fmt.Errorf("create permission set %s: %w", set.Name, err)
	}
	return set, nil
}

// Set returns a set; a NotFound fault when there is none.
func (s *Service) Set(ctx context.Context, setARN string) (set Set, err error) {
	err = s.View(ctx, func(r Reader) error {
		set, err = in(ctx, r, setARN)
		return err
	})
	return set, err
}

// Named returns the set with a name; a NotFound fault when there is none.
func (s *Service) Named(ctx context.Context, name string) (set Set, err error) {
	err = s.View(ctx, func(r Reader) error {
		var found bool
		set, found, err = r.PermissionSetNamed(ctx, name)
		if err == nil && !found {
			err = fault.Newf(fault.NotFound, "Could not find PermissionSet with name %s.", name)
		}
		return err
	})
	return set, err
}

// Sets lists the ARNs of an instance's sets, sorted.
func (s *Service) Sets(ctx context.Context, instanceARN string, page paging.Page) (arns []string, next string, err error) {
	err = s.View(ctx, func(r Reader) error {
		arns, err = r.PermissionSetARNs(ctx, instanceARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	arns, next = paging.Cut(arns, page.Limit, itself)
	return arns, next, err
}

func itself(text string) string { return text }

// Change is what an update of a set gives anew; nil leaves a member as it is.
type Change struct {
	Description, SessionDuration, RelayState *string
}

// Update changes a set. Accounts follow at the next provisioning.
func (s *Service) Update(ctx context.Context, setARN string, c Change) error {
	return s.InTx(ctx, func(tx Tx) error {
		set, err := in(ctx, tx, setARN)
		if err != nil {
			return err
		}
		for member, value := range map[*string]*string{&set.Description: c.Description, &set.SessionDuration: c.SessionDuration, &set.RelayState: c.RelayState} {
			if value != nil {
				*member = *value
			}
		}
		if err := set.Validate(); err != nil {
			return err
		}
		return tx.UpdatePermissionSet(ctx, set)
	})
}

// Delete removes a set; a Conflict while it is assigned or provisioned.
func (s *Service) Delete(ctx context.Context, setARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		used, err := tx.PermissionSetInUse(ctx, setARN)
		if err != nil {
			return err
		}
		if used {
			return fault.Newf(fault.Conflict, "Could not delete because PermissionSet has ApplicationProfile associated with it")
		}
		return tx.DeletePermissionSet(ctx, setARN)
	})
}
