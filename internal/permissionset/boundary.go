package permissionset

import (
	"context"

	"foyer/internal/fault"
)

// PutBoundary gives the set its permissions boundary, in place of any it had.
// It is one policy: an AWS managed one, which must exist, or a reference.
func (s *Service) PutBoundary(ctx context.Context, setARN string, b Boundary) error {
	if (b.ManagedPolicyARN == "") == (b.Customer == nil) {
		return fault.Newf(fault.Invalid, "A permissions boundary is either a ManagedPolicyArn or a CustomerManagedPolicyReference: give exactly one.")
	}
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		if b.Customer == nil {
			if err := known(b.ManagedPolicyARN); err != nil {
				return err
			}
		}
		return tx.SetPermissionSetBoundary(ctx, setARN, &b)
	})
}

// Boundary returns the permissions boundary; NotFound when there is none.
func (s *Service) Boundary(ctx context.Context, setARN string) (Boundary, error) {
	c, err := s.Content(ctx, setARN)
	if err != nil {
		return Boundary{}, err
	}
	if c.Boundary == nil {
		return Boundary{}, unbounded(setARN)
	}
	return *c.Boundary, nil
}

// DeleteBoundary removes the permissions boundary; NotFound when there is none.
func (s *Service) DeleteBoundary(ctx context.Context, setARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		c, found, err := tx.PermissionSetContent(ctx, setARN)
		switch {
		case err != nil:
			return err
		case !found:
			return missing(setARN)
		case c.Boundary == nil:
			return unbounded(setARN)
		}
		return tx.SetPermissionSetBoundary(ctx, setARN, nil)
	})
}

func unbounded(setARN string) error {
	return fault.Newf(fault.NotFound, "PermissionSet with ARN %s does not have a PermissionsBoundary.", setARN)
}
