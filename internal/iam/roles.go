package iam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
	"foyer/internal/quota"
)

// Role is a role. Its trust policy says who may assume it.
type Role struct {
	Entity
	Description string        // at most 1,000 characters
	TrustPolicy string        // JSON, as it was given
	MaxSession  time.Duration // 1–12 hours: the longest role session
}

// DefaultMaxSession is the longest session of a role that does not say.
const DefaultMaxSession = time.Hour

// Bounds of MaxSession.
const (
	minMaxSession = time.Hour
	maxMaxSession = 12 * time.Hour
)

// Names and paths that only Foyer gives.
const (
	ReservedRolePrefix = "AWSReservedSSO_"
	ReservedPath       = "/aws-reserved/"
	ServiceRolePath    = "/aws-service-role/"
)

// NewRole is what a role is made from.
type NewRole struct {
	Account     arn.AccountID
	Name        string
	Path        string // "" means "/"
	Description string
	TrustPolicy string
	MaxSession  time.Duration // 0 means DefaultMaxSession
	BoundaryARN string        // "" for none
	Tags        []Tag
}

// CreateRole makes a role. Names beginning with AWSReservedSSO_ and the paths
// of protected roles are refused.
func (s *Service) CreateRole(ctx context.Context, n NewRole) (Role, error) {
	if err := freeName(n.Name, n.Path); err != nil {
		return Role{}, err
	}
	var role Role
	err := s.InTx(ctx, func(tx Tx) (err error) {
		if role, err = s.createRole(ctx, tx, n, false); err != nil {
			return err
		}
		if err := checkPrincipals(ctx, tx, n.Account, n.TrustPolicy); err != nil {
			return err
		}
		return s.room(ctx, tx, n.Account, RoleKind)
	})
	return role, err
}

// freeName refuses the role names and paths that only Foyer gives.
func freeName(name, path string) error {
	if strings.HasPrefix(Key(name), Key(ReservedRolePrefix)) {
		return fault.Newf(fault.Invalid, "The role name %s is not valid: names that begin with %s are reserved for AWS IAM Identity Center.", name, ReservedRolePrefix)
	}
	for _, reserved := range []string{ReservedPath, ServiceRolePath} {
		if strings.HasPrefix(path, reserved) {
			return fault.Newf(fault.Invalid, "The path %s is not valid: paths that begin with %s are reserved for AWS.", path, reserved)
		}
	}
	return nil
}

func (s *Service) createRole(ctx context.Context, tx Tx, n NewRole, serviceLinked bool) (role Role, err error) {
	role = Role{
		Entity:      s.newEntity(Ref{n.Account, RoleKind, n.Name}, n.Path, tx.Now()),
		Description: n.Description, TrustPolicy: n.TrustPolicy, MaxSession: n.MaxSession,
	}
	role.ServiceLinked = serviceLinked
	if role.MaxSession == 0 {
		role.MaxSession = DefaultMaxSession
	}
	if err := s.validRole(role); err != nil {
		return Role{}, err
	}
	if role.Tags, err = newTags(n.Tags); err != nil {
		return Role{}, err
	}
	if role.BoundaryARN, err = boundary(ctx, tx, n.Account, n.BoundaryARN); err != nil {
		return Role{}, err
	}
	made, err := tx.InsertIAMRole(ctx, role)
	if err == nil && !made {
		err = alreadyExists(role.Ref())
	}
	return role, err
}

// validRole returns an Invalid or Quota fault naming the first rule that r breaks.
func (s *Service) validRole(r Role) error {
	if r.MaxSession < minMaxSession || r.MaxSession > maxMaxSession {
		return fault.Newf(fault.Invalid, "The requested MaxSessionDuration of %d seconds is not between %d and %d.",
			int64(r.MaxSession/time.Second), int64(minMaxSession/time.Second), int64(maxMaxSession/time.Second))
	}
	if err := checkDocument(r.TrustPolicy, policy.Trust); err != nil {
		return err
	}
	if most := s.quotas().TrustCharacters; quota.Exceeded(most, size(r.TrustPolicy)) {
		return exceeded("ACLSizePerRole", most)
	}
	return nil
}

// Role returns a role by its name, which is met without regard to case, or a
// NotFound fault. Who has an ARN must compare it with the role's own.
func (s *Service) Role(ctx context.Context, account arn.AccountID, name string) (role Role, err error) {
	err = s.View(ctx, func(tx Tx) error {
		role, err = roleOf(ctx, tx, account, name)
		return err
	})
	return role, err
}

func roleOf(ctx context.Context, tx Tx, account arn.AccountID, name string) (Role, error) {
	role, found, err := tx.IAMRole(ctx, account, name)
	if err != nil {
		return Role{}, fmt.Errorf("role %s of %s: %w", name, account, err)
	}
	if !found {
		return Role{}, notFound(Ref{account, RoleKind, name})
	}
	return role, nil
}

// Roles lists the roles whose path begins with pathPrefix, by name.
func (s *Service) Roles(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) (all []Role, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.IAMRoles(ctx, account, pathPrefix, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list roles of %s: %w", account, err)
	}
	all, next = paging.Cut(all, page.Limit, func(r Role) string { return Key(r.Name) })
	return all, next, nil
}

// RoleChange is what UpdateRole changes; nil leaves a field as it is.
type RoleChange struct {
	Description *string
	MaxSession  *time.Duration
	TrustPolicy *string
}

// UpdateRole changes a role and returns it.
func (s *Service) UpdateRole(ctx context.Context, account arn.AccountID, name string, change RoleChange) (role Role, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if role, err = roleOf(ctx, tx, account, name); err != nil {
			return err
		}
		if err := role.takes(change); err != nil {
			return err
		}
		if change.Description != nil {
			role.Description = *change.Description
		}
		if change.MaxSession != nil {
			role.MaxSession = *change.MaxSession
		}
		if change.TrustPolicy != nil {
			role.TrustPolicy = *change.TrustPolicy
		}
		if err := s.validRole(role); err != nil {
			return err
		}
		if change.TrustPolicy != nil {
			if err := checkPrincipals(ctx, tx, account, role.TrustPolicy); err != nil {
				return err
			}
		}
		return tx.UpdateIAMRole(ctx, role)
	})
	return role, err
}

// takes refuses what the role's kind does not let people change.
func (r Role) takes(c RoleChange) error {
	if c.MaxSession == nil && c.TrustPolicy == nil {
		return r.describable()
	}
	return r.writable()
}

// DeleteRole deletes a role that holds no policies any more.
func (s *Service) DeleteRole(ctx context.Context, account arn.AccountID, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, Ref{account, RoleKind, name})
		if err != nil {
			return err
		}
		if err := outOfProfiles(ctx, tx, e); err != nil {
			return err
		}
		return deleteBare(ctx, tx, e)
	})
}
