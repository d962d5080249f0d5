package permissionset

import (
	"context"
	"errors"
	"unicode"

	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/quota"
)

// PutInline gives the set its one inline policy, in place of any it had. A
// document that is no identity policy is Invalid, with AWS's reason.
func (s *Service) PutInline(ctx context.Context, setARN, document string) error {
	if err := s.checkInline(document); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		return tx.SetPermissionSetInline(ctx, setARN, document)
	})
}

func (s *Service) checkInline(document string) error {
	solid := 0
	for _, c := range document {
		if !unicode.IsSpace(c) {
			solid++
		}
	}
	if q := s.Quotas.InForce(); quota.Exceeded(q.InlinePolicyBytes, len(document)) || quota.Exceeded(q.InlinePolicyCharacters, solid) {
		return fault.Newf(fault.Quota, "The inline policy is too large: at most %d bytes, and %d characters without white space.", q.InlinePolicyBytes, q.InlinePolicyCharacters)
	}
	_, err := policy.Compile(document, policy.Identity)
	if bad, ok := errors.AsType[*policy.Malformed](err); ok {
		return fault.Newf(fault.Invalid, "Malformed policy document: %s", bad.Message)
	}
	return err
}

// Inline returns the inline policy; "" when there is none.
func (s *Service) Inline(ctx context.Context, setARN string) (string, error) {
	c, err := s.Content(ctx, setARN)
	return c.Inline, err
}

// DeleteInline removes the inline policy; removing none is no error.
func (s *Service) DeleteInline(ctx context.Context, setARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, setARN); err != nil {
			return err
		}
		return tx.SetPermissionSetInline(ctx, setARN, "")
	})
}
