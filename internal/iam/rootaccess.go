package iam

import (
	"context"
	"fmt"
	"slices"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// Principal is IAM's service principal: organizations trust it, and member
// accounts administer it.
const Principal = "iam.amazonaws.com"

// RootFeature is something that an organization manages of its members' root
// users.
type RootFeature string

// The features.
const (
	RootCredentials RootFeature = "RootCredentialsManagement"
	RootSessions    RootFeature = "RootSessions" // AssumeRoot
)

// Standing is what an account is in its organization. The zero Standing is that
// of a standalone account.
type Standing struct {
	Organization string        // o-…; "" when standalone
	Management   arn.AccountID // of the organization
	AllFeatures  bool          // it has policies and services
	Trusted      bool          // it trusts IAM
	Delegated    bool          // the account administers IAM for it
}

// RootAccessTx stores features by organization.
type RootAccessTx interface {
	// PutRootFeature turns a feature on; doing it twice is no error.
	PutRootFeature(ctx context.Context, organization string, f RootFeature) error
	DeleteRootFeature(ctx context.Context, organization string, f RootFeature) error
	// RootFeatures lists by name.
	RootFeatures(ctx context.Context, organization string) ([]RootFeature, error)
}

// RootAccess is what organizations manage of their members' root users. All
// fields are required.
type RootAccess struct {
	InTx     func(context.Context, func(RootAccessTx) error) error
	View     func(context.Context, func(RootAccessTx) error) error
	Standing func(context.Context, arn.AccountID) (Standing, error)
}

// RootReason is why an account may not manage root users.
type RootReason uint8

// The reasons.
const (
	NoOrganization RootReason = iota
	NotAdministrator
	NotManagement
	NotAllFeatures
	NotTrusted
)

// RootRefusal refuses to manage root users.
type RootRefusal struct {
	Reason RootReason
	Err    error
}

// Error returns the reason.
func (e *RootRefusal) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *RootRefusal) Unwrap() error { return e.Err }

func refuseRoot(reason RootReason, kind fault.Kind, message string) error {
	return &RootRefusal{reason, fault.Newf(kind, "%s", message)}
}

// may returns the organization that account administers IAM for.
func (r *RootAccess) may(ctx context.Context, account arn.AccountID, manager bool) (Standing, error) {
	s, err := r.Standing(ctx, account)
	switch {
	case err != nil:
		return s, fmt.Errorf("organization of %s: %w", account, err)
	case s.Organization == "":
		return s, refuseRoot(NoOrganization, fault.NotFound, "Your account is not a member of an organization.")
	case s.Management != account && !s.Delegated:
		return s, refuseRoot(NotAdministrator, fault.Denied, "The account is not the management account or a delegated administrator for IAM of the organization.")
	case s.Management != account && manager:
		return s, refuseRoot(NotManagement, fault.Denied, "Only the management account of the organization can perform this operation.")
	case !s.AllFeatures:
		return s, refuseRoot(NotAllFeatures, fault.Conflict, "The organization does not have all features enabled.")
	case !s.Trusted:
		return s, refuseRoot(NotTrusted, fault.Conflict, "Trusted access for IAM is not enabled in the organization. Enable it for "+Principal+".")
	default:
		return s, nil
	}
}

// Enable turns a feature on for the organization that account manages, and
// returns all that are on, by name. Doing it twice is no error.
func (r *RootAccess) Enable(ctx context.Context, account arn.AccountID, f RootFeature) (Standing, []RootFeature, error) {
	return r.change(ctx, account, true, func(tx RootAccessTx, organization string) error { return tx.PutRootFeature(ctx, organization, f) })
}

// Disable turns a feature off for the organization that account manages, or
// administers IAM for, and returns all that are on.
func (r *RootAccess) Disable(ctx context.Context, account arn.AccountID, f RootFeature) (Standing, []RootFeature, error) {
	return r.change(ctx, account, false, func(tx RootAccessTx, organization string) error { return tx.DeleteRootFeature(ctx, organization, f) })
}

func (r *RootAccess) change(ctx context.Context, account arn.AccountID, manager bool, change func(RootAccessTx, string) error) (s Standing, on []RootFeature, err error) {
	if s, err = r.may(ctx, account, manager); err != nil {
		return s, nil, err
	}
	err = r.InTx(ctx, func(tx RootAccessTx) error {
		if err := change(tx, s.Organization); err != nil {
			return err
		}
		on, err = tx.RootFeatures(ctx, s.Organization)
		return err
	})
	return s, on, err
}

// Features lists by name what is on in the organization that account manages,
// or administers IAM for.
func (r *RootAccess) Features(ctx context.Context, account arn.AccountID) (s Standing, on []RootFeature, err error) {
	if s, err = r.may(ctx, account, false); err != nil {
		return s, nil, err
	}
	err = r.View(ctx, func(tx RootAccessTx) error {
		on, err = tx.RootFeatures(ctx, s.Organization)
		return err
	})
	return s, on, err
}

// MayAssumeRoot reports whether account's principals may, as far as the
// organization goes, act as the root of target: root sessions are on, account
// administers them, and target is a member.
func (r *RootAccess) MayAssumeRoot(ctx context.Context, account, target arn.AccountID) (bool, error) {
	s, on, err := r.Features(ctx, account)
	if fault.Of(err) != fault.Internal {
		return false, nil
	}
	if err != nil || !slices.Contains(on, RootSessions) || target == s.Management {
		return false, err
	}
	of, err := r.Standing(ctx, target)
	return err == nil && of.Organization == s.Organization, err
}
