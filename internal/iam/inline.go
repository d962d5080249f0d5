package iam

import (
	"context"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
	"foyer/internal/quota"
)

// InlineTx stores the policies that are part of an entity.
type InlineTx interface {
	// PutIAMInlinePolicy writes the policy of this name, new or not; size is what it counts for.
	PutIAMInlinePolicy(ctx context.Context, entityID, name, document string, size int) error
	// DeleteIAMInlinePolicy reports whether it was there.
	DeleteIAMInlinePolicy(ctx context.Context, entityID, name string) (bool, error)
	IAMInlinePolicy(ctx context.Context, entityID, name string) (document string, found bool, err error)
	// IAMInlinePolicyNames lists the names in order.
	IAMInlinePolicyNames(ctx context.Context, entityID string, page paging.Page) ([]string, error)
	// IAMInlinePolicySize adds up the sizes of all inline policies but the one named.
	IAMInlinePolicySize(ctx context.Context, entityID, except string) (int, error)
}

// PutInlinePolicy writes an inline policy of an entity, new or not.
func (s *Service) PutInlinePolicy(ctx context.Context, ref Ref, name, document string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := checkDocument(document, policy.Identity); err != nil {
			return err
		}
		others, err := tx.IAMInlinePolicySize(ctx, e.ID, name)
		if err != nil {
			return err
		}
		if err := s.inlineFits(e, others+size(document)); err != nil {
			return err
		}
		return tx.PutIAMInlinePolicy(ctx, e.ID, name, document, size(document))
	})
}

func (s *Service) inlineFits(e Entity, total int) error {
	if most := s.inlineSize(e.Kind); quota.Exceeded(most, total) {
		return fault.Newf(fault.Quota, "Maximum policy size of %d bytes exceeded for %s %s", most, e.Kind, e.Name)
	}
	return nil
}

// inlineSize is how much text an entity's inline policies may hold together.
func (s *Service) inlineSize(kind Kind) int {
	q := s.quotas()
	switch kind {
	case UserKind:
		return q.UserInlineCharacters
	case GroupKind:
		return q.GroupInlineCharacters
	case RoleKind:
		return q.RoleInlineCharacters
	}
	return 0
}

// InlinePolicy returns an inline policy of an entity, or a NotFound fault.
func (s *Service) InlinePolicy(ctx context.Context, ref Ref, name string) (document string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		e, err := entity(ctx, tx, ref)
		if err != nil {
			return err
		}
		var found bool
		document, found, err = tx.IAMInlinePolicy(ctx, e.ID, name)
		if err == nil && !found {
			err = noInlinePolicy(ref.Kind, name)
		}
		return err
	})
	return document, err
}

// DeleteInlinePolicy deletes an inline policy; one that is not there is a NotFound fault.
func (s *Service) DeleteInlinePolicy(ctx context.Context, ref Ref, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, ref)
		if err != nil {
			return err
		}
		was, err := tx.DeleteIAMInlinePolicy(ctx, e.ID, name)
		if err == nil && !was {
			err = noInlinePolicy(ref.Kind, name)
		}
		return err
	})
}

func noInlinePolicy(kind Kind, name string) error {
	return fault.Newf(fault.NotFound, "The %s policy with name %s cannot be found.", kind, name)
}

// InlinePolicies lists the names of an entity's inline policies.
func (s *Service) InlinePolicies(ctx context.Context, ref Ref, page paging.Page) (names []string, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		e, err := entity(ctx, tx, ref)
		if err != nil {
			return err
		}
		names, err = tx.IAMInlinePolicyNames(ctx, e.ID, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	names, next = paging.Cut(names, page.Limit, func(n string) string { return n })
	return names, next, nil
}
