// Package permissionset holds permission sets: named bundles of policies that
// provisioning turns into one protected role per account they are assigned in.
//
// A permission set never touches an account itself. Every change of what its
// roles depend on yields another [Content.Revision]; the provisioning package
// compares revisions and reconciles.
package permissionset

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/tagging"
)

// Bounds of a set's members, in characters.
const (
	maxName        = 32
	maxDescription = 700
	maxRelayState  = 240
)

// Set is a permission set. The zero Set is not valid; its zero SessionDuration is.
type Set struct {
	ARN             string // arn:aws:sso:::permissionSet/ssoins-…/ps-…
	InstanceARN     string
	Name            string // 1–32 of [\w+=,.@-], unique in the instance, never changed
	Description     string // at most 700 characters
	SessionDuration string // ISO 8601, PT1H to PT12H; "" means PT1H
	RelayState      string // console URL opened after sign-in, at most 240 characters; "" means the console home
	Created         time.Time
}

// Session returns how long credentials of the set last.
func (s Set) Session() time.Duration { return session(s.SessionDuration) }

// Validate returns an Invalid fault naming the first rule that s breaks.
func (s Set) Validate() error {
	if s.Name == "" || len(s.Name) > maxName || strings.Trim(s.Name, nameCharacters) != "" {
		return fault.Newf(fault.Invalid, "The name of a permission set has 1 to %d letters, digits and characters of _+=,.@-.", maxName)
	}
	if utf8.RuneCountInString(s.Description) > maxDescription {
		return fault.Newf(fault.Invalid, "The description of a permission set has at most %d characters.", maxDescription)
	}
	if utf8.RuneCountInString(s.RelayState) > maxRelayState {
		return fault.Newf(fault.Invalid, "The relay state of a permission set has at most %d characters.", maxRelayState)
	}
	if s.SessionDuration == "" {
		return nil
	}
	if _, err := ParseDuration(s.SessionDuration); err != nil {
		return err
	}
	return nil
}

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-"

// Reader is what reading permission sets needs of the store.
type Reader interface {
	PermissionSet(ctx context.Context, setARN string) (Set, bool, error)
	// PermissionSetNamed finds a set by its name; there is one instance.
	PermissionSetNamed(ctx context.Context, name string) (Set, bool, error)
	// PermissionSetARNs lists the sets of an instance by ARN.
	PermissionSetARNs(ctx context.Context, instanceARN string, page paging.Page) ([]string, error)
	PermissionSetContent(ctx context.Context, setARN string) (Content, bool, error)
	// PermissionSetPolicies lists the AWS managed policies attached, by ARN.
	PermissionSetPolicies(ctx context.Context, setARN string, page paging.Page) ([]string, error)
	// PermissionSetReferences lists the customer managed policies, by [PolicyRef.Key].
	PermissionSetReferences(ctx context.Context, setARN string, page paging.Page) ([]PolicyRef, error)
	// PermissionSetInUse reports whether the set is assigned or provisioned
	// anywhere, or on its way into an account or out of it: a role can only be
	// found by the set it is of.
	PermissionSetInUse(ctx context.Context, setARN string) (bool, error)
}

// Tx is what changing permission sets needs of one transaction.
type Tx interface {
	Reader
	tagging.Tx
	CountPermissionSets(ctx context.Context, instanceARN string) (int, error)
	PutPermissionSet(ctx context.Context, s Set) (created bool, err error)
	UpdatePermissionSet(ctx context.Context, s Set) error
	// DeletePermissionSet removes a set with its policies and tags.
	DeletePermissionSet(ctx context.Context, setARN string) error

	// CountPermissionSetPolicies counts managed and customer managed policies together.
	CountPermissionSetPolicies(ctx context.Context, setARN string) (int, error)
	AttachToPermissionSet(ctx context.Context, setARN, policyARN string) (attached bool, err error)
	DetachFromPermissionSet(ctx context.Context, setARN, policyARN string) (detached bool, err error)
	ReferenceFromPermissionSet(ctx context.Context, setARN string, ref PolicyRef) (attached bool, err error)
	UnreferenceFromPermissionSet(ctx context.Context, setARN string, ref PolicyRef) (detached bool, err error)
	// SetPermissionSetInline puts the inline policy; "" removes it.
	SetPermissionSetInline(ctx context.Context, setARN, document string) error
	// SetPermissionSetBoundary puts the boundary; nil removes it.
	SetPermissionSetBoundary(ctx context.Context, setARN string, b *Boundary) error
}

// Service keeps permission sets. All fields but Quotas are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Reader) error) error
	Mint mint.Mint
	Now  func() time.Time
	// Quotas bound sets, their policies and tags; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// in reads a set that must exist.
func in(ctx context.Context, r Reader, setARN string) (Set, error) {
	s, found, err := r.PermissionSet(ctx, setARN)
	if err == nil && !found {
		err = missing(setARN)
	}
	return s, err
}

func missing(setARN string) error {
	return fault.Newf(fault.NotFound, "Could not find PermissionSet with ARN %s.", setARN)
}
