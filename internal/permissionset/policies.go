package permissionset

import (
	"context"

	"foyer/internal/awsmanaged"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// Attach attaches an AWS managed policy. A policy that AWS does not have is
// NotFound, one attached already a Conflict, more than the quota of them a Quota fault.
func (s *Service) Attach(ctx context.Context, setARN, policyARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		if err := known(policyARN); err != nil {
			return err
		}
		attached, err := tx.AttachToPermissionSet(ctx, setARN, policyARN)
		return s.afterAttaching(ctx, tx, setARN, policyARN, attached, err)
	})
}

// Detach detaches an AWS managed policy; NotFound when it is not attached.
func (s *Service) Detach(ctx context.Context, setARN, policyARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		detached, err := tx.DetachFromPermissionSet(ctx, setARN, policyARN)
		return afterDetaching(setARN, policyARN, detached, err)
	})
}

// Reference attaches a customer managed policy by its name and path. Whether
// an account has it is found out at provisioning.
func (s *Service) Reference(ctx context.Context, setARN string, ref PolicyRef) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		attached, err := tx.ReferenceFromPermissionSet(ctx, setARN, ref)
		return s.afterAttaching(ctx, tx, setARN, ref.Key(), attached, err)
	})
}

// Unreference detaches a customer managed policy; NotFound when it is not attached.
func (s *Service) Unreference(ctx context.Context, setARN string, ref PolicyRef) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		detached, err := tx.UnreferenceFromPermissionSet(ctx, setARN, ref)
		return afterDetaching(setARN, ref.Key(), detached, err)
	})
}

// Policies lists the ARNs of the AWS managed policies attached, sorted.
func (s *Service) Policies(ctx context.Context, setARN string, page paging.Page) (arns []string, next string, err error) {
	err = s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, setARN); err != nil {
			return err
		}
		arns, err = r.PermissionSetPolicies(ctx, setARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	arns, next = paging.Cut(arns, page.Limit, itself)
	return arns, next, err
}

// References lists the customer managed policies attached, by path and name.
func (s *Service) References(ctx context.Context, setARN string, page paging.Page) (refs []PolicyRef, next string, err error) {
	err = s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, setARN); err != nil {
			return err
		}
		refs, err = r.PermissionSetReferences(ctx, setARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	refs, next = paging.Cut(refs, page.Limit, PolicyRef.Key)
	return refs, next, err
}

// known fails unless AWS has a managed policy with this ARN.
func known(policyARN string) error {
	if _, found := awsmanaged.Find(policyARN); !found {
		return fault.Newf(fault.NotFound, "Policy %s does not exist or is not attachable.", policyARN)
	}
	return nil
}

func (s *Service) afterAttaching(ctx context.Context, tx Tx, setARN, name string, attached bool, err error) error {
	if err != nil {
		return err
	}
	if !attached {
		return fault.Newf(fault.Conflict, "Policy %s is already attached to PermissionSet with ARN %s.", name, setARN)
	}
	n, err := tx.CountPermissionSetPolicies(ctx, setARN)
	if most := s.Quotas.InForce().PoliciesPerPermissionSet; err == nil && quota.Exceeded(most, n) {
		err = fault.Newf(fault.Quota, "You have exceeded AWS SSO limits. Cannot attach more than %d managed policies to a PermissionSet.", most)
	}
	return err
}

func afterDetaching(setARN, name string, detached bool, err error) error {
	if err == nil && !detached {
		err = fault.Newf(fault.NotFound, "Policy %s is not attached to PermissionSet with ARN %s.", name, setARN)
	}
	return err
}
