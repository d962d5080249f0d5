package ssoadminapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	api "foyer/internal/awsapi/ssoadminapi"
	"foyer/internal/directory"
	"foyer/internal/quota"
	"foyer/internal/wire"
)

const (
	custom       = "arn:aws:sso::aws:applicationProvider/custom"
	noSuchApp    = "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-0000000000000000"
	noSuchIssuer = "arn:aws:sso::111122223333:trustedTokenIssuer/ssoins-1234567890abcdef/tti-00000000-0000-4000-8000-000000000000"
	noInstance   = "arn:aws:sso:::instance/ssoins-0000000000000000"
)

func (h *house) application(name string) string {
	h.t.Helper()
	return *do(h, h.CreateApplication, &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom, Name: name}).ApplicationArn
}

func TestApplications(t *testing.T) {
	h := open(t)
	made := do(h, h.CreateApplication, &api.CreateApplicationRequest{
		InstanceArn: instanceARN, ApplicationProviderArn: custom, Name: "Ledger", Description: new("books"), Status: new("DISABLED"),
		PortalOptions: &api.PortalOptions{Visibility: new("DISABLED"), SignInOptions: &api.SignInOptions{Origin: "APPLICATION", ApplicationUrl: new("https://ledger.example.net")}},
		Tags:          []api.Tag{{Key: "team", Value: "a"}}, ClientToken: new("once"),
	})
	name := *made.ApplicationArn
	if !strings.HasPrefix(name, "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-") || *made.InstanceArn != instanceARN ||
		*made.IdentityStoreArn != "arn:aws:identitystore::111122223333:identitystore/d-90671a2b3c" {
		t.Errorf("made %+v", made)
	}
	got := do(h, h.DescribeApplication, &api.DescribeApplicationRequest{ApplicationArn: name})
	if *got.Name != "Ledger" || *got.Description != "books" || *got.Status != "DISABLED" || *got.PortalOptions.Visibility != "DISABLED" ||
		*got.PortalOptions.SignInOptions.ApplicationUrl != "https://ledger.example.net" || *got.ApplicationAccount != "111122223333" || !got.CreatedDate.Equal(now) {
		t.Errorf("got %+v", got)
	}
	if tags := do(h, h.ListTagsForResource, &api.ListTagsForResourceRequest{InstanceArn: new(instanceARN), ResourceArn: name}).Tags; fmt.Sprint(tags) != "[{team a}]" {
		t.Errorf("tags %v", tags)
	}

	do(h, h.UpdateApplication, &api.UpdateApplicationRequest{ApplicationArn: name, Status: new("ENABLED"), PortalOptions: &api.UpdateApplicationPortalOptions{
		SignInOptions: &api.SignInOptions{Origin: "IDENTITY_CENTER"},
	}})
	got = do(h, h.DescribeApplication, &api.DescribeApplicationRequest{ApplicationArn: name})
	if *got.Name != "Ledger" || *got.Status != "ENABLED" || *got.PortalOptions.Visibility != "DISABLED" || got.PortalOptions.SignInOptions.ApplicationUrl != nil {
		t.Errorf("updated %+v", got)
	}

	refused(h, "ResourceNotFoundException", h.CreateApplication, &api.CreateApplicationRequest{InstanceArn: noInstance, ApplicationProviderArn: custom, Name: "a"})
	refused(h, "ResourceNotFoundException", h.CreateApplication, &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom + "x", Name: "a"})
	refused(h, "ValidationException", h.CreateApplication, &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom, Name: "a",
		PortalOptions: &api.PortalOptions{SignInOptions: &api.SignInOptions{Origin: "APPLICATION"}}})
	refused(h, "ValidationException", h.UpdateApplication, &api.UpdateApplicationRequest{ApplicationArn: name, Name: new("  ")})
	do(h, h.DeleteApplication, &api.DeleteApplicationRequest{ApplicationArn: name})
	refused(h, "ResourceNotFoundException", h.DeleteApplication, &api.DeleteApplicationRequest{ApplicationArn: name})
	refused(h, "ResourceNotFoundException", h.DescribeApplication, &api.DescribeApplicationRequest{ApplicationArn: name})
	refused(h, "ResourceNotFoundException", h.UpdateApplication, &api.UpdateApplicationRequest{ApplicationArn: name})
	refused(h, "ResourceNotFoundException", h.ListTagsForResource, &api.ListTagsForResourceRequest{ResourceArn: name})
}

func TestAClientTokenMakesOneApplication(t *testing.T) {
	h := open(t)
	in := &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom, Name: "Ledger", ClientToken: new("once")}
	first := do(h, h.CreateApplication, in).ApplicationArn
	if again := do(h, h.CreateApplication, in).ApplicationArn; *again != *first {
		t.Errorf("again made %s, first %s", *again, *first)
	}
	changed := *in
	changed.Name = "Other"
	refused(h, "ConflictException", h.CreateApplication, &changed)
	changed.ClientToken = new("twice")
	if other := do(h, h.CreateApplication, &changed).ApplicationArn; *other == *first {
		t.Error("another token made the same application")
	}
	h.Applications.Quotas = quota.Quotas{Applications: 2}
	changed.ClientToken = nil
	refused(h, "ServiceQuotaExceededException", h.CreateApplication, &changed)
}

func TestApplicationsAreListedByPagesAndFilters(t *testing.T) {
	h := open(t)
	for i := range 3 {
		h.application(fmt.Sprint("app", i))
	}
	do(h, h.CreateApplication, &api.CreateApplicationRequest{InstanceArn: instanceARN, ApplicationProviderArn: custom + "-saml", Name: "saml"})
	list := func(in *api.ListApplicationsRequest) int {
		in.InstanceArn = instanceARN
		seen := 0
		for {
			out := do(h, h.ListApplications, in)
			seen += len(out.Applications)
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return seen
			}
		}
	}
	for name, tt := range map[string]struct {
		in   api.ListApplicationsRequest
		want int
	}{
		"all":           {api.ListApplicationsRequest{}, 4},
		"by pages":      {api.ListApplicationsRequest{MaxResults: new(int64(1))}, 4},
		"by provider":   {api.ListApplicationsRequest{Filter: &api.ListApplicationsFilter{ApplicationProvider: new(custom)}}, 3},
		"by account":    {api.ListApplicationsRequest{Filter: &api.ListApplicationsFilter{ApplicationAccount: new("111122223333")}}, 4},
		"of no account": {api.ListApplicationsRequest{Filter: &api.ListApplicationsFilter{ApplicationAccount: new("000000000000")}}, 0},
	} {
		if got := list(&tt.in); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	refused(h, "AccessDeniedException", h.ListApplications, &api.ListApplicationsRequest{InstanceArn: noInstance})
	refused(h, "ValidationException", h.ListApplications, &api.ListApplicationsRequest{InstanceArn: instanceARN, NextToken: new("k1=AAAA")})
}

func TestApplicationProviders(t *testing.T) {
	h := open(t)
	seen := map[string]bool{}
	in := &api.ListApplicationProvidersRequest{MaxResults: new(int64(2))}
	for {
		out := do(h, h.ListApplicationProviders, in)
		for _, p := range out.ApplicationProviders {
			seen[p.ApplicationProviderArn] = true
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !seen[custom] || !seen[custom+"-saml"] || len(seen) < 3 {
		t.Errorf("providers %v", seen)
	}
	p := do(h, h.DescribeApplicationProvider, &api.DescribeApplicationProviderRequest{ApplicationProviderArn: custom})
	if *p.FederationProtocol != "OAUTH" || *p.DisplayData.DisplayName == "" {
		t.Errorf("custom %+v", p)
	}
	refused(h, "ResourceNotFoundException", h.DescribeApplicationProvider, &api.DescribeApplicationProviderRequest{ApplicationProviderArn: custom + "x"})
}

func TestApplicationAssignments(t *testing.T) {
	h := open(t)
	app, other := h.application("a"), h.application("b")
	g, err := h.people.CreateGroup(t.Context(), "test", "Ops", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.people.AddMember(t.Context(), "test", g.ID, directory.UserID(h.ann)); err != nil {
		t.Fatal(err)
	}
	assign := &api.CreateApplicationAssignmentRequest{ApplicationArn: app, PrincipalType: "USER", PrincipalId: h.ann}
	do(h, h.CreateApplicationAssignment, assign)
	refused(h, "ConflictException", h.CreateApplicationAssignment, assign)
	refused(h, "ResourceNotFoundException", h.CreateApplicationAssignment, &api.CreateApplicationAssignmentRequest{ApplicationArn: app, PrincipalType: "GROUP", PrincipalId: h.ann})
	refused(h, "ResourceNotFoundException", h.CreateApplicationAssignment, &api.CreateApplicationAssignmentRequest{ApplicationArn: noSuchApp, PrincipalType: "USER", PrincipalId: h.ann})
	do(h, h.CreateApplicationAssignment, &api.CreateApplicationAssignmentRequest{ApplicationArn: other, PrincipalType: "GROUP", PrincipalId: string(g.ID)})

	if list := do(h, h.ListApplicationAssignments, &api.ListApplicationAssignmentsRequest{ApplicationArn: app}).ApplicationAssignments; len(list) != 1 || list[0].PrincipalId != h.ann {
		t.Errorf("assigned to the application: %+v", list)
	}
	mine := &api.ListApplicationAssignmentsForPrincipalRequest{InstanceArn: instanceARN, PrincipalType: "USER", PrincipalId: h.ann, MaxResults: new(int64(1))}
	seen := ""
	for {
		out := do(h, h.ListApplicationAssignmentsForPrincipal, mine)
		for _, a := range out.ApplicationAssignments {
			seen += *a.PrincipalType + " "
		}
		if mine.NextToken = out.NextToken; mine.NextToken == nil {
			break
		}
	}
	if seen != "USER GROUP " && seen != "GROUP USER " {
		t.Errorf("ann is assigned as %s", seen)
	}
	mine.Filter = &api.ListApplicationAssignmentsFilter{ApplicationArn: &other}
	if out := do(h, h.ListApplicationAssignmentsForPrincipal, mine).ApplicationAssignments; len(out) != 1 || *out[0].ApplicationArn != other {
		t.Errorf("filtered: %+v", out)
	}

	find := &api.DescribeApplicationAssignmentRequest{ApplicationArn: app, PrincipalType: "USER", PrincipalId: h.ann}
	if got := do(h, h.DescribeApplicationAssignment, find); *got.ApplicationArn != app || *got.PrincipalId != h.ann {
		t.Errorf("described %+v", got)
	}
	gone := &api.DeleteApplicationAssignmentRequest{ApplicationArn: app, PrincipalType: "USER", PrincipalId: h.ann}
	do(h, h.DeleteApplicationAssignment, gone)
	refused(h, "ResourceNotFoundException", h.DeleteApplicationAssignment, gone)
	refused(h, "ResourceNotFoundException", h.DescribeApplicationAssignment, find)
	refused(h, "ResourceNotFoundException", h.ListApplicationAssignments, &api.ListApplicationAssignmentsRequest{ApplicationArn: noSuchApp})
	mine.PrincipalId = "90671a2b3c-00000000-0000-4000-8000-000000000000"
	refused(h, "ResourceNotFoundException", h.ListApplicationAssignmentsForPrincipal, mine)
}

func TestApplicationSettings(t *testing.T) {
	h := open(t)
	app := h.application("a")
	required := func() bool {
		return do(h, h.GetApplicationAssignmentConfiguration, &api.GetApplicationAssignmentConfigurationRequest{ApplicationArn: app}).AssignmentRequired
	}
	sessions := func() string {
		return *do(h, h.GetApplicationSessionConfiguration, &api.GetApplicationSessionConfigurationRequest{ApplicationArn: app}).UserBackgroundSessionApplicationStatus
	}
	if !required() || sessions() != "ENABLED" {
		t.Errorf("new: %v %s", required(), sessions())
	}
	do(h, h.PutApplicationAssignmentConfiguration, &api.PutApplicationAssignmentConfigurationRequest{ApplicationArn: app})
	do(h, h.PutApplicationSessionConfiguration, &api.PutApplicationSessionConfigurationRequest{ApplicationArn: app, UserBackgroundSessionApplicationStatus: new("DISABLED")})
	do(h, h.PutApplicationSessionConfiguration, &api.PutApplicationSessionConfigurationRequest{ApplicationArn: app})
	if required() || sessions() != "DISABLED" {
		t.Errorf("put: %v %s", required(), sessions())
	}
	refused(h, "ResourceNotFoundException", h.GetApplicationAssignmentConfiguration, &api.GetApplicationAssignmentConfigurationRequest{ApplicationArn: noSuchApp})
	refused(h, "ResourceNotFoundException", h.PutApplicationAssignmentConfiguration, &api.PutApplicationAssignmentConfigurationRequest{ApplicationArn: noSuchApp})
	refused(h, "ResourceNotFoundException", h.GetApplicationSessionConfiguration, &api.GetApplicationSessionConfigurationRequest{ApplicationArn: noSuchApp})
	refused(h, "ResourceNotFoundException", h.PutApplicationSessionConfiguration, &api.PutApplicationSessionConfigurationRequest{ApplicationArn: noSuchApp})
}

func TestAccessScopes(t *testing.T) {
	h := open(t)
	app, target := h.application("a"), h.application("b")
	put := func(scope string, targets ...string) *api.PutApplicationAccessScopeRequest {
		return &api.PutApplicationAccessScopeRequest{ApplicationArn: app, Scope: scope, AuthorizedTargets: targets}
	}
	do(h, h.PutApplicationAccessScope, put("sso:account:access"))
	do(h, h.PutApplicationAccessScope, put("sso:account:access", target))
	got := do(h, h.GetApplicationAccessScope, &api.GetApplicationAccessScopeRequest{ApplicationArn: app, Scope: "sso:account:access"})
	if got.Scope != "sso:account:access" || len(got.AuthorizedTargets) != 1 || got.AuthorizedTargets[0] != target {
		t.Errorf("scope %+v", got)
	}
	for i := range 24 {
		do(h, h.PutApplicationAccessScope, put(fmt.Sprintf("s:%02d", i)))
	}
	refused(h, "ServiceQuotaExceededException", h.PutApplicationAccessScope, put("one:more"))
	seen, in := 0, &api.ListApplicationAccessScopesRequest{ApplicationArn: app}
	for {
		out := do(h, h.ListApplicationAccessScopes, in)
		if len(out.Scopes) > 10 {
			t.Errorf("a page of %d", len(out.Scopes))
		}
		seen += len(out.Scopes)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if seen != 25 {
		t.Errorf("saw %d scopes", seen)
	}
	gone := &api.DeleteApplicationAccessScopeRequest{ApplicationArn: app, Scope: "sso:account:access"}
	do(h, h.DeleteApplicationAccessScope, gone)
	do(h, h.DeleteApplicationAccessScope, gone)
	refused(h, "ResourceNotFoundException", h.GetApplicationAccessScope, &api.GetApplicationAccessScopeRequest{ApplicationArn: app, Scope: "sso:account:access"})
	refused(h, "ResourceNotFoundException", h.DeleteApplicationAccessScope, &api.DeleteApplicationAccessScopeRequest{ApplicationArn: noSuchApp, Scope: "a"})
	refused(h, "ResourceNotFoundException", h.PutApplicationAccessScope, &api.PutApplicationAccessScopeRequest{ApplicationArn: noSuchApp, Scope: "a"})
	refused(h, "ResourceNotFoundException", h.ListApplicationAccessScopes, &api.ListApplicationAccessScopesRequest{ApplicationArn: noSuchApp})
}

func TestAuthenticationMethods(t *testing.T) {
	h := open(t)
	app := h.application("a")
	put := func(policy string) *api.PutApplicationAuthenticationMethodRequest {
		return &api.PutApplicationAuthenticationMethodRequest{ApplicationArn: app, AuthenticationMethodType: "IAM",
			AuthenticationMethod: &api.AuthenticationMethod{Iam: &api.IamAuthenticationMethod{ActorPolicy: wire.Document(policy)}}}
	}
	const actor = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sso-oauth:CreateTokenWithIAM","Resource":"*"}]}`
	do(h, h.PutApplicationAuthenticationMethod, put(actor))
	got := do(h, h.GetApplicationAuthenticationMethod, &api.GetApplicationAuthenticationMethodRequest{ApplicationArn: app, AuthenticationMethodType: "IAM"})
	if !json.Valid(got.AuthenticationMethod.Iam.ActorPolicy) || string(got.AuthenticationMethod.Iam.ActorPolicy) != actor {
		t.Errorf("method %s", got.AuthenticationMethod.Iam.ActorPolicy)
	}
	if list := do(h, h.ListApplicationAuthenticationMethods, &api.ListApplicationAuthenticationMethodsRequest{ApplicationArn: app}).AuthenticationMethods; len(list) != 1 || *list[0].AuthenticationMethodType != "IAM" {
		t.Errorf("methods %+v", list)
	}
	refused(h, "ValidationException", h.PutApplicationAuthenticationMethod, put(`{"Version":"2012-10-17"}`))
	do(h, h.DeleteApplicationAuthenticationMethod, &api.DeleteApplicationAuthenticationMethodRequest{ApplicationArn: app, AuthenticationMethodType: "IAM"})
	refused(h, "ResourceNotFoundException", h.GetApplicationAuthenticationMethod, &api.GetApplicationAuthenticationMethodRequest{ApplicationArn: app, AuthenticationMethodType: "IAM"})
	refused(h, "ResourceNotFoundException", h.DeleteApplicationAuthenticationMethod, &api.DeleteApplicationAuthenticationMethodRequest{ApplicationArn: noSuchApp, AuthenticationMethodType: "IAM"})
	refused(h, "ResourceNotFoundException", h.ListApplicationAuthenticationMethods, &api.ListApplicationAuthenticationMethodsRequest{ApplicationArn: noSuchApp})
	missing := put(actor)
	missing.ApplicationArn = noSuchApp
	refused(h, "ResourceNotFoundException", h.PutApplicationAuthenticationMethod, missing)
}

func (h *house) issuer(name string) string {
	h.t.Helper()
	return *do(h, h.CreateTrustedTokenIssuer, issuerNamed(name)).TrustedTokenIssuerArn
}

func issuerNamed(name string) *api.CreateTrustedTokenIssuerRequest {
	return &api.CreateTrustedTokenIssuerRequest{
		InstanceArn: instanceARN, Name: name, TrustedTokenIssuerType: "OIDC_JWT",
		TrustedTokenIssuerConfiguration: &api.TrustedTokenIssuerConfiguration{OidcJwtConfiguration: &api.OidcJwtConfiguration{
			IssuerUrl: "https://" + name + ".example.net", ClaimAttributePath: "email", IdentityStoreAttributePath: "emails.value", JwksRetrievalOption: "OPEN_ID_DISCOVERY",
		}},
	}
}

func TestGrants(t *testing.T) {
	h := open(t)
	app, issuer := h.application("a"), h.issuer("idp")
	grants := map[string]*api.Grant{
		"authorization_code": {AuthorizationCode: &api.AuthorizationCodeGrant{RedirectUris: []string{"https://ledger.example.net/callback"}}},
		"refresh_token":      {RefreshToken: &api.RefreshTokenGrant{}},
		"urn:ietf:params:oauth:grant-type:token-exchange": {TokenExchange: &api.TokenExchangeGrant{}},
		"urn:ietf:params:oauth:grant-type:jwt-bearer": {JwtBearer: &api.JwtBearerGrant{AuthorizedTokenIssuers: []api.AuthorizedTokenIssuer{
			{TrustedTokenIssuerArn: &issuer, AuthorizedAudiences: []string{"ledger"}},
		}}},
	}
	put := func(kind string, g *api.Grant) *api.PutApplicationGrantRequest {
		return &api.PutApplicationGrantRequest{ApplicationArn: app, GrantType: kind, Grant: g}
	}
	for kind, g := range grants {
		do(h, h.PutApplicationGrant, put(kind, g))
		got := do(h, h.GetApplicationGrant, &api.GetApplicationGrantRequest{ApplicationArn: app, GrantType: kind}).Grant
		want, _ := json.Marshal(g)
		if text, _ := json.Marshal(got); string(text) != string(want) {
			t.Errorf("%s: %s, want %s", kind, text, want)
		}
	}
	if list := do(h, h.ListApplicationGrants, &api.ListApplicationGrantsRequest{ApplicationArn: app}).Grants; len(list) != 4 {
		t.Errorf("grants %+v", list)
	}
	refused(h, "ValidationException", h.PutApplicationGrant, put("refresh_token", grants["authorization_code"]))
	refused(h, "ValidationException", h.PutApplicationGrant, put("authorization_code", &api.Grant{AuthorizationCode: &api.AuthorizationCodeGrant{RedirectUris: []string{"/callback"}}}))
	jwt := "urn:ietf:params:oauth:grant-type:jwt-bearer"
	refused(h, "ResourceNotFoundException", h.PutApplicationGrant, put(jwt, &api.Grant{JwtBearer: &api.JwtBearerGrant{AuthorizedTokenIssuers: []api.AuthorizedTokenIssuer{{TrustedTokenIssuerArn: new(noSuchIssuer)}}}}))
	refused(h, "ValidationException", h.PutApplicationGrant, put(jwt, &api.Grant{JwtBearer: &api.JwtBearerGrant{AuthorizedTokenIssuers: []api.AuthorizedTokenIssuer{{TrustedTokenIssuerArn: &issuer}, {TrustedTokenIssuerArn: &issuer}}}}))
	do(h, h.DeleteApplicationGrant, &api.DeleteApplicationGrantRequest{ApplicationArn: app, GrantType: jwt})
	refused(h, "ResourceNotFoundException", h.GetApplicationGrant, &api.GetApplicationGrantRequest{ApplicationArn: app, GrantType: jwt})
	refused(h, "ResourceNotFoundException", h.DeleteApplicationGrant, &api.DeleteApplicationGrantRequest{ApplicationArn: noSuchApp, GrantType: jwt})
	refused(h, "ResourceNotFoundException", h.ListApplicationGrants, &api.ListApplicationGrantsRequest{ApplicationArn: noSuchApp})
}

func TestTrustedTokenIssuers(t *testing.T) {
	h := open(t)
	in := issuerNamed("idp")
	in.Tags, in.ClientToken = []api.Tag{{Key: "team", Value: "a"}}, new("once")
	name := *do(h, h.CreateTrustedTokenIssuer, in).TrustedTokenIssuerArn
	if again := *do(h, h.CreateTrustedTokenIssuer, in).TrustedTokenIssuerArn; again != name {
		t.Errorf("again made %s", again)
	}
	refused(h, "ConflictException", h.CreateTrustedTokenIssuer, issuerNamed("idp"))
	get := &api.DescribeTrustedTokenIssuerRequest{TrustedTokenIssuerArn: name}
	if got := do(h, h.DescribeTrustedTokenIssuer, get); *got.Name != "idp" || *got.TrustedTokenIssuerType != "OIDC_JWT" || *got.TrustedTokenIssuerConfiguration.OidcJwtConfiguration != *in.TrustedTokenIssuerConfiguration.OidcJwtConfiguration {
		t.Errorf("got %+v", got)
	}
	do(h, h.UpdateTrustedTokenIssuer, &api.UpdateTrustedTokenIssuerRequest{TrustedTokenIssuerArn: name, Name: new("other"), TrustedTokenIssuerConfiguration: &api.TrustedTokenIssuerUpdateConfiguration{
		OidcJwtConfiguration: &api.OidcJwtUpdateConfiguration{ClaimAttributePath: new("sub"), IdentityStoreAttributePath: new("userName")},
	}})
	got := do(h, h.DescribeTrustedTokenIssuer, get).TrustedTokenIssuerConfiguration.OidcJwtConfiguration
	if got.IssuerUrl != "https://idp.example.net" || got.ClaimAttributePath != "sub" || got.IdentityStoreAttributePath != "userName" {
		t.Errorf("updated %+v", got)
	}
	h.issuer("second")
	refused(h, "ConflictException", h.UpdateTrustedTokenIssuer, &api.UpdateTrustedTokenIssuerRequest{TrustedTokenIssuerArn: name, Name: new("second")})
	bad := issuerNamed("third")
	bad.TrustedTokenIssuerConfiguration.OidcJwtConfiguration.IdentityStoreAttributePath = "displayName"
	refused(h, "ValidationException", h.CreateTrustedTokenIssuer, bad)
	bad.InstanceArn = noInstance
	refused(h, "AccessDeniedException", h.CreateTrustedTokenIssuer, bad)
	if list := do(h, h.ListTrustedTokenIssuers, &api.ListTrustedTokenIssuersRequest{InstanceArn: instanceARN}).TrustedTokenIssuers; len(list) != 2 {
		t.Errorf("issuers %+v", list)
	}
	h.Issuers.Quotas = quota.Quotas{TrustedTokenIssuers: 2}
	refused(h, "ServiceQuotaExceededException", h.CreateTrustedTokenIssuer, issuerNamed("third"))
	do(h, h.DeleteTrustedTokenIssuer, &api.DeleteTrustedTokenIssuerRequest{TrustedTokenIssuerArn: name})
	refused(h, "ResourceNotFoundException", h.DeleteTrustedTokenIssuer, &api.DeleteTrustedTokenIssuerRequest{TrustedTokenIssuerArn: name})
	refused(h, "ResourceNotFoundException", h.DescribeTrustedTokenIssuer, get)
	refused(h, "ResourceNotFoundException", h.UpdateTrustedTokenIssuer, &api.UpdateTrustedTokenIssuerRequest{TrustedTokenIssuerArn: name})
}
