// Package issuerpages serves what services outside need to verify the web
// identity tokens of accounts: each issuer's discovery document and key set.
package issuerpages

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/go-jose/go-jose/v4"

	"foyer/internal/fault"
)

// Issuers know the keys of issuers by id.
type Issuers interface {
	// PublicKeys returns an issuer's URL and key set, or a NotFound fault.
	PublicKeys(ctx context.Context, issuerID string) (issuer string, set jose.JSONWebKeySet, err error)
}

// Face serves the documents. All fields are required.
type Face struct {
	Issuers Issuers
	Log     *slog.Logger
}

// discovery is an OpenID Connect discovery document.
type discovery struct {
	Issuer        string   `json:"issuer"`
	Keys          string   `json:"jwks_uri"`
	ResponseTypes []string `json:"response_types_supported"`
	SubjectTypes  []string `json:"subject_types_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Claims        []string `json:"claims_supported"`
}

// Handler serves below path, which ends with a slash; an issuer's id follows it.
func (f *Face) Handler(path string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path+"{issuer}/.well-known/openid-configuration", f.serve(func(issuer string, set jose.JSONWebKeySet) any {
		d := discovery{
			Issuer: issuer, Keys: issuer + "/.well-known/jwks.json", ResponseTypes: []string{"id_token"}, SubjectTypes: []string{"public"},
			Claims: []string{"sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"},
		}
		for _, k := range set.Keys {
			d.Algorithms = append(d.Algorithms, k.Algorithm)
		}
		return d
	}))
	mux.HandleFunc("GET "+path+"{issuer}/.well-known/jwks.json", f.serve(func(_ string, set jose.JSONWebKeySet) any { return set }))
	return mux
}

func (f *Face) serve(document func(issuer string, set jose.JSONWebKeySet) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		issuer, set, err := f.Issuers.PublicKeys(r.Context(), r.PathValue("issuer"))
		if fault.Of(err) == fault.NotFound {
			http.NotFound(w, r)
			return
		}
		var text []byte
		if err == nil {
			text, err = json.Marshal(document(issuer, set))
		}
		if err != nil {
			f.Log.ErrorContext(r.Context(), "issuer's document not served", "path", r.URL.Path, "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, err := w.Write(text); err != nil {
			f.Log.DebugContext(r.Context(), "answer not sent", "error", err)
		}
	}
}
