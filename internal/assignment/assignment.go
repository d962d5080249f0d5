// Package assignment holds who has which permission set in which account.
//
// Creating and deleting an assignment begins its provisioning in the same
// transaction, so that an acknowledged change is never forgotten. An assignment
// counts once its role is there; until then, or when the role cannot be made,
// nobody sees it.
package assignment

import (
	"context"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/quota"
)

// PrincipalType is the kind of who is assigned, in the API's words.
type PrincipalType string

// The kinds of principals.
const (
	User  PrincipalType = "USER"
	Group PrincipalType = "GROUP"
)

// Assignment gives a principal a permission set in an account.
type Assignment struct {
	Account       arn.AccountID
	Set           string // ARN of the permission set
	PrincipalType PrincipalType
	PrincipalID   string // of a user or group of the directory
	Created       time.Time
}

// Key sorts and identifies assignments: by account, set, type and id.
func (a Assignment) Key() string {
	return strings.Join([]string{string(a.Account), a.Set, string(a.PrincipalType), a.PrincipalID}, "|")
}

// ParseKey is the inverse of [Assignment.Key]; of a text that is no key it
// makes the assignment that sorts first.
func ParseKey(key string) Assignment {
	parts := strings.Split(key, "|")
	if len(parts) != 4 {
		return Assignment{}
	}
	return Assignment{Account: arn.AccountID(parts[0]), Set: parts[1], PrincipalType: PrincipalType(parts[2]), PrincipalID: parts[3]}
}

// request is a's provisioning.
func (a Assignment) request(kind provisioning.Kind) provisioning.Request {
	return provisioning.Request{Kind: kind, Set: a.Set, Account: a.Account, PrincipalType: string(a.PrincipalType), PrincipalID: a.PrincipalID}
}

// Tx is what assignments need of one transaction. Its listings are of active
// assignments, by [Assignment.Key].
type Tx interface {
	Now() time.Time
	PermissionSet(ctx context.Context, setARN string) (permissionset.Set, bool, error)
	ProvisionedRole(ctx context.Context, p provisioning.Pair) (provisioning.Provisioned, bool, error)
	// AssignmentsIn lists those of a set in an account.
	AssignmentsIn(ctx context.Context, account arn.AccountID, setARN string, page paging.Page) ([]Assignment, error)
	// AssignmentsFor lists a group's own, and those a user has, also through
	// groups; account "" means all.
	AssignmentsFor(ctx context.Context, kind PrincipalType, id string, account arn.AccountID, page paging.Page) ([]Assignment, error)

	// ProvisioningWanted reports whether anybody is assigned, or about to be.
	ProvisioningWanted(ctx context.Context, p provisioning.Pair) (bool, error)
	CountProvisionedSets(ctx context.Context, account arn.AccountID) (int, error)
	// PutAssignment adds an assignment that is not active yet; one that is there
	// stays as it is.
	PutAssignment(ctx context.Context, a Assignment) error
	DeleteAssignment(ctx context.Context, a Assignment) (deleted bool, err error)
}

// Provisioning carries assignments into accounts. *provisioning.Service does.
type Provisioning interface {
	// Begin starts a request in the transaction of ctx.
	Begin(ctx context.Context, r provisioning.Request) (provisioning.Operation, error)
	// Ask is Begin for what an administrator asks for, who may ask for too much
	// at a time: that is Throttled, or a Conflict.
	Ask(ctx context.Context, r provisioning.Request) (provisioning.Operation, error)
	// Refuse records a request that has failed from the start.
	Refuse(ctx context.Context, r provisioning.Request, reason string) (provisioning.Operation, error)
}

// Accounts knows the accounts of the organization.
type Accounts interface {
	AccountExists(ctx context.Context, id arn.AccountID) (bool, error)
}

// Service keeps assignments. All fields but Quotas are required. What changes must be
// called in a unit of work, so that provisioning joins its transaction.
type Service struct {
	InTx         func(context.Context, func(Tx) error) error // joins the unit of work of the context
	View         func(context.Context, func(Tx) error) error // for reading
	Provisioning Provisioning
	Accounts     Accounts
	// PrincipalExists looks for a user or group in the organization's identity store.
	PrincipalExists func(ctx context.Context, kind PrincipalType, id string) (bool, error)
	// Quotas bound what is provisioned in an account; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// checkTarget fails with NotFound unless the set and the account exist.
func (s *Service) checkTarget(ctx context.Context, tx Tx, setARN string, account arn.AccountID) error {
	_, found, err := tx.PermissionSet(ctx, setARN)
	if err != nil {
		return err
	}
	if !found {
		return fault.Newf(fault.NotFound, "Could not find PermissionSet with ARN %s.", setARN)
	}
	if account == "" {
		return nil
	}
	exists, err := s.Accounts.AccountExists(ctx, account)
	if err == nil && !exists {
		err = fault.Newf(fault.NotFound, "Account %s does not exist in the organization.", account)
	}
	return err
}

func (s *Service) checkPrincipal(ctx context.Context, kind PrincipalType, id string) error {
	exists, err := s.PrincipalExists(ctx, kind, id)
	if err == nil && !exists {
		err = fault.Newf(fault.NotFound, "%s with id %s does not exist in the identity store.", kind, id)
	}
	return err
}
