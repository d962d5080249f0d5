// Package provisioning makes accounts hold what is assigned in them.
//
// Desired is: for each account and permission set with at least one assignment,
// one role equal to the permission set. What was last written is kept by its
// revision. A durable job for each such pair compares the two and writes the
// difference; it may run any number of times. The requests that administrators
// watch (CreateAccountAssignment, ProvisionPermissionSet, …) are views of these
// jobs: they settle when the jobs they wait for have ended.
package provisioning

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/jobs"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/saml"
)

// Kind says what a request is for.
type Kind string

// The kinds of requests.
const (
	KindCreate    Kind = "CREATE"    // an account assignment is created
	KindDelete    Kind = "DELETE"    // an account assignment is deleted
	KindProvision Kind = "PROVISION" // a changed permission set is brought to its accounts
	KindRemove    Kind = "REMOVE"    // roles go with an account that has left, or with the principal that had them
	KindRepair    Kind = "REPAIR"    // roles that somebody else has changed are written again
)

// Status says how far a request has come.
type Status string

// The statuses, as the API names them.
const (
	InProgress Status = "IN_PROGRESS"
	Failed     Status = "FAILED"
	Succeeded  Status = "SUCCEEDED"
)

// Request asks for accounts to follow a permission set.
type Request struct {
	Kind          Kind
	Set           string        // ARN of the permission set
	Account       arn.AccountID // "" means every account that it concerns
	PrincipalType string        // of the assignment that is created or deleted, or of who is deleted; "" otherwise
	PrincipalID   string
}

// Operation is a request and how it stands.
type Operation struct {
	Request
	ID      string // a UUID
	Status  Status
	Reason  string // why it failed; of many reasons the first
	Created time.Time
	Progress
}

// Progress counts roles: a request is over when none is left.
type Progress struct {
	Done, Failed, Left int
}

// Failure is why one role of a request about many could not be made.
type Failure struct {
	Pair
	Reason string
}

// Key sorts and identifies the failures of an operation.
func (f Failure) Key() string { return string(f.Account) + " " + f.Set }

// Freshness selects by whether a role equals its permission set as it is now.
type Freshness string

// The selections; the empty one is all.
const (
	Latest   Freshness = "LATEST_PERMISSION_SET_PROVISIONED"
	Outdated Freshness = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
)

// Pair is a permission set in an account.
type Pair struct {
	Account arn.AccountID
	Set     string
}

// Provisioned is a role as it was last written.
type Provisioned struct {
	Pair
	RoleName string
	Revision string // of the permission set's content, or Spoilt
}

// Spoilt is the revision of a role that is not as it was written.
const Spoilt = ""

// Tx is what provisioning needs of one transaction.
type Tx interface {
	jobs.Tx
	PermissionSetContent(ctx context.Context, setARN string) (permissionset.Content, bool, error)
	// ProvisioningWanted reports whether anybody is assigned, or about to be.
	ProvisioningWanted(ctx context.Context, p Pair) (bool, error)

	ProvisionedRole(ctx context.Context, p Pair) (Provisioned, bool, error)
	PutProvisionedRole(context.Context, Provisioned) error
	PutProvisionedRoles(context.Context, []Provisioned) error
	DeleteProvisionedRole(context.Context, Pair) error
	// ProvisionedAccounts lists by account; ProvisionedSets by permission set.
	ProvisionedAccounts(ctx context.Context, set string, page paging.Page) ([]Provisioned, error)
	ProvisionedSets(ctx context.Context, account arn.AccountID, page paging.Page) ([]Provisioned, error)

	// PutProvisioningOperation stores an operation that waits for pairs.
	PutProvisioningOperation(ctx context.Context, o Operation, waitsFor []Pair) error
	ProvisioningOperation(ctx context.Context, kind Kind, id string) (Operation, bool, error)
	// ProvisioningOperations lists by id, newest first; status "" means all.
	ProvisioningOperations(ctx context.Context, kind Kind, status Status, page paging.Page) ([]Operation, error)
	// ProvisioningFailures lists by account and set, after a [Failure.Key].
	ProvisioningFailures(ctx context.Context, operation string, page paging.Page) ([]Failure, error)
	// ProvisioningInProgress adds up the operations of a kind that are in progress.
	ProvisioningInProgress(ctx context.Context, kind Kind) (operations int, p Progress, err error)
	// ProvisioningWaits are the pairs of an account that operations wait for.
	ProvisioningWaits(ctx context.Context, account arn.AccountID) ([]Pair, error)
	// AssignedSets are the sets that are assigned in an account, active or not.
	AssignedSets(ctx context.Context, account arn.AccountID) ([]string, error)
	PermissionSetNamed(ctx context.Context, name string) (permissionset.Set, bool, error)
	// DeleteAssignmentsIn removes all assignments in an account, active or not.
	DeleteAssignmentsIn(ctx context.Context, account arn.AccountID) (int, error)
	// AssignedToNoOther lists, by account and set, what a principal is assigned,
	// active or not, and nobody else is.
	AssignedToNoOther(ctx context.Context, principalType, principalID string) ([]Pair, error)
	// DeleteAssignmentsOf removes all assignments of a principal, active or not.
	DeleteAssignmentsOf(ctx context.Context, principalType, principalID string) error
	// FailCreationsFor ends what is being created for a principal: it has failed for a reason.
	FailCreationsFor(ctx context.Context, principalType, principalID, reason string) error
	// EndProvisioningWait takes a pair, done or failed for a reason, from the
	// operations that wait for it, and answers those. One that waits for nothing
	// more has failed when any of its pairs has, else succeeded.
	EndProvisioningWait(ctx context.Context, p Pair, reason string) ([]Operation, error)
	// ActivateAssignment lets a principal use an assignment that was pending.
	ActivateAssignment(context.Context, Request) error
	// DropPendingAssignment removes an assignment that never became active.
	DropPendingAssignment(context.Context, Request) error
	// PurgeProvisioning removes up to limit settled operations from before a time.
	PurgeProvisioning(ctx context.Context, before time.Time, limit int) (int, error)
}

// Instance names what is put into accounts. *instance.Service answers it.
type Instance interface {
	Instance(context.Context) (instance.Instance, error)
	Signer(context.Context) (*saml.Signer, error)
}

// Service is the provisioning of one instance. All fields but Pace are required.
type Service struct {
	InTx     func(context.Context, func(Tx) error) error // commits when the function returns nil
	View     func(context.Context, func(Tx) error) error // for reading
	Mint     mint.Mint
	Queue    *jobs.Queue
	Instance Instance
	Accounts Accounts
	Pace     Pace // of what administrators ask for
}

// Begin starts a request, in the transaction of ctx when there is one.
func (s *Service) Begin(ctx context.Context, r Request) (o Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		waitsFor := []Pair{{r.Account, r.Set}}
		if r.Account == "" {
			if waitsFor, err = everyAccount(ctx, tx, r.Set); err != nil {
				return err
			}
		}
		o, err = s.begin(ctx, tx, r, waitsFor)
		return err
	})
	if err != nil {
		return Operation{}, fmt.Errorf("begin %s of %s: %w", r.Kind, r.Set, err)
	}
	return o, nil
}

// begin stores an operation that waits for pairs, and a job for each.
func (s *Service) begin(ctx context.Context, tx Tx, r Request, waitsFor []Pair) (Operation, error) {
	o := Operation{
		Request: r, ID: s.Mint.TimeUUID(tx.Now()), Status: InProgress, Created: tx.Now(), Progress: Progress{Left: len(waitsFor)},
	}
	if len(waitsFor) == 0 {
		o.Status = Succeeded
	}
	if err := tx.PutProvisioningOperation(ctx, o, waitsFor); err != nil {
		return Operation{}, err
	}
	names := make([]jobs.Job, len(waitsFor))
	for n, p := range waitsFor {
		names[n] = jobs.Job{Lane: string(p.Account), Name: p.Set}
	}
	return o, s.Queue.EnqueueAll(ctx, tx, names)
}

// Refuse records a request that has failed from the start.
func (s *Service) Refuse(ctx context.Context, r Request, reason string) (o Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		o = Operation{Request: r, ID: s.Mint.TimeUUID(tx.Now()), Status: Failed, Reason: reason, Created: tx.Now()}
		return tx.PutProvisioningOperation(ctx, o, nil)
	})
	if err != nil {
		return Operation{}, fmt.Errorf("refuse %s of %s: %w", r.Kind, r.Set, err)
	}
	return o, nil
}

const pageSize = 1000

func everyAccount(ctx context.Context, tx Tx, set string) (all []Pair, err error) {
	page := paging.Page{Limit: pageSize}
	for {
		some, err := tx.ProvisionedAccounts(ctx, set, page)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			all = append(all, p.Pair)
			page.After = string(p.Account)
		}
		if len(some) < page.Limit {
			return all, nil
		}
	}
}

// Describe returns an operation; a NotFound fault when there is none of the kind and id.
func (s *Service) Describe(ctx context.Context, kind Kind, id string) (o Operation, err error) {
	var found bool
	err = s.View(ctx, func(tx Tx) error {
		o, found, err = tx.ProvisioningOperation(ctx, kind, id)
		return err
	})
	if err == nil && !found {
		err = fault.Newf(fault.NotFound, "The request %s does not exist.", id)
	}
	return o, err
}

// Operations lists the operations of a kind, newest first; status "" means all.
func (s *Service) Operations(ctx context.Context, kind Kind, status Status, page paging.Page) (all []Operation, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.ProvisioningOperations(ctx, kind, status, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, func(o Operation) string { return o.ID })
	return all, next, err
}

// retained is how long settled operations can be described.
const retained = 90 * 24 * time.Hour

// Purge removes up to limit operations that settled long ago, and answers how many.
func (s *Service) Purge(ctx context.Context, now time.Time, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		n, err = tx.PurgeProvisioning(ctx, now.Add(-retained), limit)
		return err
	})
	return n, err
}
