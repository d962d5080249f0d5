package assignment

import (
	"context"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/provisioning"
	"foyer/internal/quota"
)

// Create gives a its permission set, and answers the operation that brings the
// role into the account. Creating what exists is no error and brings the role
// up to date. An unknown set, account or principal is NotFound.
func (s *Service) Create(ctx context.Context, a Assignment) (o provisioning.Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if err := s.checkTarget(ctx, tx, a.Set, a.Account); err != nil {
			return err
		}
		if err := s.checkPrincipal(ctx, a.PrincipalType, a.PrincipalID); err != nil {
			return err
		}
		if err := s.checkRoom(ctx, tx, a); err != nil {
			return err
		}
		a.Created = tx.Now()
		if err := tx.PutAssignment(ctx, a); err != nil {
			return err
		}
		o, err = s.Provisioning.Ask(ctx, a.request(provisioning.KindCreate))
		return err
	})
	if err != nil {
		return o, fmt.Errorf("assign %s in %s: %w", a.Set, a.Account, err)
	}
	return o, nil
}

// checkRoom fails with Quota when a would bring one set too many into its account.
func (s *Service) checkRoom(ctx context.Context, tx Tx, a Assignment) error {
	wanted, err := tx.ProvisioningWanted(ctx, provisioning.Pair{Account: a.Account, Set: a.Set})
	if err != nil || wanted {
		return err
	}
	n, err := tx.CountProvisionedSets(ctx, a.Account)
	if most := s.Quotas.InForce().PermissionSetsPerAccount; err == nil && quota.Exceeded(most, n+1) {
		err = fault.Newf(fault.Quota, "You have exceeded AWS SSO limits. Cannot provision more than %d PermissionSets in account %s.", most, a.Account)
	}
	return err
}

// Delete takes a away at once, and answers the operation that removes the role
// when a was the last in its account. Where there is no such assignment the
// operation has failed already.
func (s *Service) Delete(ctx context.Context, a Assignment) (o provisioning.Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if err := s.checkTarget(ctx, tx, a.Set, a.Account); err != nil {
			return err
		}
		deleted, err := tx.DeleteAssignment(ctx, a)
		if err != nil {
			return err
		}
		if !deleted {
			o, err = s.Provisioning.Refuse(ctx, a.request(provisioning.KindDelete), "Received a 404 status error: Assignment not found.")
			return err
		}
		o, err = s.Provisioning.Ask(ctx, a.request(provisioning.KindDelete))
		return err
	})
	if err != nil {
		return o, fmt.Errorf("unassign %s in %s: %w", a.Set, a.Account, err)
	}
	return o, nil
}

// Provision brings a changed permission set to the accounts it is provisioned
// in; to one of them unless account is "". It is NotFound in an account where
// the set is not provisioned.
func (s *Service) Provision(ctx context.Context, setARN string, account arn.AccountID) (o provisioning.Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if err := s.checkTarget(ctx, tx, setARN, account); err != nil {
			return err
		}
		if account != "" {
			_, found, err := tx.ProvisionedRole(ctx, provisioning.Pair{Account: account, Set: setARN})
			if err != nil {
				return err
			}
			if !found {
				return fault.Newf(fault.NotFound, "Permission set provision not found in AWS account %s.", account)
			}
		}
		o, err = s.Provisioning.Begin(ctx, provisioning.Request{Kind: provisioning.KindProvision, Set: setARN, Account: account})
		return err
	})
	if err != nil {
		return o, fmt.Errorf("provision %s: %w", setARN, err)
	}
	return o, nil
}
