package iam

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// Version is one version of a managed policy.
type Version struct {
	Number   int64
	Document string
	Default  bool
	Created  time.Time
	id       string // AWS's own; of ours it follows from Number
}

// ID is how the version is named: v1, v2, ….
func (v Version) ID() string {
	if v.id != "" {
		return v.id
	}
	return "v" + strconv.FormatInt(v.Number, 10)
}

// CreateVersion adds a version to a policy that has fewer than five, and puts
// it in force when asked to.
func (s *Service) CreateVersion(ctx context.Context, account arn.AccountID, policyARN, document string, setDefault bool) (v Version, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		p, err := ownPolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		if err := s.checkManaged(document); err != nil {
			return err
		}
		versions, err := tx.IAMPolicyVersions(ctx, p.ID)
		if err != nil {
			return err
		}
		if most := s.quotas().VersionsPerPolicy; quota.Exceeded(most, len(versions)+1) {
			return fault.Newf(fault.Quota, "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", most)
		}
		p.LastVersion++
		p.Updated = tx.Now()
		v = Version{Number: p.LastVersion, Document: document, Default: setDefault, Created: tx.Now()}
		if setDefault {
			p.Default = v.ID()
		}
		if err := tx.PutIAMPolicyVersion(ctx, p.ID, v); err != nil {
			return fmt.Errorf("version %s of %s: %w", v.ID(), policyARN, err)
		}
		return tx.UpdateIAMPolicy(ctx, p)
	})
	return v, err
}

// Version returns one version of a policy with its document.
func (s *Service) Version(ctx context.Context, account arn.AccountID, policyARN, id string) (v Version, err error) {
	err = s.View(ctx, func(tx Tx) error {
		p, err := visiblePolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		v, err = versionOf(ctx, tx, p, id)
		return err
	})
	return v, err
}

func versionOf(ctx context.Context, tx Tx, p Policy, id string) (Version, error) {
	if p.Account == awsOwner {
		m, _ := awsmanaged.Find(p.ARN)
		if id != m.DefaultVersion {
			return Version{}, noSuchVersion(p.ARN, id)
		}
		return Version{Number: versionNumber(id), Document: m.Document(), Default: true, Created: m.Updated, id: id}, nil
	}
	v, found, err := tx.IAMPolicyVersion(ctx, p.ID, versionNumber(id))
	if err != nil {
		return Version{}, fmt.Errorf("version %s of %s: %w", id, p.ARN, err)
	}
	if !found {
		return Version{}, noSuchVersion(p.ARN, id)
	}
	v.Default = v.ID() == p.Default
	return v, nil
}

func noSuchVersion(policyARN, id string) error {
	return fault.Newf(fault.NotFound, "Policy %s version %s does not exist or is not attachable.", policyARN, id)
}

// Versions lists the versions of a policy, newest first, without documents. Of
// AWS's policies only the one in force is known.
func (s *Service) Versions(ctx context.Context, account arn.AccountID, policyARN string, page paging.Page) ([]Version, string, error) {
	var all []Version
	err := s.View(ctx, func(tx Tx) error {
		p, err := visiblePolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		if p.Account == awsOwner {
			v, err := versionOf(ctx, tx, p, p.Default)
			v.Document = ""
			all = []Version{v}
			return err
		}
		all, err = tx.IAMPolicyVersions(ctx, p.ID)
		for i := range all {
			all[i].Default = all[i].ID() == p.Default
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if after := versionNumber(page.After); after > 0 {
		for len(all) > 0 && all[0].Number >= after {
			all = all[1:]
		}
	}
	all, next := paging.Cut(all, page.Limit, Version.ID)
	return all, next, nil
}

// DeleteVersion deletes a version that is not in force.
func (s *Service) DeleteVersion(ctx context.Context, account arn.AccountID, policyARN, id string) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := ownPolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		v, err := versionOf(ctx, tx, p, id)
		if err != nil {
			return err
		}
		if v.Default {
			return inUse("Cannot delete the default version of a policy.")
		}
		return tx.DeleteIAMPolicyVersion(ctx, p.ID, v.Number)
	})
}

// SetDefaultVersion puts a version in force.
func (s *Service) SetDefaultVersion(ctx context.Context, account arn.AccountID, policyARN, id string) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := ownPolicy(ctx, tx, account, policyARN)
		if err != nil {
			return err
		}
		v, err := versionOf(ctx, tx, p, id)
		if err != nil {
			return err
		}
		p.Default, p.Updated = v.ID(), tx.Now()
		return tx.UpdateIAMPolicy(ctx, p)
	})
}
