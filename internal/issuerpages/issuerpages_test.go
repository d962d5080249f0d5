package issuerpages_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"foyer/internal/fault"
	"foyer/internal/issuerpages"
)

// oneIssuer knows the issuer "one", and cannot read "broken".
type oneIssuer struct{ set jose.JSONWebKeySet }

func (o oneIssuer) PublicKeys(_ context.Context, id string) (string, jose.JSONWebKeySet, error) {
	switch id {
	case "one":
		return "https://foyer.example.net/tokens/one", o.set, nil
	case "broken":
		return "", o.set, errors.New("secret reason")
	default:
		return "", o.set, fault.Newf(fault.NotFound, "no")
	}
}

func TestDocuments(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	face := &issuerpages.Face{Issuers: oneIssuer{jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "ES384", Use: "sig"}}}}, Log: slog.New(slog.DiscardHandler)}
	h := face.Handler("/tokens/")
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/tokens/one/.well-known/openid-configuration": {200, `{"issuer":"https://foyer.example.net/tokens/one","jwks_uri":"https://foyer.example.net/tokens/one/.well-known/jwks.json"`},
		"/tokens/one/.well-known/jwks.json":            {200, `{"keys":[{"use":"sig","kty":"EC","kid":"k","crv":"P-384","alg":"ES384"`},
		"/tokens/two/.well-known/jwks.json":            {404, "not found"},
		"/tokens/two/.well-known/openid-configuration": {404, "not found"},
		"/tokens/one":                                    {404, "not found"},
		"/tokens/broken/.well-known/jwks.json":           {500, "internal error"},
		"/tokens/one/.well-known/other":                  {404, "not found"},
		"/tokens/one/x/.well-known/openid-configuration": {404, "not found"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.text) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s, want %d %s", path, w.Code, w.Body, want.status, want.text)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/tokens/one/.well-known/jwks.json", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
