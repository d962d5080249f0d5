package iam

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// AttachmentTx stores which managed policies an entity holds.
type AttachmentTx interface {
	// PutIAMAttachment attaches; doing it twice is no error.
	PutIAMAttachment(ctx context.Context, account arn.AccountID, entityID, policyARN string) error
	// DeleteIAMAttachment reports whether the policy was attached.
	DeleteIAMAttachment(ctx context.Context, entityID, policyARN string) (bool, error)
	// IAMAttachments lists the ARNs of an entity's managed policies, in order.
	IAMAttachments(ctx context.Context, entityID string) ([]string, error)
	// IAMAttachmentCounts counts the attachments of every policy attached in an account.
	IAMAttachmentCounts(ctx context.Context, account arn.AccountID) (map[string]int, error)
	// IAMBoundaryCounts counts the entities that every boundary of an account bounds.
	IAMBoundaryCounts(ctx context.Context, account arn.AccountID) (map[string]int, error)
	// IAMEntitiesForPolicy lists, by ID, the entities that a policy is attached to, or bounds.
	IAMEntitiesForPolicy(ctx context.Context, account arn.AccountID, q EntitiesQuery, page paging.Page) ([]Entity, error)
}

// servicePolicies is the path of AWS managed policies for service-linked roles.
const servicePolicies = "policy/aws-service-role/"

// AttachPolicy attaches a managed policy to an entity; doing it twice is no error.
func (s *Service) AttachPolicy(ctx context.Context, ref Ref, policyARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := attachable(ctx, tx, e.Account, policyARN); err != nil {
			return err
		}
		attached, err := tx.IAMAttachments(ctx, e.ID)
		if err != nil || slices.Contains(attached, policyARN) {
			return err
		}
		if most := s.attachable(e.Kind); quota.Exceeded(most, len(attached)+1) {
			return exceeded("PoliciesPer"+e.Kind.title(), most)
		}
		return tx.PutIAMAttachment(ctx, e.Account, e.ID, policyARN)
	})
}

// attachable is how many managed policies an entity of a kind may hold.
func (s *Service) attachable(kind Kind) int {
	q := s.quotas()
	switch kind {
	case UserKind:
		return q.PoliciesPerUser
	case GroupKind:
		return q.PoliciesPerGroup
	case RoleKind:
		return q.PoliciesPerRole
	}
	return 0
}

// attachable refuses what cannot be attached in account: what is no policy's
// ARN, what does not exist or is another account's, and what is for services.
func attachable(ctx context.Context, tx Tx, account arn.AccountID, policyARN string) error {
	owner, err := policyOwner(policyARN)
	if err != nil {
		return err
	}
	found := false
	switch owner {
	case awsOwner:
		if strings.Contains(policyARN, ":"+servicePolicies) {
			return &NotAttachable{fault.Newf(fault.Invalid, "Cannot attach a Service Role Policy to a Customer Role.")}
		}
		_, found = awsmanaged.Find(policyARN)
	case account:
		if _, found, err = tx.IAMPolicy(ctx, policyARN); err != nil {
			return err
		}
	}
	if !found {
		return noSuchPolicy(policyARN)
	}
	return nil
}

// boundary checks a permissions boundary to be set; "" is none.
func boundary(ctx context.Context, tx Tx, account arn.AccountID, policyARN string) (string, error) {
	if policyARN == "" {
		return "", nil
	}
	return policyARN, attachable(ctx, tx, account, policyARN)
}

func noSuchPolicy(policyARN string) error {
	return fault.Newf(fault.NotFound, "Policy %s does not exist or is not attachable.", policyARN)
}

// DetachPolicy ends an attachment; one that is not there is a NotFound fault.
func (s *Service) DetachPolicy(ctx context.Context, ref Ref, policyARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, ref)
		if err != nil {
			return err
		}
		if _, err := policyOwner(policyARN); err != nil {
			return err
		}
		was, err := tx.DeleteIAMAttachment(ctx, e.ID, policyARN)
		if err == nil && !was {
			err = fault.Newf(fault.NotFound, "Policy %s was not found.", policyARN)
		}
		return err
	})
}

// Attached is a managed policy that an entity holds.
type Attached struct {
	Name string
	ARN  string
}

// AttachedPolicies lists the managed policies of an entity whose path begins
// with pathPrefix, by name.
func (s *Service) AttachedPolicies(ctx context.Context, ref Ref, pathPrefix string, page paging.Page) ([]Attached, string, error) {
	var arns []string
	err := s.View(ctx, func(tx Tx) error {
		e, err := entity(ctx, tx, ref)
		if err != nil {
			return err
		}
		arns, err = tx.IAMAttachments(ctx, e.ID)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	var all []Attached
	for _, a := range arns {
		path, name := PolicyPathAndName(a)
		at := Attached{Name: name, ARN: a}
		if strings.HasPrefix(path, pathPrefix) && at.key() > page.After {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, func(a, b Attached) int { return cmp.Compare(a.key(), b.key()) })
	all, next := paging.Cut(all, page.Limit, Attached.key)
	return all, next, nil
}

// key orders attached policies by name. Two policies of one name, AWS's and the
// customer's, differ in the end; an ARN would be too long for a token.
func (a Attached) key() string {
	sum := sha256.Sum256([]byte(a.ARN))
	return a.Name + " " + hex.EncodeToString(sum[:8])
}

// SetBoundary sets the permissions boundary of a user or role; "" removes it,
// and removing none is a NotFound fault.
func (s *Service) SetBoundary(ctx context.Context, ref Ref, policyARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := writableEntity(ctx, tx, ref)
		if err != nil {
			return err
		}
		if policyARN == "" && e.BoundaryARN == "" {
			return fault.Newf(fault.NotFound, "%s %s does not have a permissions boundary.", e.Kind.title(), e.Name)
		}
		if e.BoundaryARN, err = boundary(ctx, tx, e.Account, policyARN); err != nil {
			return err
		}
		return tx.UpdateIAMEntity(ctx, e)
	})
}
