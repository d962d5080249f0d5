package iam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"foyer/internal/fault"
	"foyer/internal/iam"
)

const (
	idpURL     = "https://idp.example.net/realms/Corp"
	idpARN     = "arn:aws:iam::111122223333:oidc-provider/idp.example.net/realms/Corp"
	thumbprint = "0123456789ABCDEF0123456789abcdef01234567"
)

func newIDP(clients ...string) iam.OIDCProvider {
	return iam.OIDCProvider{Account: account, URL: idpURL, ClientIDs: clients, Thumbprints: []string{thumbprint}}
}

func TestOIDCProvider(t *testing.T) {
	s := open(t)
	p, err := s.CreateOIDCProvider(t.Context(), newIDP("b", "a", "b"), []iam.Tag{{Key: "k", Value: "v"}})
	must(t, err)
	if p.ARN != idpARN || p.URL != "idp.example.net/realms/Corp" || !slices.Equal(p.ClientIDs, []string{"a", "b"}) || p.Thumbprints[0] != strings.ToLower(thumbprint) {
		t.Errorf("made %+v", p)
	}
	_, err = s.CreateOIDCProvider(t.Context(), newIDP(), nil)
	refused(t, err, fault.Conflict, "Provider with url "+idpURL+" already exists.")

	for range 2 { // each of these may be done twice
		must(t, s.AddClientID(t.Context(), account, idpARN, "c"))
		must(t, s.RemoveClientID(t.Context(), account, idpARN, "a"))
	}
	must(t, s.SetThumbprints(t.Context(), account, idpARN, nil))
	must(t, s.TagOIDCProvider(t.Context(), account, idpARN, []iam.Tag{{Key: "K", Value: "w"}, {Key: "x"}}))
	must(t, s.UntagOIDCProvider(t.Context(), account, idpARN, []string{"X"}))
	p, err = s.OIDCProvider(t.Context(), idpARN)
	must(t, err)
	if !slices.Equal(p.ClientIDs, []string{"b", "c"}) || len(p.Thumbprints) != 0 || len(p.Tags) != 1 || p.Tags["K"] != "w" {
		t.Errorf("changed to %+v", p)
	}
	all, err := s.OIDCProviders(t.Context(), account)
	if err != nil || len(all) != 1 || all[0].ARN != idpARN {
		t.Errorf("all = %+v, %v", all, err)
	}

	refused(t, s.AddClientID(t.Context(), other, idpARN, "c"), fault.NotFound, "OpenIDConnect Provider not found for arn "+idpARN)
	must(t, s.DeleteOIDCProvider(t.Context(), other, idpARN)) // another account's: there is nothing to delete
	for range 2 {
		_, err = s.OIDCProvider(t.Context(), idpARN)
		must(t, s.DeleteOIDCProvider(t.Context(), account, idpARN))
	}
	refused(t, err, fault.NotFound, "not found for arn")
}

func TestOIDCProviderRules(t *testing.T) {
	s := open(t)
	with := func(change func(*iam.OIDCProvider)) error {
		p := newIDP("a")
		change(&p)
		_, err := s.CreateOIDCProvider(t.Context(), p, nil)
		return err
	}
	for _, url := range []string{
		"", "http://idp.example.net", "idp.example.net", "https://", "https:///x", "https://a@b", "https://idp.example.net?x=1", "https://idp.example.net#x",
		"https://idp example.net", "https://idp.example.net/" + strings.Repeat("x", 240),
	} {
		refused(t, with(func(p *iam.OIDCProvider) { p.URL = url }), fault.Invalid, "Invalid Open ID Connect Provider URL")
	}
	for _, bad := range []string{"", "0123", thumbprint[1:] + "g", thumbprint + "00"} {
		refused(t, with(func(p *iam.OIDCProvider) { p.Thumbprints = []string{bad} }), fault.Invalid, "thumbprint")
	}
	refused(t, with(func(p *iam.OIDCProvider) { p.Thumbprints = slices.Repeat([]string{thumbprint}, 6) }), fault.Invalid, "fewer than 5")
	refused(t, with(func(p *iam.OIDCProvider) { p.ClientIDs = []string{""} }), fault.Invalid, "client ID")
	clients := make([]string, 101)
	for i := range clients {
		clients[i] = fmt.Sprint("c", i)
	}
	refused(t, with(func(p *iam.OIDCProvider) { p.ClientIDs = clients }), fault.Quota, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
	for i := range 100 {
		must(t, with(func(p *iam.OIDCProvider) { p.URL = fmt.Sprint("https://idp.example.net/", i) }))
	}
	refused(t, with(func(*iam.OIDCProvider) {}), fault.Quota, "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100")
	_, err := s.OIDCProvider(t.Context(), "arn:aws:iam::111122223333:saml-provider/x")
	refused(t, err, fault.Invalid, "Invalid ARN")
}
