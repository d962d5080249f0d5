package application

import (
	"context"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/paging"
)

// PrincipalType is the kind of who is assigned, in the API's words.
type PrincipalType string

// The kinds of principals.
const (
	User  PrincipalType = "USER"
	Group PrincipalType = "GROUP"
)

// Principal is a user or group of the instance's identity store.
type Principal struct {
	Type PrincipalType
	ID   string
}

// Assignment lets a principal use an application.
type Assignment struct {
	Application string // ARN
	Principal   Principal
}

// Key sorts and identifies assignments.
func (a Assignment) Key() string {
	return a.Application + "|" + string(a.Principal.Type) + "|" + a.Principal.ID
}

// ParseKey is the inverse of [Assignment.Key]; of a text that is no key it
// makes the assignment that sorts first.
func ParseKey(key string) Assignment {
	parts := strings.Split(key, "|")
	if len(parts) != 3 {
		return Assignment{}
	}
	return Assignment{parts[0], Principal{PrincipalType(parts[1]), parts[2]}}
}

// Assign lets a principal use an application. An unknown application or
// principal is NotFound, an assignment that exists a Conflict.
func (s *Service) Assign(ctx context.Context, a Assignment) error {
	return s.InTx(ctx, func(tx Tx) error {
		if err := s.check(ctx, tx, a); err != nil {
			return err
		}
		created, err := tx.PutApplicationAssignment(ctx, a)
		if err == nil && !created {
			err = fault.Newf(fault.Conflict, "%s %s is already assigned to application %s.", a.Principal.Type, a.Principal.ID, a.Application)
		}
		return err
	})
}

// check fails with NotFound unless the application and the principal exist.
func (s *Service) check(ctx context.Context, r Reader, a Assignment) error {
	there, err := in(ctx, r, a.Application)
	if err != nil {
		return err
	}
	return s.checkPrincipal(ctx, there.InstanceARN, a.Principal)
}

func (s *Service) checkPrincipal(ctx context.Context, instanceARN string, p Principal) error {
	i, err := s.Instance(ctx, instanceARN)
	if err != nil {
		return err
	}
	exists, err := s.PrincipalExists(ctx, i, p)
	if err == nil && !exists {
		err = fault.Newf(fault.NotFound, "%s with id %s does not exist in the identity store.", p.Type, p.ID)
	}
	return err
}

// Unassign ends an assignment; one that does not exist is NotFound.
func (s *Service) Unassign(ctx context.Context, a Assignment) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, a.Application); err != nil {
			return err
		}
		deleted, err := tx.DeleteApplicationAssignment(ctx, a)
		if err == nil && !deleted {
			err = unassigned(a)
		}
		return err
	})
}

// Assigned returns a NotFound fault unless the assignment exists.
func (s *Service) Assigned(ctx context.Context, a Assignment) error {
	return s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, a.Application); err != nil {
			return err
		}
		found, err := r.ApplicationAssigned(ctx, a)
		if err == nil && !found {
			err = unassigned(a)
		}
		return err
	})
}

func unassigned(a Assignment) error {
	return fault.Newf(fault.NotFound, "%s %s is not assigned to application %s.", a.Principal.Type, a.Principal.ID, a.Application)
}

// Assignments lists who is assigned to an application.
func (s *Service) Assignments(ctx context.Context, applicationARN string, page paging.Page) (all []Assignment, next string, err error) {
	err = s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, applicationARN); err != nil {
			return err
		}
		all, err = r.ApplicationAssignments(ctx, applicationARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, Assignment.Key)
	return all, next, err
}

// AssignmentsFor lists what a principal is assigned to: a group's own; a user's
// own and those of the user's groups, which name the group. applicationARN ""
// means all of the instance.
func (s *Service) AssignmentsFor(ctx context.Context, instanceARN string, p Principal, applicationARN string, page paging.Page) (all []Assignment, next string, err error) {
	if err := s.checkPrincipal(ctx, instanceARN, p); err != nil {
		return nil, "", err
	}
	err = s.View(ctx, func(r Reader) error {
		all, err = r.ApplicationAssignmentsFor(ctx, instanceARN, p, applicationARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, Assignment.Key)
	return all, next, err
}

// PrincipalGone takes away all that a deleted user or group was assigned to.
func (s *Service) PrincipalGone(ctx context.Context, p Principal) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.DeleteApplicationAssignmentsOf(ctx, p) })
}
