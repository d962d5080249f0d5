// Package application holds the applications of an Identity Center instance:
// who is assigned to them, and by which methods, grants and scopes they act for
// people.
//
// An application lives in an account, which need not be the instance's: a
// member of the organization may bring its own.
package application

import (
	"context"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/once"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/tagging"
)

// Application is a customer managed or AWS managed application.
type Application struct {
	ARN         string // arn:aws:sso::<account>:application/ssoins-…/apl-…
	InstanceARN string
	Account     arn.AccountID
	Provider    string // ARN of an entry of the catalogue: see [Providers]
	Name        string // 1–100 characters
	Description string // at most 128 characters
	Disabled    bool
	Portal      Portal
	Created     time.Time
	CreatedFrom string // region
}

// Portal says how an application shows in the access portal.
type Portal struct {
	Hidden bool
	Origin Origin // "" when nobody said where sign-in begins
	URL    string // of the application; "" for none
}

// Origin says where signing in to an application begins, in the API's words.
type Origin string

// The origins.
const (
	FromIdentityCenter Origin = "IDENTITY_CENTER"
	FromApplication    Origin = "APPLICATION"
)

// Settings are what further operations set of an application. The zero Settings
// are those of a new one.
type Settings struct {
	AssignmentOptional  bool // everyone may use it; else only who is assigned
	NoBackgroundSession bool // user background sessions are disabled for it
}

// Reader is what reading applications needs of the store.
type Reader interface {
	Application(ctx context.Context, applicationARN string) (Application, bool, error)
	// Applications lists an instance's by ARN; an empty member of f means any.
	Applications(ctx context.Context, instanceARN string, f Filter, page paging.Page) ([]Application, error)
	ApplicationSettings(ctx context.Context, applicationARN string) (Settings, error)

	ApplicationAssigned(ctx context.Context, a Assignment) (bool, error)
	// ApplicationAssignments lists an application's by [Assignment.Key].
	ApplicationAssignments(ctx context.Context, applicationARN string, page paging.Page) ([]Assignment, error)
	// ApplicationAssignmentsFor lists a group's own, and those a user has, also
	// through groups, by [Assignment.Key]; applicationARN "" means all.
	ApplicationAssignmentsFor(ctx context.Context, instanceARN string, p Principal, applicationARN string, page paging.Page) ([]Assignment, error)

	// ApplicationsShown lists, by ARN, what the access portal shows a user: what
	// is enabled, not hidden, and the user's, through groups too, or everybody's.
	ApplicationsShown(ctx context.Context, instanceARN, userID string, page paging.Page) ([]Application, error)

	// ApplicationParts lists the parts of a kind by name.
	ApplicationParts(ctx context.Context, applicationARN string, kind PartKind, page paging.Page) ([]Part, error)
	ApplicationPart(ctx context.Context, applicationARN string, kind PartKind, name string) (content string, found bool, err error)
	CountApplicationParts(ctx context.Context, applicationARN string, kind PartKind) (int, error)
	// TrustedTokenIssuerOf reports whether an instance has an issuer.
	TrustedTokenIssuerOf(ctx context.Context, instanceARN, issuerARN string) (bool, error)
}

// Tx is what changing applications needs of one transaction.
type Tx interface {
	Reader
	once.Tx
	tagging.Tx
	CountApplications(ctx context.Context, instanceARN string) (int, error)
	PutApplication(ctx context.Context, a Application) error
	UpdateApplication(ctx context.Context, a Application) error
	// DeleteApplication removes an application with all that hangs on it.
	DeleteApplication(ctx context.Context, applicationARN string) error
	SetApplicationSettings(ctx context.Context, applicationARN string, s Settings) error
	PutApplicationAssignment(ctx context.Context, a Assignment) (created bool, err error)
	DeleteApplicationAssignment(ctx context.Context, a Assignment) (deleted bool, err error)
	// DeleteApplicationAssignmentsOf removes all of a principal.
	DeleteApplicationAssignmentsOf(ctx context.Context, p Principal) error
	PutApplicationPart(ctx context.Context, applicationARN string, kind PartKind, part Part) error
	DeleteApplicationPart(ctx context.Context, applicationARN string, kind PartKind, name string) error
}

// Service keeps applications. All fields but Quotas are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Reader) error) error
	Mint mint.Mint
	// Instance finds an instance by ARN; a NotFound fault when there is none.
	Instance func(ctx context.Context, instanceARN string) (instance.Instance, error)
	// PrincipalExists looks into the identity store of an instance.
	PrincipalExists func(ctx context.Context, i instance.Instance, p Principal) (bool, error)
	// Quotas bound applications and their scopes; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// Filter selects applications; an empty member selects any.
type Filter struct {
	Account  arn.AccountID
	Provider string
}

// in reads an application that must exist.
func in(ctx context.Context, r Reader, applicationARN string) (Application, error) {
	a, found, err := r.Application(ctx, applicationARN)
	if err == nil && !found {
		err = fault.Newf(fault.NotFound, "Could not find Application with ARN %s.", applicationARN)
	}
	return a, err
}

// ParseARN takes an application's ARN apart: the account, and the instance's ARN.
func ParseARN(applicationARN string) (account arn.AccountID, instanceARN string) {
	prefix, path, _ := strings.Cut(applicationARN, ":application/")
	id, _, _ := strings.Cut(path, "/")
	return arn.AccountID(prefix[strings.LastIndexByte(prefix, ':')+1:]), "arn:" + arn.Partition + ":sso:::instance/" + id
}
