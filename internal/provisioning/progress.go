package provisioning

import (
	"context"
	"fmt"
	"slices"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Kinds are all kinds of requests.
func Kinds() []Kind { return []Kind{KindCreate, KindDelete, KindProvision, KindRemove, KindRepair} }

// Running adds up the requests of one kind that are in progress.
type Running struct {
	Kind     Kind
	Requests int
	Progress
}

// Running tells how far the requests in progress have come, kind by kind.
func (s *Service) Running(ctx context.Context) (all []Running, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all = nil
		for _, kind := range Kinds() {
			r := Running{Kind: kind}
			if r.Requests, r.Progress, err = tx.ProvisioningInProgress(ctx, kind); err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("provisioning in progress: %w", err)
	}
	return all, nil
}

// Failures lists, by account and permission set, what a request about many
// could not make. An unknown request is NotFound.
func (s *Service) Failures(ctx context.Context, kind Kind, id string, page paging.Page) (all []Failure, next string, err error) {
	if _, err := s.Describe(ctx, kind, id); err != nil {
		return nil, "", err
	}
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.ProvisioningFailures(ctx, id, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, Failure.Key)
	return all, next, err
}

// AccountGone ends, in the transaction of ctx, all assignments in an account
// that leaves the organization or is closed. What waited for the account has
// failed; the operation it answers is over when the account's roles are gone
// and forgotten.
func (s *Service) AccountGone(ctx context.Context, account arn.AccountID) (o Operation, err error) {
	gone := fault.Newf(fault.NotFound, "The account %s is no longer in the organization.", account)
	err = s.InTx(ctx, func(tx Tx) error {
		waits, err := tx.ProvisioningWaits(ctx, account)
		if err != nil {
			return err
		}
		for _, p := range waits {
			if _, err := (step{pair: p, failure: gone}).answer(ctx, tx); err != nil {
				return err
			}
		}
		if _, err := tx.DeleteAssignmentsIn(ctx, account); err != nil {
			return err
		}
		roles, err := everySet(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, p := range waits { // a role of theirs may be on its way into the account
			if !slices.Contains(roles, p) {
				roles = append(roles, p)
			}
		}
		o, err = s.begin(ctx, tx, Request{Kind: KindRemove, Account: account}, roles)
		return err
	})
	if err != nil {
		return Operation{}, fmt.Errorf("account %s is gone: %w", account, err)
	}
	return o, nil
}

// PrincipalGone ends, in the transaction of ctx, all assignments of a deleted user
// or group, in a few statements however many there are. What was being created
// for it has failed; the operation it answers is over when the roles are gone
// that nobody else is assigned. Where there are none there is no operation.
func (s *Service) PrincipalGone(ctx context.Context, principalType, principalID string) (o Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		roles, err := tx.AssignedToNoOther(ctx, principalType, principalID)
		if err != nil {
			return err
		}
		if err := tx.DeleteAssignmentsOf(ctx, principalType, principalID); err != nil {
			return err
		}
		reason := fmt.Sprintf("%s with id %s was deleted.", principalType, principalID)
		if err := tx.FailCreationsFor(ctx, principalType, principalID, reason); err != nil || len(roles) == 0 {
			return err
		}
		o, err = s.begin(ctx, tx, Request{Kind: KindRemove, PrincipalType: principalType, PrincipalID: principalID}, roles)
		return err
	})
	if err != nil {
		return Operation{}, fmt.Errorf("%s %s is gone: %w", principalType, principalID, err)
	}
	return o, nil
}

func everySet(ctx context.Context, tx Tx, account arn.AccountID) (all []Pair, err error) {
	page := paging.Page{Limit: pageSize}
	for {
		some, err := tx.ProvisionedSets(ctx, account, page)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			all = append(all, p.Pair)
			page.After = p.Set
		}
		if len(some) < page.Limit {
			return all, nil
		}
	}
}
