package organizations

import (
	"context"
	"fmt"
	"slices"

	"foyer/internal/fault"
	"foyer/internal/paging"
)

// hasFeatures refuses policies to an organization that is for billing alone.
func hasFeatures(org Organization) error {
	if org.Features != AllFeatures {
		return violates(NotAllFeatures, "The request failed because the organization does not have all features enabled. Please enable all features in your organization and then retry.")
	}
	return nil
}

// withFeatures is use, for organizations with all features.
func withFeatures(use func(Tx, Organization) error) func(Tx, Organization) error {
	return func(tx Tx, org Organization) error {
		if err := hasFeatures(org); err != nil {
			return err
		}
		return use(tx, org)
	}
}

// enable enables policies of a type: the one that AWS has made, if any, goes
// everywhere. It answers the organization as it is now.
func enable(ctx context.Context, tx Tx, org Organization, kind PolicyType) (Organization, error) {
	org.Enabled = append(slices.Clone(org.Enabled), kind)
	slices.Sort(org.Enabled)
	if err := tx.SetOrgPolicyTypes(ctx, org.ID, org.Enabled); err != nil {
		return org, fmt.Errorf("enable %s of %s: %w", kind, org.ID, err)
	}
	if managed := typeRules[kind].managed; managed != nil {
		return org, tx.AttachOrgPolicyToAll(ctx, org.ID, org.Root, managed.ID)
	}
	return org, nil
}

// bindNew attaches the policies that AWS has made, where their types are
// enabled, to new units or accounts.
func bindNew(ctx context.Context, tx Tx, org Organization, targets []string) error {
	if len(targets) == 0 {
		return nil
	}
	for _, kind := range org.Enabled {
		managed := typeRules[kind].managed
		if managed == nil {
			continue
		}
		if err := tx.AttachOrgPolicy(ctx, org.ID, managed.ID, targets); err != nil {
			return fmt.Errorf("attach %s: %w", managed.ID, err)
		}
	}
	return nil
}

// EnablePolicyType enables policies of a kind on the root, and answers the
// organization as it is now.
func (a Acting) EnablePolicyType(ctx context.Context, root string, kind PolicyType) (Organization, error) {
	return a.setPolicyType(ctx, root, kind, func(tx Tx, org Organization) (Organization, error) {
		if org.Has(kind) {
			return org, refuse(PolicyTypeEnabled, fault.Conflict, "The specified policy type is already enabled.")
		}
		return enable(ctx, tx, org, kind)
	})
}

// DisablePolicyType disables policies of a kind on the root. All are detached
// from everything, for ever: enabling again begins with what AWS attaches.
func (a Acting) DisablePolicyType(ctx context.Context, root string, kind PolicyType) (Organization, error) {
	return a.setPolicyType(ctx, root, kind, func(tx Tx, org Organization) (Organization, error) {
		if !org.Has(kind) {
			return org, typeNotEnabled()
		}
		org.Enabled = slices.DeleteFunc(slices.Clone(org.Enabled), func(t PolicyType) bool { return t == kind })
		if err := tx.SetOrgPolicyTypes(ctx, org.ID, org.Enabled); err != nil {
			return org, fmt.Errorf("disable %s of %s: %w", kind, org.ID, err)
		}
		return org, tx.DetachOrgPolicyType(ctx, org.ID, kind)
	})
}

func typeNotEnabled() error {
	return refuse(PolicyTypeNotEnabled, fault.Conflict, "This operation can be performed only for enabled policy types.")
}

func (a Acting) setPolicyType(ctx context.Context, root string, kind PolicyType, set func(Tx, Organization) (Organization, error)) (after Organization, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		if root != org.Root {
			return refuse(RootNotFound, fault.NotFound, "You specified a root that doesn't exist.")
		}
		if err := hasFeatures(org); err != nil {
			return err
		}
		if err := Available(kind); err != nil {
			return err
		}
		after, err = set(tx, org)
		return err
	})
	return after, err
}

// AttachPolicy attaches a policy to a root, unit or account; each takes only so
// many of a type.
func (a Acting) AttachPolicy(ctx context.Context, id, to string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		kind, attached, err := attachedTo(ctx, tx, org, id, to)
		if err != nil {
			return err
		}
		for _, p := range attached {
			if p.ID == id {
				return refuse(DuplicateAttachment, fault.Conflict, "The selected policy is already attached to the specified target.")
			}
		}
		if len(attached) >= typeRules[kind].attached {
			return violates(TooManyAttached, "You have attached the maximum number of policies to the specified target.")
		}
		return tx.AttachOrgPolicy(ctx, org.ID, id, []string{to})
	})
}

// DetachPolicy detaches a policy. The last service control policy of a target
// stays, and so does RCPFullAWSAccess.
func (a Acting) DetachPolicy(ctx context.Context, id, from string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		kind, attached, err := attachedTo(ctx, tx, org, id, from)
		if err != nil {
			return err
		}
		if id == RCPFullAWSAccess {
			return invalidInput(NonDetachable, "You can't detach this AWS managed policy.")
		}
		was, err := tx.DetachOrgPolicy(ctx, org.ID, id, from)
		if err != nil {
			return fmt.Errorf("detach %s from %s: %w", id, from, err)
		}
		if !was {
			return refuse(PolicyNotAttached, fault.NotFound, "The specified policy isn't attached to the specified target.")
		}
		if len(attached) == 1 && kind == ServiceControl {
			return violates(LastAttached, "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
		}
		return nil
	})
}

// attachedTo returns a policy's type and what of that type is attached to a
// target, when policy and target exist.
func attachedTo(ctx context.Context, tx Tx, org Organization, id, to string) (PolicyType, []Policy, error) {
	p, err := policyOf(ctx, tx, org, id)
	if err != nil {
		return "", nil, err
	}
	if err := target(ctx, tx, org, to); err != nil {
		return "", nil, err
	}
	if !org.Has(p.Type) {
		return "", nil, typeNotEnabled()
	}
	attached, err := tx.AttachedOrgPolicies(ctx, org.ID, to, p.Type, paging.Page{Limit: typeRules[p.Type].attached})
	if err != nil {
		return "", nil, fmt.Errorf("policies of %s: %w", to, err)
	}
	return p.Type, attached, nil
}

// PoliciesForTarget lists the policies attached to a root, unit or account
// itself, by id and without content.
func (a Acting) PoliciesForTarget(ctx context.Context, of string, kind PolicyType, page paging.Page) (all []Policy, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if err := target(ctx, tx, org, of); err != nil {
			return err
		}
		all, err = tx.AttachedOrgPolicies(ctx, org.ID, of, kind, more(page))
		name(org, all)
		return err
	})
	return cutPolicies(all, page, err)
}

// TargetsForPolicy lists what a policy is attached to, by id.
func (a Acting) TargetsForPolicy(ctx context.Context, id string, page paging.Page) (all []PolicyTarget, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if _, err := policyOf(ctx, tx, org, id); err != nil {
			return err
		}
		all, err = tx.OrgPolicyTargets(ctx, org.ID, id, more(page))
		for i := range all {
			all[i].ARN = org.TargetARN(all[i].ID)
			if all[i].ID == org.Root {
				all[i].Name = RootName
			}
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(t PolicyTarget) string { return t.ID })
	return all, next, nil
}
