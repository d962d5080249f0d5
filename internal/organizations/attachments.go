package organizations

import (
	"context"
	"fmt"

	"foyer/internal/fault"
	"foyer/internal/paging"
)

// hasFeatures refuses policies to an organization that is for billing alone.
func hasFeatures(org Organization) error {
	if org.Features != AllFeatures {
		return violates(NotAllFeatures, "Your organization must have all features enabled to perform this operation.")
	}
	return nil
}

// enableControl enables service control policies: FullAWSAccess goes everywhere.
func enableControl(ctx context.Context, tx Tx, org Organization) error {
	if err := tx.SetOrganizationControl(ctx, org.ID, true); err != nil {
		return fmt.Errorf("enable policies of %s: %w", org.ID, err)
	}
	return tx.AttachControlPolicyToAll(ctx, org.ID, org.Root, FullAWSAccess)
}

// bindNew attaches FullAWSAccess to new units or accounts where policies are enabled.
func bindNew(ctx context.Context, tx Tx, org Organization, targets []string) error {
	if !org.ControlEnabled || len(targets) == 0 {
		return nil
	}
	if err := tx.AttachControlPolicy(ctx, org.ID, FullAWSAccess, targets); err != nil {
		return fmt.Errorf("attach %s: %w", FullAWSAccess, err)
	}
	return nil
}

// EnablePolicyType enables policies of a kind on the root, and answers the
// organization as it is now.
func (a Acting) EnablePolicyType(ctx context.Context, root string, kind PolicyType) (Organization, error) {
	return a.setPolicyType(ctx, root, kind, func(tx Tx, org Organization) error {
		if err := hasFeatures(org); err != nil {
			return err
		}
		if org.ControlEnabled {
			return refuse(PolicyTypeEnabled, fault.Conflict, "The specified policy type is already enabled.")
		}
		return enableControl(ctx, tx, org)
	}, true)
}

// DisablePolicyType disables policies of a kind on the root. All are detached
// from everything, for ever: enabling again begins with FullAWSAccess.
func (a Acting) DisablePolicyType(ctx context.Context, root string, kind PolicyType) (Organization, error) {
	return a.setPolicyType(ctx, root, kind, func(tx Tx, org Organization) error {
		if !org.ControlEnabled {
			return typeNotEnabled()
		}
		if err := tx.SetOrganizationControl(ctx, org.ID, false); err != nil {
			return fmt.Errorf("disable policies of %s: %w", org.ID, err)
		}
		return tx.DetachControlPolicies(ctx, org.ID, "")
	}, false)
}

func typeNotEnabled() error {
	return refuse(PolicyTypeNotEnabled, fault.Conflict, "This operation can be performed only for enabled policy types.")
}

func (a Acting) setPolicyType(ctx context.Context, root string, kind PolicyType, set func(Tx, Organization) error, to bool) (after Organization, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		if root != org.Root {
			return refuse(RootNotFound, fault.NotFound, "You specified a root that doesn't exist.")
		}
		if err := Available(kind); err != nil {
			return err
		}
		after = org
		after.ControlEnabled = to
		return set(tx, org)
	})
	return after, err
}

// Available refuses kinds of policies that Foyer does not have.
func Available(kind PolicyType) error {
	if kind != ServiceControl {
		return refuse(PolicyTypeUnavailable, fault.Invalid, fmt.Sprintf("The policy type %s is not available for this organization.", kind))
	}
	return nil
}

// AttachPolicy attaches a policy to a root, unit or account; at most five of a
// kind to each.
func (a Acting) AttachPolicy(ctx context.Context, id, to string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		attached, err := attachedTo(ctx, tx, org, id, to)
		if err != nil {
			return err
		}
		for _, p := range attached {
			if p.ID == id {
				return refuse(DuplicateAttachment, fault.Conflict, "The selected policy is already attached to the specified target.")
			}
		}
		if len(attached) >= maxAttached {
			return violates(TooManyAttached, "You have attached the maximum number of policies to the specified target.")
		}
		return tx.AttachControlPolicy(ctx, org.ID, id, []string{to})
	})
}

// DetachPolicy detaches a policy. The last one of a target stays.
func (a Acting) DetachPolicy(ctx context.Context, id, from string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		attached, err := attachedTo(ctx, tx, org, id, from)
		if err != nil {
			return err
		}
		was, err := tx.DetachControlPolicy(ctx, org.ID, id, from)
		if err != nil {
			return fmt.Errorf("detach %s from %s: %w", id, from, err)
		}
		if !was {
			return refuse(PolicyNotAttached, fault.NotFound, "The specified policy isn't attached to the specified target.")
		}
		if len(attached) == 1 {
			return violates(LastAttached, "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
		}
		return nil
	})
}

// attachedTo returns what is attached to a target, when policy and target exist.
func attachedTo(ctx context.Context, tx Tx, org Organization, id, to string) ([]ControlPolicy, error) {
	if _, err := policyOf(ctx, tx, org, id); err != nil {
		return nil, err
	}
	if err := target(ctx, tx, org, to); err != nil {
		return nil, err
	}
	if !org.ControlEnabled {
		return nil, typeNotEnabled()
	}
	attached, err := tx.AttachedControlPolicies(ctx, org.ID, to, paging.Page{Limit: maxAttached})
	if err != nil {
		return nil, fmt.Errorf("policies of %s: %w", to, err)
	}
	return attached, nil
}

// PoliciesForTarget lists the policies attached to a root, unit or account
// itself, by id and without content.
func (a Acting) PoliciesForTarget(ctx context.Context, of string, kind PolicyType, page paging.Page) (all []ControlPolicy, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if err := target(ctx, tx, org, of); err != nil {
			return err
		}
		if kind == ServiceControl {
			all, err = tx.AttachedControlPolicies(ctx, org.ID, of, more(page))
		}
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
		all, err = tx.ControlTargets(ctx, org.ID, id, more(page))
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
