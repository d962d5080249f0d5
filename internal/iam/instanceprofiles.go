package iam

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// InstanceProfile carries a role to a machine. It holds one role at most.
type InstanceProfile struct {
	ARN     string
	Account arn.AccountID
	Name    string // 1–128 of [\w+=,.@-], unique in the account but for case
	Path    string // begins and ends with /; at most 512 characters
	ID      string // AIPA…
	Created time.Time
	Tags    map[string]string
	Role    *Role // nil for none
}

// RoleID is the id of the role in the profile; "" for none.
func (p InstanceProfile) RoleID() string {
	if p.Role == nil {
		return ""
	}
	return p.Role.ID
}

// InstanceProfileARN is how an instance profile is named to the outside.
func InstanceProfileARN(account arn.AccountID, path, name string) string {
	return arn.IAM(account, "instance-profile"+path+name)
}

// ProfilesQuery says which instance profiles of an account are listed.
type ProfilesQuery struct {
	PathPrefix string
	RoleID     string // those that hold this role; "" for all
}

// InstanceProfileTx stores instance profiles. Names are met without regard to case.
type InstanceProfileTx interface {
	// InsertInstanceProfile reports false when the name is taken.
	InsertInstanceProfile(context.Context, InstanceProfile) (bool, error)
	// UpdateInstanceProfile writes the tags and the role.
	UpdateInstanceProfile(context.Context, InstanceProfile) error
	DeleteInstanceProfile(ctx context.Context, account arn.AccountID, name string) error
	InstanceProfile(ctx context.Context, account arn.AccountID, name string) (InstanceProfile, bool, error)
	// InstanceProfiles lists by Key of the name.
	InstanceProfiles(ctx context.Context, account arn.AccountID, q ProfilesQuery, page paging.Page) ([]InstanceProfile, error)
	// InstanceProfileCount counts those of an account.
	InstanceProfileCount(context.Context, arn.AccountID) (int, error)
}

// NewInstanceProfile is what an instance profile is made from.
type NewInstanceProfile struct {
	Account arn.AccountID
	Name    string
	Path    string // "" means "/"
	Tags    []Tag
}

// CreateInstanceProfile makes an instance profile without a role.
func (s *Service) CreateInstanceProfile(ctx context.Context, n NewInstanceProfile) (p InstanceProfile, err error) {
	if n.Path == "" {
		n.Path = "/"
	}
	err = s.InTx(ctx, func(tx Tx) error {
		p = InstanceProfile{
			ARN: InstanceProfileARN(n.Account, n.Path, n.Name), Account: n.Account, Name: n.Name, Path: n.Path,
			ID: s.Mint.UniqueID("AIPA"), Created: tx.Now(),
		}
		if p.Tags, err = newTags(n.Tags); err != nil {
			return err
		}
		made, err := tx.InsertInstanceProfile(ctx, p)
		if err != nil {
			return fmt.Errorf("create %s: %w", p.ARN, err)
		}
		if !made {
			return fault.Newf(fault.Conflict, "Instance Profile %s already exists.", n.Name)
		}
		have, err := tx.InstanceProfileCount(ctx, n.Account)
		if most := s.quotas().InstanceProfiles; err == nil && quota.Exceeded(most, have) {
			err = exceeded("InstanceProfilesPerAccount", most)
		}
		return err
	})
	return p, err
}

// InstanceProfile returns an instance profile, or a NotFound fault.
func (s *Service) InstanceProfile(ctx context.Context, account arn.AccountID, name string) (p InstanceProfile, err error) {
	err = s.View(ctx, func(tx Tx) error {
		p, err = instanceProfile(ctx, tx, account, name)
		return err
	})
	return p, err
}

func instanceProfile(ctx context.Context, tx Tx, account arn.AccountID, name string) (InstanceProfile, error) {
	p, found, err := tx.InstanceProfile(ctx, account, name)
	if err != nil {
		return p, fmt.Errorf("instance profile %s of %s: %w", name, account, err)
	}
	if !found {
		err = fault.Newf(fault.NotFound, "Instance Profile %s cannot be found.", name)
	}
	return p, err
}

// InstanceProfiles lists the instance profiles whose path begins with
// pathPrefix, by name.
func (s *Service) InstanceProfiles(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) (all []InstanceProfile, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, next, err = instanceProfiles(ctx, tx, account, ProfilesQuery{PathPrefix: pathPrefix}, page)
		return err
	})
	return all, next, err
}

// InstanceProfilesOf lists the instance profiles that hold a role, by name.
func (s *Service) InstanceProfilesOf(ctx context.Context, account arn.AccountID, role string, page paging.Page) (all []InstanceProfile, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		e, err := entity(ctx, tx, Ref{account, RoleKind, role})
		if err != nil {
			return err
		}
		all, next, err = instanceProfiles(ctx, tx, account, ProfilesQuery{RoleID: e.ID}, page)
		return err
	})
	return all, next, err
}

func instanceProfiles(ctx context.Context, tx Tx, account arn.AccountID, q ProfilesQuery, page paging.Page) ([]InstanceProfile, string, error) {
	all, err := tx.InstanceProfiles(ctx, account, q, paging.Page{After: page.After, Limit: page.Limit + 1})
	if err != nil {
		return nil, "", fmt.Errorf("list instance profiles of %s: %w", account, err)
	}
	all, next := paging.Cut(all, page.Limit, func(p InstanceProfile) string { return Key(p.Name) })
	return all, next, nil
}

// AddRoleToProfile puts a role into an instance profile that has none.
func (s *Service) AddRoleToProfile(ctx context.Context, account arn.AccountID, profile, role string) error {
	return s.onProfile(ctx, account, profile, func(tx Tx, p *InstanceProfile) error {
		r, err := roleOf(ctx, tx, account, role)
		if err != nil {
			return err
		}
		if err := r.writable(); err != nil {
			return err
		}
		if p.Role != nil {
			return exceeded("InstanceSessionsPerInstanceProfile", 1)
		}
		p.Role = &r
		return nil
	})
}

// RemoveRoleFromProfile takes a role out of an instance profile; one that is
// not in it is a NotFound fault.
func (s *Service) RemoveRoleFromProfile(ctx context.Context, account arn.AccountID, profile, role string) error {
	return s.onProfile(ctx, account, profile, func(tx Tx, p *InstanceProfile) error {
		e, err := writableEntity(ctx, tx, Ref{account, RoleKind, role})
		if err != nil {
			return err
		}
		if p.RoleID() != e.ID {
			return notFound(e.Ref())
		}
		p.Role = nil
		return nil
	})
}

// DeleteInstanceProfile deletes an instance profile that holds no role any more.
func (s *Service) DeleteInstanceProfile(ctx context.Context, account arn.AccountID, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := instanceProfile(ctx, tx, account, name)
		if err != nil {
			return err
		}
		if p.Role != nil {
			return inProfile()
		}
		return tx.DeleteInstanceProfile(ctx, account, name)
	})
}

// inProfile refuses to delete a role, or a profile, while one holds the other.
func inProfile() error {
	return inUse("Cannot delete entity, must remove roles from instance profile first.")
}

// outOfProfiles refuses a role that is in an instance profile.
func outOfProfiles(ctx context.Context, tx Tx, role Entity) error {
	held, err := tx.InstanceProfiles(ctx, role.Account, ProfilesQuery{RoleID: role.ID}, paging.Page{Limit: 1})
	if err == nil && len(held) > 0 {
		err = inProfile()
	}
	return err
}

// TagInstanceProfile adds tags to an instance profile, or gives them new values.
func (s *Service) TagInstanceProfile(ctx context.Context, account arn.AccountID, name string, tags []Tag) error {
	return s.onProfile(ctx, account, name, func(_ Tx, p *InstanceProfile) (err error) {
		p.Tags, err = withTags(p.Tags, tags)
		return err
	})
}

// UntagInstanceProfile removes tags from an instance profile.
func (s *Service) UntagInstanceProfile(ctx context.Context, account arn.AccountID, name string, keys []string) error {
	return s.onProfile(ctx, account, name, func(_ Tx, p *InstanceProfile) error {
		for _, k := range keys {
			p.Tags = withoutTag(p.Tags, k)
		}
		return nil
	})
}

func (s *Service) onProfile(ctx context.Context, account arn.AccountID, name string, change func(Tx, *InstanceProfile) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := instanceProfile(ctx, tx, account, name)
		if err != nil {
			return err
		}
		if err := change(tx, &p); err != nil {
			return err
		}
		return tx.UpdateInstanceProfile(ctx, p)
	})
}
