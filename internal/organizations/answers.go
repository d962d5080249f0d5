package organizations

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Accept agrees to a handshake: an invited account joins, at once and under the
// root; a member allows all features; the management account, once all members
// have, turns them on.
func (a Acting) Accept(ctx context.Context, id string) (Handshake, error) {
	return a.answer(ctx, id, HandshakeAccepted, func(tx Tx, p parties) error {
		if !p.asked {
			return denied()
		}
		switch p.h.Action {
		case InviteAction:
			return a.s.join(ctx, tx, p)
		case EnableAllAction:
			return tx.SetOrgFeatures(ctx, p.h.Organization, AllFeatures)
		default: // settled once the answer is written
			return nil
		}
	})
}

// Decline refuses a handshake. Only the account that is asked can.
func (a Acting) Decline(ctx context.Context, id string) (Handshake, error) {
	return a.answer(ctx, id, HandshakeDeclined, func(_ Tx, p parties) error {
		if !p.asked || p.h.Action == EnableAllAction {
			return denied()
		}
		return nil
	})
}

// Cancel takes a handshake back. Only the management account, which began it, can.
func (a Acting) Cancel(ctx context.Context, id string) (Handshake, error) {
	return a.answer(ctx, id, HandshakeCanceled, func(tx Tx, p parties) error {
		if !p.manages {
			return denied()
		}
		if p.h.Action != EnableAllAction {
			return nil
		}
		return approvals(ctx, tx, p.h, func(child Handshake) error {
			return tx.SetOrgHandshakeState(ctx, child.ID, HandshakeCanceled, tx.Now())
		})
	})
}

// answer brings a handshake into its last state, when act agrees.
func (a Acting) answer(ctx context.Context, id string, to HandshakeState, act func(Tx, parties) error) (h Handshake, err error) {
	err = a.s.InTx(ctx, func(tx Tx) error {
		p, err := a.handshake(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := p.h.ends(to); err != nil {
			return err
		}
		if err := act(tx, p); err != nil {
			return err
		}
		h = p.h
		h.State, h.Ended = to, tx.Now()
		if err := tx.SetOrgHandshakeState(ctx, id, to, h.Ended); err != nil {
			return fmt.Errorf("handshake %s: %w", id, err)
		}
		if to == HandshakeAccepted && h.Action == ApproveAllAction {
			return settle(ctx, tx, h.Parent)
		}
		return nil
	})
	return h, err
}

// approvals runs fn for the open handshakes below an ENABLE_ALL_FEATURES.
func approvals(ctx context.Context, tx Tx, parent Handshake, fn func(Handshake) error) error {
	page := paging.Page{Limit: 1000}
	for {
		all, err := tx.OrgHandshakes(ctx, parent.Organization, HandshakeFilter{Parent: parent.ID}, time.Time{}, page)
		if err != nil {
			return fmt.Errorf("approvals of %s: %w", parent.ID, err)
		}
		for _, h := range all {
			if h.at(tx.Now()).open() {
				if err := fn(h); err != nil {
					return err
				}
			}
		}
		if len(all) < page.Limit {
			return nil
		}
		page.After = all[len(all)-1].ID
	}
}

// settle opens an ENABLE_ALL_FEATURES to the management account once every
// member that was asked has agreed or is gone.
func settle(ctx context.Context, tx Tx, id string) error {
	parent, found, err := tx.OrgHandshake(ctx, id)
	if err != nil || !found || parent.State != HandshakeRequested {
		return err
	}
	page := paging.Page{Limit: 1000}
	for {
		all, err := tx.OrgHandshakes(ctx, parent.Organization, HandshakeFilter{Parent: id}, time.Time{}, page)
		if err != nil {
			return fmt.Errorf("approvals of %s: %w", id, err)
		}
		for _, h := range all {
			if h.State != HandshakeAccepted && h.State != HandshakeCanceled {
				return nil
			}
		}
		if len(all) < page.Limit {
			return tx.SetOrgHandshakeState(ctx, id, HandshakeOpen, time.Time{})
		}
		page.After = all[len(all)-1].ID
	}
}

// join puts the account that accepts an invitation into the organization that
// sent it, out of the one that it is in.
func (s *Service) join(ctx context.Context, tx Tx, p parties) error {
	org, found, err := tx.OrganizationOf(ctx, p.h.Management)
	if err != nil {
		return fmt.Errorf("organization of %s: %w", p.h.Management, err)
	}
	switch {
	case !found || org.ID != p.h.Organization:
		return refuse(HandshakeNotFound, fault.NotFound, "You specified a handshake that doesn't exist.")
	case p.account.State != Active:
		return denied()
	case p.account.Organization == org.ID:
		return alreadyMember()
	}
	count, err := tx.CountOrgAccounts(ctx, org.ID)
	if err != nil {
		return fmt.Errorf("count accounts of %s: %w", org.ID, err)
	}
	if count >= s.Limits.accounts() {
		return violatesHandshake(TooManyAccounts, "You have exceeded the number of accounts in your organization.")
	}
	if p.account.Organization != "" {
		old, _, err := tx.OrganizationOf(ctx, p.account.ID)
		if err != nil {
			return fmt.Errorf("organization of %s: %w", p.account.ID, err)
		}
		if err := s.leave(ctx, tx, old, p.account); err != nil {
			return err
		}
	}
	id := p.account.ID
	if err := tx.JoinOrganization(ctx, id, org.ID, org.Root, Invited, tx.Now()); err != nil {
		return fmt.Errorf("join %s to %s: %w", id, org.ID, err)
	}
	if err := tx.PutOrgTags(ctx, tagsOf(string(id), p.h.Tags)); err != nil {
		return fmt.Errorf("tag %s: %w", id, err)
	}
	if err := bindNew(ctx, tx, org, []string{string(id)}); err != nil {
		return err
	}
	return s.link(ctx, id)
}

func (s *Service) link(ctx context.Context, account arn.AccountID) error {
	if s.Link == nil {
		return nil
	}
	if err := s.Link(ctx, account); err != nil {
		return fmt.Errorf("service-linked roles of %s: %w", account, err)
	}
	return nil
}
