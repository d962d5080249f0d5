package organizations

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Departure is an account's going out of its organization, or out of use.
type Departure struct {
	Account      arn.AccountID
	Organization string // that it was in
	Closed       bool   // it is closed, and still listed; else it is no member any more
}

// leave takes an account out of its organization, when it may go.
func (s *Service) leave(ctx context.Context, tx Tx, org Organization, account Account) error {
	if err := s.leavable(ctx, tx, org, account); err != nil {
		return err
	}
	return s.depart(ctx, tx, org.ID, account.ID)
}

// leavable holds an account that is to leave to the rules.
func (s *Service) leavable(ctx context.Context, tx Tx, org Organization, account Account) error {
	if account.ID == org.Management {
		return refuse(ManagementCannotLeave, fault.Conflict, "You can't remove a management account from an organization. If you want the management account to become a member account in another organization, you must first delete the current organization of the management account.")
	}
	if account.State != Active {
		return violates(CannotLeave, "You can't remove a closed account from an organization.")
	}
	delegate, err := tx.IsOrgDelegate(ctx, org.ID, account.ID, "")
	if err != nil {
		return fmt.Errorf("delegations of %s: %w", account.ID, err)
	}
	if delegate {
		return violates(DelegateStays, "You can't remove an account that is registered as a delegated administrator for a service integrated with your organization.")
	}
	if account.JoinedMethod == Created && tx.Now().Sub(account.Joined) < s.Limits.wait() {
		return violates(WaitPeriod, "You can't leave the organization or remove the account until the wait period after its creation is over.")
	}
	return nil
}

// depart makes an account standalone: what the organization attached to it goes.
func (s *Service) depart(ctx context.Context, tx Tx, organization string, id arn.AccountID) error {
	if err := tx.DetachOrgPolicies(ctx, organization, string(id)); err != nil {
		return fmt.Errorf("detach policies from %s: %w", id, err)
	}
	if err := tx.DeleteOrgTags(ctx, string(id), nil); err != nil {
		return fmt.Errorf("untag %s: %w", id, err)
	}
	if err := tx.LeaveOrganization(ctx, id); err != nil {
		return fmt.Errorf("%s leaves: %w", id, err)
	}
	asked, err := tx.OrgHandshakesFor(ctx, id, "", HandshakeFilter{Action: ApproveAllAction}, tx.Now(), paging.Page{Limit: maxInvites})
	if err != nil {
		return fmt.Errorf("approvals of %s: %w", id, err)
	}
	for _, h := range asked {
		if h.Organization != organization || !h.open() {
			continue
		}
		if err := tx.SetOrgHandshakeState(ctx, h.ID, HandshakeCanceled, tx.Now()); err != nil {
			return fmt.Errorf("handshake %s: %w", h.ID, err)
		}
		if err := settle(ctx, tx, h.Parent); err != nil {
			return err
		}
	}
	return s.gone(ctx, Departure{Account: id, Organization: organization})
}

func (s *Service) gone(ctx context.Context, d Departure) error {
	if s.Gone == nil {
		return nil
	}
	if err := s.Gone(ctx, d); err != nil {
		return fmt.Errorf("what hangs from account %s: %w", d.Account, err)
	}
	return nil
}

// RemoveAccount makes a member account standalone.
func (a Acting) RemoveAccount(ctx context.Context, id arn.AccountID) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		account, err := member(ctx, tx, org, id)
		if err != nil {
			return err
		}
		return a.s.leave(ctx, tx, org, account)
	})
}

// Leave makes the asking account, which must be a member, standalone.
func (a Acting) Leave(ctx context.Context) error {
	return a.s.InTx(ctx, func(tx Tx) error {
		org, err := a.organization(ctx, tx)
		if err != nil {
			return err
		}
		account, err := member(ctx, tx, org, a.account)
		if err != nil {
			return err
		}
		return a.s.leave(ctx, tx, org, account)
	})
}

// DeleteOrganization ends an organization that has no member left but the
// management account, with its units and policies.
func (a Acting) DeleteOrganization(ctx context.Context) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		count, err := tx.CountOrgAccounts(ctx, org.ID)
		if err != nil {
			return fmt.Errorf("count accounts of %s: %w", org.ID, err)
		}
		if count > 1 {
			return refuse(OrganizationNotEmpty, fault.Conflict, "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account.")
		}
		if err := tx.DeleteOrganization(ctx, org); err != nil {
			return fmt.Errorf("delete %s: %w", org.ID, err)
		}
		return nil
	})
}

// closedShown is how long a closed account stays in its organization.
const closedShown = 90 * 24 * time.Hour

// Purge removes at most limit handshakes and closed accounts that their
// organizations show no longer, and answers how many there were. The accounts'
// ids and e-mail addresses stay taken.
func (s *Service) Purge(ctx context.Context, limit int) (n int, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if n, err = tx.PurgeOrgHandshakes(ctx, tx.Now().Add(-handshakesShown), limit); err != nil {
			return fmt.Errorf("old handshakes: %w", err)
		}
		closed, err := tx.OrgClosedBefore(ctx, tx.Now().Add(-closedShown), limit)
		if err != nil {
			return fmt.Errorf("closed accounts: %w", err)
		}
		for _, account := range closed {
			if err := s.depart(ctx, tx, account.Organization, account.ID); err != nil {
				return err
			}
		}
		n = max(n, len(closed))
		return nil
	})
	return n, err
}
