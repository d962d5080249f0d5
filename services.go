package foyer

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/awsapi/accessanalyzerapi"
	"foyer/internal/awsapi/accountapi"
	"foyer/internal/awsapi/cloudtrailapi"
	"foyer/internal/awsapi/foyerapi"
	"foyer/internal/awsapi/iamapi"
	"foyer/internal/awsapi/identitystoreapi"
	"foyer/internal/awsapi/organizationsapi"
	"foyer/internal/awsapi/signinapi"
	"foyer/internal/awsapi/ssoadminapi"
	"foyer/internal/awsapi/ssoapi"
	"foyer/internal/awsapi/ssodirectoryapi"
	"foyer/internal/awsapi/ssooidcapi"
	"foyer/internal/awsapi/stsapi"
	"foyer/internal/iam"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// administers reports whether an account administers Identity Center for its
// organization.
func (r *rooms) administers(ctx context.Context, account arn.AccountID) (bool, error) {
	return r.organizations.DelegatedAdministrator(ctx, account, iam.SSOPrincipal)
}

// apis are the services, each answered by its rooms.
func (r *rooms) apis(f founding) []*wire.API {
	tokens := paging.Tokens{Ring: r.ring}
	services := []interface{ API() *wire.API }{
		&accessanalyzerapi.Service{Tokens: tokens},
		&accountapi.Service{Organizations: r.organizations, Tokens: tokens},
		&cloudtrailapi.Service{Log: r.trail, Tokens: tokens},
		&iamapi.Service{IAM: r.iam, Gate: r.gate, Simulator: r.simulator, LastAccess: r.lastAccess, CredentialReports: r.credentials, RootAccess: r.rootAccess, Tokens: tokens, IssuerURL: r.sts.IssuerURL},
		&foyerapi.Service{Instance: r.instance, Provisioning: r.provisioning, Tokens: tokens, Delegated: r.administers},
		&identitystoreapi.Service{
			Directory: r.directory, Tokens: tokens, Stores: r.instance.WithStore, Delegated: r.administers,
		},
		&organizationsapi.Service{Organizations: r.organizations, Tokens: tokens, CheckResource: r.gate.CheckResource},
		&signinapi.Service{},
		&ssoadminapi.Service{
			Instance: r.instance, PermissionSets: r.sets, Assignments: r.assignments, Provisioning: r.provisioning, Tokens: tokens,
			AccessControl: r.accessControl, Applications: r.applications, Issuers: r.issuers, Tagging: r.tagging,
			Delegated: r.administers, Management: r.management,
		},
		&ssoapi.Service{Tokens: r.oidc, Portal: r.federation, Pages: tokens},
		&ssodirectoryapi.Service{
			Directory: r.directory, Passwords: r.signin, Sessions: r.sessions, MFA: r.mfa, Tokens: tokens, User: r.userByID,
			Owner: func() arn.AccountID { return f.account }, PortalURL: func() string { return r.signin.Portal + "/start" },
		},
		&ssooidcapi.Service{Clients: r.oidc, Grants: r.oidc},
		&stsapi.Service{STS: r.sts, Messages: r.gate.Messages},
	}
	apis := make([]*wire.API, len(services))
	for i, s := range services {
		apis[i] = s.API()
	}
	return apis
}
