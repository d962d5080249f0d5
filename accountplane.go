package foyer

import (
	"context"
	"crypto/rand"

	"foyer/internal/access"
	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/console"
	"foyer/internal/iam"
	"foyer/internal/issuerkeys"
	"foyer/internal/lastaccess"
	"foyer/internal/organizations"
	"foyer/internal/sqlstore"
	"foyer/internal/sts"
)

// accountPlane is where accounts, roles and credentials live.
type accountPlane struct {
	iam           *iam.Service
	rootAccess    *iam.RootAccess
	organizations *organizations.Service
	sts           *sts.Service
	identifier    *access.Identifier
	gate          *access.Gate
	simulator     *access.Simulator
	lastAccess    *lastaccess.Reports
	credentials   *iam.CredentialReports
	console       *console.Service
}

// furnishAccountPlane wires accounts as c wants them. endpoint is the URL at
// which issuers of accounts are found.
func (r *rooms) furnishAccountPlane(c Config, endpoint string) {
	limits := c.OrganizationLimits
	limits.Wait = c.AccountLeaveAfter
	r.iam = &iam.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) iam.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) iam.Tx { return tx }),
		Mint: r.mint, Ring: r.ring, Passwords: r.hasher, Quotas: c.IAMQuotas,
	}
	r.organizations = &organizations.Service{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		Mint: r.mint, PutRoles: putAccountRoles(r.iam), Gone: r.accountGone,
		Limits: limits,
		Link:   func(ctx context.Context, account arn.AccountID) error { return linkServices(ctx, r.iam, account) },
	}
	r.rootAccess = &iam.RootAccess{
		InTx:     sqlstore.Through(r.db, func(tx *sqlstore.Tx) iam.RootAccessTx { return tx }),
		View:     sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) iam.RootAccessTx { return tx }),
		Standing: r.standing,
	}
	minter := sts.Minter{Ring: r.ring, Mint: r.mint, Now: r.now}
	facts := &access.Facts{IAM: r.iam, Organizations: r.organizations}
	r.gate = &access.Gate{
		Rights: sqlstore.Remember(r.db, facts.Rights), Place: sqlstore.Remember(r.db, facts.Place), Policy: sqlstore.Remember(r.db, facts.Policy),
		Messages: &access.Messages{Ring: r.ring},
	}
	r.simulator = &access.Simulator{IAM: r.iam, Place: r.gate.Place}
	r.furnishLastAccess()
	r.furnishCredentialReports()
	r.identifier = &access.Identifier{Keys: sqlstore.Remember(r.db, facts.KeyOwner), Sessions: &minter}
	r.sts = &sts.Service{
		Minter: minter, IAM: rememberIAM(r.db, r.iam), Gate: r.gate, ResourceControls: r.gate.ResourceControls,
		Issuers: &issuerkeys.Fetcher{Now: r.now, Networks: r.issuerNetworks},
		Keys: &sts.SigningKeys{
			InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) sts.KeyTx { return tx }),
			View: sqlstore.Viewed(r.db, func(tx *sqlstore.Tx) sts.KeyTx { return tx }),
			Ring: r.ring, Mint: r.mint, Random: rand.Reader,
		},
		MFA: func(ctx context.Context, who caller.Caller, f sts.Factor) error {
			return r.iam.VerifyMFA(ctx, who.Account, who.ID, f.Serial, f.Code)
		},
		Endpoint: endpoint, Organization: r.placeOf, MayAssumeRoot: r.rootAccess.MayAssumeRoot,
	}
	see := func(tx *sqlstore.Tx) console.Tx { return tx }
	r.console = &console.Service{
		InTx: sqlstore.Through(r.db, see), View: sqlstore.Viewed(r.db, see), Unit: r.db.Unit, Mint: r.mint, Now: r.now,
		Identify: r.identifier.Identify, Record: r.recordConsole(c.Region),
	}
}

// placeOf tells where an account stands.
func (r *rooms) placeOf(ctx context.Context, account arn.AccountID) (id, path string, err error) {
	c, err := r.organizations.ControlPolicies(ctx, account)
	return c.OrgID, c.Path, err
}

// standing is what an account is to IAM in its organization.
func (r *rooms) standing(ctx context.Context, account arn.AccountID) (iam.Standing, error) {
	s, err := r.organizations.StandingOf(ctx, account, iam.Principal)
	return iam.Standing{
		Organization: s.Organization.ID, Management: s.Organization.Management,
		AllFeatures: s.Organization.Features == organizations.AllFeatures, Trusted: s.Trusted, Delegated: s.Delegated,
	}, err
}

// rememberedIAM is what assuming a role reads of accounts, with a memory before it.
type rememberedIAM struct {
	*iam.Service
	role     func(context.Context, iam.RoleRef) (iam.Role, error)
	provider func(context.Context, string) (iam.SAMLProvider, error)
	issuer   func(context.Context, string) (iam.OIDCProvider, error)
}

func rememberIAM(db *sqlstore.DB, service *iam.Service) rememberedIAM {
	return rememberedIAM{
		Service: service,
		role: sqlstore.Remember(db, func(ctx context.Context, ref iam.RoleRef) (iam.Role, error) {
			return service.Role(ctx, ref.Account, ref.Name)
		}),
		provider: sqlstore.Remember(db, service.SAMLProvider),
		issuer:   sqlstore.Remember(db, service.OIDCProvider),
	}
}

// Role is iam's, remembered.
func (m rememberedIAM) Role(ctx context.Context, account arn.AccountID, name string) (iam.Role, error) {
	return m.role(ctx, iam.RoleRef{Account: account, Name: name})
}

// SAMLProvider is iam's, remembered.
func (m rememberedIAM) SAMLProvider(ctx context.Context, providerARN string) (iam.SAMLProvider, error) {
	return m.provider(ctx, providerARN)
}

// OIDCProvider is iam's, remembered.
func (m rememberedIAM) OIDCProvider(ctx context.Context, providerARN string) (iam.OIDCProvider, error) {
	return m.issuer(ctx, providerARN)
}

// The service principals whose service-linked roles every account of an
// organization has.
var linkedServices = []string{"organizations.amazonaws.com", iam.SSOPrincipal}

// putAccountRoles makes what a new account begins with: the role for its
// management account, and the service-linked roles.
func putAccountRoles(service *iam.Service) func(context.Context, []organizations.AccountRole) error {
	return func(ctx context.Context, roles []organizations.AccountRole) error {
		for _, r := range roles {
			_, err := service.CreateServiceRole(ctx, iam.ServiceRole{
				NewRole:           iam.NewRole{Account: r.Account, Name: r.Name, TrustPolicy: r.TrustPolicy},
				ManagedPolicyARNs: r.ManagedPolicyARNs,
			})
			if err != nil {
				return err
			}
			if err := linkServices(ctx, service, r.Account); err != nil {
				return err
			}
		}
		return nil
	}
}

func linkServices(ctx context.Context, service *iam.Service, account arn.AccountID) error {
	for _, principal := range linkedServices {
		if _, err := service.EnsureServiceLinkedRole(ctx, account, principal, ""); err != nil {
			return err
		}
	}
	return nil
}
