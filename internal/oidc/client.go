package oidc

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"foyer/internal/secret"
)

// Bounds of a registration.
const (
	maxNameLength = 255
	maxScopes     = 100
	maxRedirects  = 10
)

// Client is a registered public client: anybody may register one, so it proves
// nothing about who asks.
type Client struct {
	ID         string
	SecretHash string
	Name       string      // shown on the consent page
	Scopes     []string    // of every token; none, or only sso-portal:*, mean the legacy regime
	Grants     []GrantType // none means device code, with refresh where scopes allow it
	Redirects  []string
	Instance   string // found through the issuer URL; "" when none was given
	Created    time.Time
	Expires    time.Time
}

// Registration asks for a client.
type Registration struct {
	Name       string
	Type       string // only "public"
	Scopes     []string
	Redirects  []string
	Grants     []string
	IssuerURL  string
	EntitledTo string // application ARN; applications can't register clients yet
}

// RegisterClient makes a public client for 90 days. The secret is shown here
// and never again. It fails with a Failure that names the first rule broken.
func (s *Service) RegisterClient(ctx context.Context, r Registration) (Client, secret.Text, error) {
	grants, err := r.check()
	if err != nil {
		return Client{}, secret.Text{}, err
	}
	var instance string
	if r.IssuerURL != "" {
		id, found, err := s.InstanceFor(ctx, r.IssuerURL)
		if err != nil {
			return Client{}, secret.Text{}, err
		}
		if !found {
			return Client{}, secret.Text{}, refuse(InvalidRequest, "Invalid issuerUrl provided")
		}
		instance = id
	}
	for _, scope := range r.Scopes {
		if !validScope(scope) {
			return Client{}, secret.Text{}, refuse(InvalidScope, "Invalid scope provided")
		}
	}
	now := s.Now().UTC()
	token := s.Mint.Token("")
	c := Client{
		ID: s.Mint.From("", clientAlphabet, 32), SecretHash: token.Hash(), Name: r.Name, Scopes: unique(r.Scopes), Grants: grants,
		Redirects: unique(r.Redirects), Instance: instance, Created: now, Expires: now.Add(ClientLifetime),
	}
	err = s.InTx(ctx, func(tx Tx) error { return tx.PutOIDCClient(ctx, c) })
	return c, token, err
}

const clientAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// check applies the rules that need no store, in AWS's order as far as known.
func (r Registration) check() ([]GrantType, error) {
	if r.Type != "public" {
		return nil, refuse(InvalidClientMetadata, "Invalid client type provided: only public is supported")
	}
	if !validName(r.Name) {
		return nil, refuse(InvalidClientMetadata, "Invalid client name provided")
	}
	grants := make([]GrantType, 0, len(r.Grants))
	for _, g := range unique(r.Grants) {
		switch grant := GrantType(g); grant {
		case AuthorizationCode, DeviceCode, RefreshToken:
			grants = append(grants, grant)
		default:
			return nil, refuse(UnsupportedGrantType, "Unsupported grant type provided")
		}
	}
	if len(r.Redirects) > maxRedirects || len(r.Scopes) > maxScopes {
		return nil, refuse(InvalidRequest, "A client has at most %d redirect URIs and %d scopes", maxRedirects, maxScopes)
	}
	if slices.ContainsFunc(r.Redirects, func(uri string) bool { return !validRedirect(uri) }) {
		return nil, refuse(InvalidRedirectURI, "Invalid redirect URI provided")
	}
	if slices.Contains(grants, AuthorizationCode) {
		if len(r.Redirects) == 0 {
			return nil, refuse(InvalidRedirectURI, "The authorization_code grant needs a redirect URI")
		}
		if r.IssuerURL == "" {
			return nil, refuse(InvalidRequest, "The authorization_code grant needs an issuerUrl")
		}
	}
	if r.EntitledTo != "" {
		return nil, refuse(InvalidRequest, "Clients entitled to an application are not supported")
	}
	return grants, nil
}

func validName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxNameLength &&
		!strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) })
}

// unique returns list without repetitions, in order.
func unique(list []string) []string {
	var all []string
	for _, one := range list {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// may reports whether the client registered for a grant.
func (c Client) may(g GrantType) bool {
	if len(c.Grants) == 0 {
		return g != AuthorizationCode
	}
	return slices.Contains(c.Grants, g)
}

// prove returns the client whose id and secret these are.
func (s *Service) prove(ctx context.Context, tx Tx, id string, key secret.Text) (Client, error) {
	c, found, err := tx.OIDCClient(ctx, id)
	if err != nil {
		return Client{}, err
	}
	if !found || !secret.New(c.SecretHash).Equal(secret.New(key.Hash())) || !s.Now().Before(c.Expires) {
		return Client{}, refuse(InvalidClient, "Invalid client provided")
	}
	return c, nil
}
