package main

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/sso/types"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// TestSDK tells sign-in by the AWS SDK for Go: what it does, and by which types
// it knows what went wrong.
func TestSDK(t *testing.T) {
	h := open(t)
	t.Run("DeviceAuthorization", h.deviceAuthorization)
	t.Run("Denied", h.deviceDenied)
	t.Run("AuthorizationCode", h.authorizationCode)
	t.Run("AuthorizationCodeMisused", h.authorizationCodeMisused)
	t.Run("AuthorizationRefused", h.authorizationRefused)
	t.Run("Profile", h.profile(inGo))
	t.Run("ProfileInJavaScript", h.profile(inJavaScript))
	t.Run("ProfileInPython", h.profile(inPython))
	t.Run("Credentials", h.roleCredentials)
}

// registered is an OAuth client that registered itself.
type registered struct {
	*ssooidc.Client
	id, secret *string
}

func (h *house) register(t *testing.T, in ssooidc.RegisterClientInput) registered {
	t.Helper()
	client := ssooidc.NewFromConfig(h.config(nil))
	in.ClientName, in.ClientType, in.Scopes = new("the test"), new("public"), []string{"sso:account:access"}
	out, err := client.RegisterClient(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(time.Unix(out.ClientSecretExpiresAt, 0)); left < 89*24*time.Hour || left > 90*24*time.Hour {
		t.Errorf("the registration lasts %s, want 90 days", left)
	}
	return registered{client, out.ClientId, out.ClientSecret}
}

// token asks for a token by a grant.
func (c registered) token(t *testing.T, in ssooidc.CreateTokenInput) (*ssooidc.CreateTokenOutput, error) {
	t.Helper()
	in.ClientId, in.ClientSecret = c.id, c.secret
	return c.CreateToken(t.Context(), &in)
}

func (c registered) refresh(t *testing.T, token *string) (*ssooidc.CreateTokenOutput, error) {
	t.Helper()
	return c.token(t, ssooidc.CreateTokenInput{GrantType: new("refresh_token"), RefreshToken: token})
}

// begin starts a device authorization; poll redeems it.
func (c registered) begin(t *testing.T, h *house) (begun *ssooidc.StartDeviceAuthorizationOutput, poll func() (*ssooidc.CreateTokenOutput, error)) {
	t.Helper()
	begun, err := c.StartDeviceAuthorization(t.Context(), &ssooidc.StartDeviceAuthorizationInput{ClientId: c.id, ClientSecret: c.secret, StartUrl: &h.StartURL})
	if err != nil {
		t.Fatal(err)
	}
	return begun, func() (*ssooidc.CreateTokenOutput, error) {
		t.Helper()
		return c.token(t, ssooidc.CreateTokenInput{GrantType: new(deviceGrant), DeviceCode: begun.DeviceCode})
	}
}

// signedIn is a client that a user has allowed to act for them, and its token.
func (h *house) signedIn(t *testing.T, userName string) (registered, *ssooidc.CreateTokenOutput) {
	t.Helper()
	c := h.register(t, ssooidc.RegisterClientInput{})
	begun, poll := c.begin(t, h)
	decide(t, h.person(t, userName), *begun.VerificationUriComplete, "Allow access")
	token, err := poll()
	if err != nil {
		t.Fatal(err)
	}
	return c, token
}

// decide has a person open an address and press a button there.
func decide(t *testing.T, p *person, address, button string) {
	t.Helper()
	if err := p.visit(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if err := p.press(t.Context(), button); err != nil {
		t.Fatal(err)
	}
}

// wantError fails unless err is of the SDK's type E.
func wantError[E error](t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[E](err); !ok {
		t.Errorf("error is %v, want %T", err, e)
	}
}

func (h *house) deviceAuthorization(t *testing.T) {
	c := h.register(t, ssooidc.RegisterClientInput{})
	begun, poll := c.begin(t, h)
	if !regexp.MustCompile(`^[A-Z]{4}-[A-Z]{4}$`).MatchString(*begun.UserCode) || begun.Interval != 1 || begun.ExpiresIn != 600 ||
		!strings.HasPrefix(*begun.VerificationUri, h.Endpoint) || !strings.Contains(*begun.VerificationUriComplete, *begun.UserCode) {
		t.Errorf("device authorization: %+v", begun)
	}

	_, err := poll()
	if pending, ok := errors.AsType[*oidctypes.AuthorizationPendingException](err); !ok ||
		awssdk.ToString(pending.Error_) != "authorization_pending" || awssdk.ToString(pending.Error_description) == "" {
		t.Errorf("before the person decided: %v", err)
	}
	person := h.person(t, "ada")
	decide(t, person, *begun.VerificationUriComplete, "Allow access")
	token, err := poll()
	if err != nil {
		t.Fatal(err)
	}
	if *token.TokenType != "Bearer" || token.ExpiresIn != 3600 || !strings.HasPrefix(*token.AccessToken, "aoa") || !strings.HasPrefix(*token.RefreshToken, "aor") {
		t.Errorf("token: %s, %d seconds", *token.TokenType, token.ExpiresIn)
	}
	_, err = poll()
	wantError[*oidctypes.InvalidGrantException](t, err)

	fresh, err := c.refresh(t, token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if *fresh.RefreshToken == *token.RefreshToken || *fresh.AccessToken == *token.AccessToken {
		t.Error("a refresh answered the tokens that it replaces")
	}
	if _, err := c.refresh(t, token.RefreshToken); err != nil {
		t.Errorf("another process that shares the cache could not refresh too: %v", err)
	}
	h.usePortal(t, fresh.AccessToken)

	portal := sso.NewFromConfig(h.config(nil))
	if _, err := portal.Logout(t.Context(), &sso.LogoutInput{AccessToken: fresh.AccessToken}); err != nil {
		t.Fatal(err)
	}
	for name, old := range map[string]*ssooidc.CreateTokenOutput{"first": token, "refreshed": fresh} {
		_, err := portal.ListAccounts(t.Context(), &sso.ListAccountsInput{AccessToken: old.AccessToken})
		if gone, ok := errors.AsType[*ssotypes.UnauthorizedException](err); !ok || gone.ErrorMessage() != "Session token not found or invalid" {
			t.Errorf("%s access token after the logout: %v", name, err)
		}
		_, err = c.refresh(t, old.RefreshToken)
		wantError[*oidctypes.InvalidGrantException](t, err)
	}
	if err := person.visit(t.Context(), h.StartURL); err != nil || !strings.Contains(person.text(), "Accounts") {
		t.Errorf("the person cannot sign in again after the client's logout: %v\n%s", err, person.text())
	}
}

// usePortal lists what ada may use, page by page, and who she is in it.
func (h *house) usePortal(t *testing.T, token *string) {
	t.Helper()
	portal := sso.NewFromConfig(h.config(nil))
	got := map[string]string{} // name and roles of accounts, by id
	accounts := sso.NewListAccountsPaginator(portal, &sso.ListAccountsInput{AccessToken: token, MaxResults: new(int32(1))})
	for accounts.HasMorePages() {
		page, err := accounts.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.AccountList {
			got[*a.AccountId] = *a.AccountName
			roles := sso.NewListAccountRolesPaginator(portal, &sso.ListAccountRolesInput{AccessToken: token, AccountId: a.AccountId, MaxResults: new(int32(1))})
			for roles.HasMorePages() {
				page, err := roles.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.RoleList {
					got[*a.AccountId] += ", " + *r.RoleName
				}
			}
		}
	}
	want := []string{
		"Audit, AdministratorAccess", "Data Platform, AdministratorAccess", "Log Archive, AdministratorAccess", "Management, AdministratorAccess",
		"Shop Development, AdministratorAccess", "Shop Production, AdministratorAccess, ReadOnlyAccess",
	}
	if all := slices.Sorted(maps.Values(got)); !slices.Equal(all, want) {
		t.Errorf("accounts and roles:\n%q, want\n%q", all, want)
	}

	account := h.account(t, "Shop Production")
	who, err := sts.NewFromConfig(h.config(h.credentials(t, token, account, "ReadOnlyAccess"))).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := `^arn:aws:sts::` + account + `:assumed-role/AWSReservedSSO_ReadOnlyAccess_[0-9a-f]{16}/ada$`; !regexp.MustCompile(want).MatchString(*who.Arn) || *who.Account != account {
		t.Errorf("caller is %s in %s, want %s", *who.Arn, *who.Account, want)
	}
}

// credentials are those of a role that an access token gives.
func (h *house) credentials(t *testing.T, token *string, account, role string) awssdk.CredentialsProvider {
	t.Helper()
	got, err := sso.NewFromConfig(h.config(nil)).GetRoleCredentials(t.Context(), &sso.GetRoleCredentialsInput{AccessToken: token, AccountId: &account, RoleName: &role})
	if err != nil {
		t.Fatal(err)
	}
	c := got.RoleCredentials
	if left := time.Until(time.UnixMilli(c.Expiration)); left < time.Minute || left > 12*time.Hour {
		t.Errorf("the credentials of %s last %s", role, left)
	}
	return credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

func (h *house) deviceDenied(t *testing.T) {
	c := h.register(t, ssooidc.RegisterClientInput{})
	begun, poll := c.begin(t, h)
	decide(t, h.person(t, "ben"), *begun.VerificationUriComplete, "Deny")
	_, err := poll()
	wantError[*oidctypes.AccessDeniedException](t, err)

	_, err = c.StartDeviceAuthorization(t.Context(), &ssooidc.StartDeviceAuthorizationInput{ClientId: c.id, ClientSecret: new("guessed"), StartUrl: &h.StartURL})
	wantError[*oidctypes.InvalidClientException](t, err)
	_, err = c.StartDeviceAuthorization(t.Context(), &ssooidc.StartDeviceAuthorizationInput{ClientId: c.id, ClientSecret: c.secret, StartUrl: new("https://elsewhere.example/start")})
	wantError[*oidctypes.InvalidRequestException](t, err)
	_, err = c.token(t, ssooidc.CreateTokenInput{GrantType: new("password")})
	wantError[*oidctypes.UnsupportedGrantTypeException](t, err)
	_, err = c.RegisterClient(t.Context(), &ssooidc.RegisterClientInput{ClientName: new("x"), ClientType: new("confidential")})
	wantError[*oidctypes.InvalidClientMetadataException](t, err)
}

// roleCredentials may do what the permission set allows, and are told exactly
// why they may not do the rest.
func (h *house) roleCredentials(t *testing.T) {
	account := h.account(t, "Shop Development")
	_, token := h.signedIn(t, "ben")
	config := h.config(h.credentials(t, token.AccessToken, account, "DeveloperAccess"))
	who, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := iam.NewFromConfig(config)
	role := strings.Split(*who.Arn, "/")[1]
	if _, err := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &role}); err != nil {
		t.Errorf("the permission set allows iam:GetRole: %v", err)
	}
	_, err = client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: new("mallory")})
	want := "User: " + *who.Arn + " is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::" + account +
		":user/mallory because no identity-based policy allows the iam:CreateUser action"
	if denied, ok := errors.AsType[smithy.APIError](err); !ok || denied.ErrorCode() != "AccessDenied" || denied.ErrorMessage() != want {
		t.Errorf("iam:CreateUser: %v\nwant AccessDenied: %s", err, want)
	}

	portal := sso.NewFromConfig(h.config(nil))
	for name, in := range map[string]sso.GetRoleCredentialsInput{
		"another account":         {AccountId: new(h.account(t, "Audit")), RoleName: new("DeveloperAccess")},
		"another permission set":  {AccountId: &account, RoleName: new("AdministratorAccess")},
		"an account that is none": {AccountId: new("999999999999"), RoleName: new("DeveloperAccess")},
	} {
		in.AccessToken = token.AccessToken
		_, err := portal.GetRoleCredentials(t.Context(), &in)
		if refused, ok := errors.AsType[smithy.APIError](err); !ok || refused.ErrorCode() != "ForbiddenException" || refused.ErrorMessage() != "No access" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
