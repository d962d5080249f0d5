// Package portalclient is a client of an access portal, as the AWS CLI is one: it
// signs a person in, keeps the token where the AWS CLI and SDKs keep theirs and in
// their form, and takes accounts, roles and credentials with it.
package portalclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sso/types"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	oidctypes "github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
	"github.com/aws/smithy-go"

	"foyer/internal/awsconfig"
	"foyer/internal/secret"
)

// Client acts for the person of one session. All fields are required.
type Client struct {
	Session awsconfig.Session
	Cache   Cache
	HTTP    *http.Client
	Now     func() time.Time
}

// ErrSignedOut is the failure of what needs a person who is signed in.
var ErrSignedOut = errors.New("nobody is signed in, or not any more")

// Account is an account that somebody may enter.
type Account struct {
	ID    string `json:"accountId"`
	Name  string `json:"accountName"`
	Email string `json:"emailAddress"`
}

// Credentials are a role's.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey secret.Text
	SessionToken    secret.Text
	Expires         time.Time
}

const (
	early     = 5 * time.Minute // a token that has less left is refreshed
	shortWait = 10 * time.Second
	pageSize  = 100
)

func (c *Client) oidc() *ssooidc.Client {
	return ssooidc.New(ssooidc.Options{Region: c.Session.Region, BaseEndpoint: &c.Session.Endpoint, HTTPClient: c.HTTP})
}

func (c *Client) portal() *sso.Client {
	return sso.New(sso.Options{Region: c.Session.Region, BaseEndpoint: &c.Session.Endpoint, HTTPClient: c.HTTP})
}

// StartURL asks a server for the start URL of its portal, in the form that all
// clients take.
func StartURL(ctx context.Context, client *http.Client, endpoint string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, shortWait)
	defer cancel()
	base, err := origin(endpoint)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, base+"/start", nil)
	if err != nil {
		return "", err
	}
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := still.Do(r)
	if err != nil {
		return "", err
	}
	if err := answer.Body.Close(); err != nil {
		return "", err
	}
	to, err := answer.Location()
	if err != nil || to.Scheme != "https" || to.Host == "" {
		return "", fmt.Errorf("%s is no Foyer: it answers HEAD /start with %s and no start URL", endpoint, answer.Status)
	}
	return to.String(), nil
}

// token returns an access token that is good for a while: the one in the cache,
// or a new one for its refresh token.
func (c *Client) token(ctx context.Context) (string, error) {
	kept, err := c.Cache.token(c.Session.Name)
	if err != nil {
		return "", err
	}
	left := kept.ExpiresAt.Sub(c.Now())
	if kept.AccessToken == "" || kept.StartURL != c.Session.StartURL {
		return "", ErrSignedOut
	}
	if left > early {
		return kept.AccessToken, nil
	}
	if kept.RefreshToken == "" {
		if left > 0 {
			return kept.AccessToken, nil
		}
		return "", ErrSignedOut
	}
	fresh, err := c.oidc().CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: &kept.ClientID, ClientSecret: &kept.ClientSecret, GrantType: new("refresh_token"), RefreshToken: &kept.RefreshToken,
	})
	if err != nil {
		if left > 0 {
			return kept.AccessToken, nil
		}
		return "", signedOut(err)
	}
	kept.received(fresh, c.Now())
	return kept.AccessToken, c.Cache.putToken(c.Session.Name, kept)
}

// signedOut tells the end of a session from other failures, and those in the
// words of the service alone.
func signedOut(err error) error {
	_, unauthorized := errors.AsType[*types.UnauthorizedException](err)
	_, grant := errors.AsType[*oidctypes.InvalidGrantException](err)
	_, client := errors.AsType[*oidctypes.InvalidClientException](err)
	_, expired := errors.AsType[*oidctypes.ExpiredTokenException](err)
	if unauthorized || grant || client || expired {
		return ErrSignedOut
	}
	if said, ok := errors.AsType[smithy.APIError](err); ok { // what the SDK puts around it is of no use to people
		return fmt.Errorf("%s: %s", said.ErrorCode(), said.ErrorMessage())
	}
	return err
}

// Accounts are those that the person may enter, in the portal's order.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	var all []Account
	pages := sso.NewListAccountsPaginator(c.portal(), &sso.ListAccountsInput{AccessToken: &token, MaxResults: aws.Int32(pageSize)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, signedOut(err)
		}
		for _, a := range page.AccountList {
			all = append(all, Account{ID: aws.ToString(a.AccountId), Name: aws.ToString(a.AccountName), Email: aws.ToString(a.EmailAddress)})
		}
	}
	return all, nil
}

// Roles are the names of the roles that the person has in an account.
func (c *Client) Roles(ctx context.Context, account string) ([]string, error) {
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	pages := sso.NewListAccountRolesPaginator(c.portal(), &sso.ListAccountRolesInput{AccessToken: &token, AccountId: &account, MaxResults: aws.Int32(pageSize)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, signedOut(err)
		}
		for _, r := range page.RoleList {
			all = append(all, aws.ToString(r.RoleName))
		}
	}
	return all, nil
}

// Credentials are those of a role in an account: from the cache that the AWS CLI
// uses too while they are good for another 15 minutes, else new ones.
func (c *Client) Credentials(ctx context.Context, account, role string) (Credentials, error) {
	if kept, ok := c.Cache.credentials(c.Session.Name, account, role); ok && kept.Expires.Sub(c.Now()) > 3*early {
		return kept, nil
	}
	token, err := c.token(ctx)
	if err != nil {
		return Credentials{}, err
	}
	got, err := c.portal().GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{AccessToken: &token, AccountId: &account, RoleName: &role})
	if err != nil {
		return Credentials{}, signedOut(err)
	}
	if got.RoleCredentials == nil {
		return Credentials{}, errors.New("the server answers without credentials")
	}
	fresh := Credentials{
		AccessKeyID:     aws.ToString(got.RoleCredentials.AccessKeyId),
		SecretAccessKey: secret.New(aws.ToString(got.RoleCredentials.SecretAccessKey)),
		SessionToken:    secret.New(aws.ToString(got.RoleCredentials.SessionToken)),
		Expires:         time.UnixMilli(got.RoleCredentials.Expiration).UTC(),
	}
	return fresh, c.Cache.putCredentials(c.Session.Name, account, role, fresh)
}

// Logout ends the session at the server, and forgets it and all credentials that
// sessions gave here. It is no failure when nobody is signed in; SignedIn says
// whether somebody was.
func (c *Client) Logout(ctx context.Context) (signedIn bool, err error) {
	kept, err := c.Cache.token(c.Session.Name)
	if err != nil {
		return false, err
	}
	signedIn = kept.AccessToken != ""
	if signedIn {
		_, err = c.portal().Logout(ctx, &sso.LogoutInput{AccessToken: &kept.AccessToken})
		if err = signedOut(err); errors.Is(err, ErrSignedOut) {
			err = nil // it has ended already
		}
	}
	return signedIn, errors.Join(err, c.Cache.forget(c.Session.Name))
}

// origin is the scheme and host of an endpoint: pages are there, whatever path
// its services have.
func origin(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%q is no address of a server: want http(s)://host[:port]", endpoint)
	}
	return u.Scheme + "://" + u.Host, nil
}

// CheckEndpoint refuses what is no address of a server, and returns it without
// the slash at its end.
func CheckEndpoint(endpoint string) (string, error) {
	_, err := origin(endpoint)
	return strings.TrimRight(endpoint, "/"), err
}
