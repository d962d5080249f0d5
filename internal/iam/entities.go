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

// Kind is the kind of an entity. Its text is the first part of the entity's
// resource name and the word that AWS's messages use.
type Kind string

// The kinds of entities.
const (
	UserKind  Kind = "user"
	GroupKind Kind = "group"
	RoleKind  Kind = "role"
)

// title is the kind as it begins a sentence or ends a quota's name.
func (k Kind) title() string {
	switch k {
	case UserKind:
		return "User"
	case GroupKind:
		return "Group"
	case RoleKind:
		return "Role"
	}
	return string(k)
}

// idPrefix begins the unique ids of the kind.
func (k Kind) idPrefix() string {
	switch k {
	case UserKind:
		return "AIDA"
	case GroupKind:
		return "AGPA"
	case RoleKind:
		return "AROA"
	}
	return ""
}

// Entity is what users, groups and roles have in common.
type Entity struct {
	Kind          Kind
	Account       arn.AccountID
	Name          string // 1–64 of [\w+=,.@-] (groups 128), unique in the account but for case
	Path          string // begins and ends with /; at most 512 characters
	ID            string // AIDA…, AGPA… or AROA…; never used again
	ARN           string
	BoundaryARN   string // the managed policy that bounds it; "" for none; never of groups
	Tags          map[string]string
	Created       time.Time
	Protected     bool // made for a permission set: only Foyer may change it
	ServiceLinked bool // made for an AWS service: only that service may change it
}

// Ref names an entity.
type Ref struct {
	Account arn.AccountID
	Kind    Kind
	Name    string
}

// Ref returns e's own name.
func (e Entity) Ref() Ref { return Ref{e.Account, e.Kind, e.Name} }

// EntityARN is how an entity is named to the outside.
func EntityARN(account arn.AccountID, kind Kind, path, name string) string {
	return arn.IAM(account, string(kind)+path+name)
}

// writable refuses e to everyone but Foyer when it is protected.
func (e Entity) writable() error {
	if e.Protected || e.ServiceLinked {
		return unmodifiable(e.Name)
	}
	return nil
}

// describable is writable for tags and descriptions, which people may give to
// the roles of AWS services too.
func (e Entity) describable() error {
	if e.Protected {
		return unmodifiable(e.Name)
	}
	return nil
}

// EntityTx stores entities. Names are met without regard to case.
type EntityTx interface {
	// InsertIAMEntity reports false when the name is taken.
	InsertIAMEntity(context.Context, Entity) (bool, error)
	// UpdateIAMEntity writes name, path, boundary and tags of the entity with e's ID.
	UpdateIAMEntity(ctx context.Context, e Entity) error
	// DeleteIAMEntity removes the entity with this ID alone, nothing it holds.
	DeleteIAMEntity(ctx context.Context, id string) error
	IAMEntity(context.Context, Ref) (Entity, bool, error)
	// IAMEntityCount counts the entities of a kind that an account's own people made.
	IAMEntityCount(ctx context.Context, account arn.AccountID, kind Kind) (int, error)
	// IAMEntities lists by Key of the name.
	IAMEntities(ctx context.Context, account arn.AccountID, kind Kind, pathPrefix string, page paging.Page) ([]Entity, error)

	// InsertIAMRole reports false when the name is taken.
	InsertIAMRole(context.Context, Role) (bool, error)
	// UpdateIAMRole writes description, trust policy and longest session of the role with r's ID.
	UpdateIAMRole(ctx context.Context, r Role) error
	IAMRole(ctx context.Context, account arn.AccountID, name string) (Role, bool, error)
	// IAMRoles lists by Key of the name.
	IAMRoles(ctx context.Context, account arn.AccountID, pathPrefix string, page paging.Page) ([]Role, error)
}

// Entity returns what users, groups and roles have in common, or a NotFound fault.
func (s *Service) Entity(ctx context.Context, ref Ref) (e Entity, err error) {
	err = s.View(ctx, func(tx Tx) error {
		e, err = entity(ctx, tx, ref)
		return err
	})
	return e, err
}

func entity(ctx context.Context, tx Tx, ref Ref) (Entity, error) {
	e, found, err := tx.IAMEntity(ctx, ref)
	if err != nil {
		return Entity{}, fmt.Errorf("%s %s of %s: %w", ref.Kind, ref.Name, ref.Account, err)
	}
	if !found {
		return Entity{}, notFound(ref)
	}
	return e, nil
}

// writableEntity is entity for a change.
func writableEntity(ctx context.Context, tx Tx, ref Ref) (Entity, error) {
	e, err := entity(ctx, tx, ref)
	if err != nil {
		return Entity{}, err
	}
	return e, e.writable()
}

func notFound(ref Ref) error {
	return fault.Newf(fault.NotFound, "The %s with name %s cannot be found.", ref.Kind, ref.Name)
}

func alreadyExists(ref Ref) error {
	return fault.Newf(fault.Conflict, "%s with name %s already exists.", ref.Kind.title(), ref.Name)
}

// room refuses what was just made when the account has one too many of its kind.
func (s *Service) room(ctx context.Context, tx Tx, account arn.AccountID, kind Kind) error {
	q, most := s.quotas(), 0
	switch kind {
	case UserKind:
		most = q.Users
	case GroupKind:
		most = q.Groups
	case RoleKind:
		most = q.Roles
	}
	if most < 0 {
		return nil
	}
	have, err := tx.IAMEntityCount(ctx, account, kind)
	if err == nil && quota.Exceeded(most, have) {
		err = exceeded(kind.title()+"sPerAccount", most)
	}
	return err
}

// newEntity makes an entity with a fresh id; path "" means "/".
func (s *Service) newEntity(ref Ref, path string, now time.Time) Entity {
	if path == "" {
		path = "/"
	}
	return Entity{
		Kind: ref.Kind, Account: ref.Account, Name: ref.Name, Path: path,
		ID:  s.Mint.UniqueID(ref.Kind.idPrefix()),
		ARN: EntityARN(ref.Account, ref.Kind, path, ref.Name), Created: now,
	}
}

// entities lists one page of a kind and the key after which the next begins.
func (s *Service) entities(ctx context.Context, account arn.AccountID, kind Kind, pathPrefix string, page paging.Page) (all []Entity, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.IAMEntities(ctx, account, kind, pathPrefix, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list %ss of %s: %w", kind, account, err)
	}
	all, next = paging.Cut(all, page.Limit, func(e Entity) string { return Key(e.Name) })
	return all, next, nil
}

// rename gives e a new name or path; "" leaves either as it is.
func rename(ctx context.Context, tx Tx, e Entity, newName, newPath string) error {
	if newName != "" && newName != e.Name {
		if Key(newName) != Key(e.Name) {
			to := Ref{e.Account, e.Kind, newName}
			_, taken, err := tx.IAMEntity(ctx, to)
			if err != nil {
				return err
			}
			if taken {
				return alreadyExists(to)
			}
		}
		e.Name = newName
	}
	if newPath != "" {
		e.Path = newPath
	}
	return tx.UpdateIAMEntity(ctx, e)
}

// deleteBare deletes e when it holds no policies any more.
func deleteBare(ctx context.Context, tx Tx, e Entity) error {
	attached, err := tx.IAMAttachments(ctx, e.ID)
	if err != nil {
		return err
	}
	if len(attached) > 0 {
		return inUse("Cannot delete entity, must detach all policies first.")
	}
	inline, err := tx.IAMInlinePolicyNames(ctx, e.ID, paging.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(inline) > 0 {
		return inUse("Cannot delete entity, must delete policies first.")
	}
	return tx.DeleteIAMEntity(ctx, e.ID)
}
