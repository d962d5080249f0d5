package sts_test

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

const issuerID = "11111111-2222-4333-8444-555555555555"

// keyShelf keeps signing keys.
type keyShelf struct{ keys []sts.SealedKey }

func (s *keyShelf) PutSigningKey(_ context.Context, k sts.SealedKey) error {
	for _, have := range s.keys {
		if have.Account == k.Account && have.Algorithm == k.Algorithm {
			return nil
		}
	}
	s.keys = append(s.keys, k)
	return nil
}

func (s *keyShelf) SigningKeys(_ context.Context, a arn.AccountID) (of []sts.SealedKey, err error) {
	for _, k := range s.keys {
		if k.Account == a {
			of = append(of, k)
		}
	}
	return of, nil
}

// openOutbound is a house whose account issues tokens.
func openOutbound(t testing.TB) (*house, *keyShelf) {
	t.Helper()
	h, shelf := open(t), &keyShelf{}
	in := func(_ context.Context, fn func(sts.KeyTx) error) error { return fn(shelf) }
	h.Keys = &sts.SigningKeys{InTx: in, View: in, Ring: h.Minter.Ring, Mint: mint.Mint{Source: rand.Reader}, Random: rand.Reader}
	h.Endpoint = "https://foyer.example.net"
	h.Organization = func(context.Context, arn.AccountID) (string, string, error) { return "o-1", "o-1/r-1/ou-1/", nil }
	h.iam.outbound = iam.OutboundFederation{Account: account, IssuerID: issuerID, Enabled: true}
	return h, shelf
}

// read verifies a token with the keys that are published, and reads it.
func read(t testing.TB, h *house, token string) map[string]any {
	t.Helper()
	url, set, err := h.PublicKeys(t.Context(), issuerID)
	if err != nil || url != "https://foyer.example.net/tokens/"+issuerID || len(set.Keys) != 2 {
		t.Fatalf("issuer %s with %d keys, %v", url, len(set.Keys), err)
	}
	for i := range set.Keys {
		if !set.Keys[i].IsPublic() {
			t.Fatal("a private key is published")
		}
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES384})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := parsed.Claims(set.Key(parsed.Headers[0].KeyID)[0].Key, &claims); err != nil {
		t.Fatal(err)
	}
	if claims["iss"] != url {
		t.Errorf("issuer %v, want %s", claims["iss"], url)
	}
	return claims
}

func TestWebIdentityToken(t *testing.T) {
	h, shelf := openOutbound(t)
	for _, algorithm := range []string{"RS256", "ES384"} {
		token, expires, err := h.WebIdentityToken(t.Context(), byAnn(), sts.WebIdentityToken{Audience: []string{"https://api.example.net"}, Algorithm: algorithm})
		if err != nil {
			t.Fatal(err)
		}
		claims := read(t, h, token.Reveal())
		about, _ := claims["https://sts.amazonaws.com/"].(map[string]any)
		want := map[string]any{
			"aws_account": string(account), "source_region": "us-east-1", "org_id": "o-1", "ou_path": "o-1/r-1/ou-1/",
			"principal_tags": map[string]any{"Team": "own", "dept": "7"},
		}
		if claims["sub"] != annARN || claims["aud"] != "https://api.example.net" || !expires.Equal(now.Add(5*time.Minute)) || !reflect.DeepEqual(about, want) {
			t.Errorf("%s: claims %v until %s", algorithm, claims, expires)
		}
	}
	if len(shelf.keys) != 2 {
		t.Errorf("%d keys were made, want 2", len(shelf.keys))
	}
	for _, k := range shelf.keys {
		if strings.Contains(k.Sealed, "PRIVATE") || !strings.HasPrefix(k.Sealed, "k1=") {
			t.Error("a key is not sealed")
		}
	}
}

func TestAWebIdentityTokenTellsOfTheSession(t *testing.T) {
	h, _ := openOutbound(t)
	call := bySession()
	call.Caller.Session.Expires = now.Add(time.Hour)
	call.Caller.Session.Context = map[string][]string{"identitystore:UserId": {"9067-1"}}
	call.Caller.Session.Provider = providerARN
	token, _, err := h.WebIdentityToken(t.Context(), call, sts.WebIdentityToken{
		Audience: []string{"a", "b"}, Algorithm: "ES384", Duration: time.Hour, Tags: []sts.Tag{{Key: "job", Value: "7"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	claims := read(t, h, token.Reveal())
	about, _ := claims["https://sts.amazonaws.com/"].(map[string]any)
	for claim, want := range map[string]any{
		"principal_tags": map[string]any{"Team": "a", "x": "y", "dept": "7"}, "request_tags": map[string]any{"job": "7"}, "source_identity": "ann",
		"federated_provider": providerARN, "identity_store_user_id": "9067-1", "original_session_exp": "2026-11-23T13:00:00Z",
	} {
		if !reflect.DeepEqual(about[claim], want) {
			t.Errorf("%s = %v, want %v", claim, about[claim], want)
		}
	}
	if claims["sub"] != ssoARN || !reflect.DeepEqual(claims["aud"], []any{"a", "b"}) {
		t.Errorf("claims %v", claims)
	}
}

func TestWebIdentityTokenRefusals(t *testing.T) {
	good := sts.WebIdentityToken{Audience: []string{"a"}, Algorithm: "RS256"}
	many := func(n int) (tags []sts.Tag) {
		for i := range n {
			tags = append(tags, sts.Tag{Key: strings.Repeat("k", 100) + string(rune('0'+i)), Value: strings.Repeat("v", 256)})
		}
		return tags
	}
	for name, tt := range map[string]struct {
		change func(*house, *wire.Call, *sts.WebIdentityToken)
		kind   fault.Kind
		text   string
	}{
		"it is off":       {func(h *house, _ *wire.Call, _ *sts.WebIdentityToken) { h.iam.outbound.Account = "1" }, fault.NotFound, ""},
		"no audience":     {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Audience = nil }, fault.Invalid, "audience"},
		"eleven":          {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Audience = make([]string, 11) }, fault.Invalid, "audience"},
		"an empty one":    {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Audience = []string{""} }, fault.Invalid, "audience"},
		"HS256":           {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Algorithm = "HS256" }, fault.Invalid, "signingAlgorithm"},
		"too short":       {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Duration = time.Second }, fault.Invalid, "durationSeconds"},
		"too long":        {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Duration = 61 * time.Minute }, fault.Invalid, "durationSeconds"},
		"a tag twice":     {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Tags = []sts.Tag{{Key: "a"}, {Key: "A"}} }, fault.Invalid, "Duplicate tag keys"},
		"too much to say": {func(_ *house, _ *wire.Call, in *sts.WebIdentityToken) { in.Tags = many(40) }, fault.Quota, "payload size"},
		"beyond the session": {
			func(_ *house, call *wire.Call, _ *sts.WebIdentityToken) {
				*call = *bySession()
				call.Caller.Session.Expires = now.Add(time.Minute)
			}, fault.Denied, "original expiration",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := openOutbound(t)
			call, in := byAnn(), good
			tt.change(h, call, &in)
			_, _, err := h.WebIdentityToken(t.Context(), call, in)
			if err == nil || fault.Of(err) != tt.kind || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("err = %v, want kind %d with %q", err, tt.kind, tt.text)
			}
		})
	}
	h, _ := openOutbound(t)
	if _, _, err := h.PublicKeys(t.Context(), "x"); fault.Of(err) != fault.NotFound {
		t.Errorf("no such issuer: %v", err)
	}
}

// What one account signs, no key of another verifies; and a key that is stored
// for one account does not open for another.
func TestAccountsDoNotShareKeys(t *testing.T) {
	h, shelf := openOutbound(t)
	if _, _, err := h.WebIdentityToken(t.Context(), byAnn(), sts.WebIdentityToken{Audience: []string{"a"}, Algorithm: "ES384"}); err != nil {
		t.Fatal(err)
	}
	const other = arn.AccountID("444455556666")
	for i := range shelf.keys {
		shelf.keys[i].Account = other
	}
	h.iam.outbound.Account = other
	if _, _, err := h.PublicKeys(t.Context(), issuerID); err == nil {
		t.Error("another account's key opens")
	}
}

func TestAssumeRoot(t *testing.T) {
	const target = arn.AccountID("444455556666")
	const task = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
	h := open(t)
	h.MayAssumeRoot = func(_ context.Context, by, of arn.AccountID) (bool, error) { return by == account && of == target, nil }
	for _, name := range []string{string(target), arn.IAM(target, "root")} {
		got, err := h.AssumeRoot(t.Context(), bySession(), sts.AssumeRoot{Target: name, Task: task})
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
		if err != nil {
			t.Fatal(err)
		}
		if c := sts.Caller(s); c.Kind != caller.Root || c.ARN != arn.IAM(target, "root") || c.ID != string(target) ||
			s.PolicyARNs[0] != task || !s.Expires.Equal(now.Add(15*time.Minute)) || got.SourceIdentity != "ann" {
			t.Errorf("session = %+v", s)
		}
	}
	for name, tt := range map[string]struct {
		call *wire.Call
		in   sts.AssumeRoot
		kind fault.Kind
	}{
		"root itself":                {byRoot(), sts.AssumeRoot{Target: string(target), Task: task}, fault.Denied},
		"an account it does not run": {byAnn(), sts.AssumeRoot{Target: "777788889999", Task: task}, fault.Denied},
		"no account":                 {byAnn(), sts.AssumeRoot{Target: "arn:aws:iam::444455556666:user/x", Task: task}, fault.Invalid},
		"everything":                 {byAnn(), sts.AssumeRoot{Target: string(target), Task: "arn:aws:iam::aws:policy/AdministratorAccess"}, fault.Invalid},
		"no task":                    {byAnn(), sts.AssumeRoot{Target: string(target)}, fault.Invalid},
		"too long":                   {byAnn(), sts.AssumeRoot{Target: string(target), Task: task, Duration: time.Hour}, fault.Invalid},
	} {
		if _, err := h.AssumeRoot(t.Context(), tt.call, tt.in); fault.Of(err) != tt.kind {
			t.Errorf("%s: %v, want kind %d", name, err, tt.kind)
		}
	}
	h.MayAssumeRoot = func(context.Context, arn.AccountID, arn.AccountID) (bool, error) {
		return false, errors.New("no store")
	}
	if _, err := h.AssumeRoot(t.Context(), byAnn(), sts.AssumeRoot{Target: string(target), Task: task}); fault.Of(err) != fault.Internal {
		t.Errorf("without a store: %v", err)
	}
}
