package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/rogpeppe/go-internal/testscript"

	"foyer/internal/saml"
)

// oidcIssuer is an OpenID Connect issuer with a certificate of its own.
type oidcIssuer struct {
	server *httptest.Server
	key    *ecdsa.PrivateKey
}

// startIssuer starts an issuer; whoever starts it closes its server.
func startIssuer() (*oidcIssuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, err
	}
	is := &oidcIssuer{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, is.server.URL, is.server.URL+"/keys")
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Use: "sig"}}})
	})
	is.server = httptest.NewUnstartedServer(mux)
	is.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	is.server.StartTLS()
	return is, nil
}

// thumbprint is that of the issuer's certificate.
func (is *oidcIssuer) thumbprint() string {
	sum := sha1.Sum(is.server.Certificate().Raw)
	return hex.EncodeToString(sum[:])
}

// host is the issuer's name in condition keys.
func (is *oidcIssuer) host() string { return strings.TrimPrefix(is.server.URL, "https://") }

// token is one of the issuer's, good for ten minutes, with further claims.
func (is *oidcIssuer) token(claims map[string]any) (string, error) {
	now := time.Now()
	all := map[string]any{"iss": is.server.URL, "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix()}
	maps.Copy(all, claims)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: jose.JSONWebKey{Key: is.key, KeyID: "one"}}, nil)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(all).Serialize()
}

// issuer starts an OpenID Connect issuer and sets ISSUER, ISSUER_HOST and
// ISSUER_THUMBPRINT.
func issuer(ts *testscript.TestScript, _ bool, _ []string) {
	is, err := startIssuer()
	ts.Check(err)
	ts.Defer(is.server.Close)
	running(ts).issuer = is
	ts.Setenv("ISSUER", is.server.URL)
	ts.Setenv("ISSUER_HOST", is.host())
	ts.Setenv("ISSUER_THUMBPRINT", is.thumbprint())
}

// idToken sets NAME to a token of the script's issuer, with further claims:
// CLAIM=TEXT, or CLAIM:=JSON.
func idToken(ts *testscript.TestScript, _ bool, args []string) {
	is := running(ts).issuer
	if len(args) == 0 || is == nil {
		ts.Fatalf("usage, after issuer: idtoken NAME CLAIM=TEXT|CLAIM:=JSON ...")
	}
	claims := map[string]any{}
	for _, arg := range args[1:] {
		if name, text, ok := strings.Cut(arg, ":="); ok {
			var value any
			ts.Check(json.Unmarshal([]byte(text), &value))
			claims[name] = value
			continue
		}
		name, text, _ := strings.Cut(arg, "=")
		claims[name] = text
	}
	token, err := is.token(claims)
	ts.Check(err)
	ts.Setenv(args[0], token)
}

// newSAMLProvider makes a SAML identity provider.
func newSAMLProvider() (*saml.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &saml.Signer{EntityID: "https://idp.example.net", Key: key, Certificate: certificate}, err
}

// assert is, as base64, a provider's response of a moment, with AWS's
// attributes by their last word, and others by their URI: NAME=VALUE.
func assert(signer *saml.Signer, issued time.Time, attributes ...string) (string, error) {
	st := saml.Statement{
		ID: strconv.FormatInt(time.Now().UnixNano(), 10), Subject: "ann", Format: saml.FormatPersistent,
		Audience: saml.AWSAudience, Recipient: saml.AWSAudience, Issued: issued, Lifetime: 5 * time.Minute,
	}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		if !strings.HasPrefix(name, "urn:") && !strings.HasPrefix(name, "http:") {
			name = "https://aws.amazon.com/SAML/Attributes/" + name
		}
		st.Attributes = append(st.Attributes, saml.Attribute{Name: name, Values: []string{value}})
	}
	response, err := signer.Response(st)
	return base64.StdEncoding.EncodeToString(response), err
}

// samlIDP makes a SAML identity provider and writes its metadata to a file.
func samlIDP(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: samlidp METADATA-FILE")
	}
	signer, err := newSAMLProvider()
	ts.Check(err)
	running(ts).saml = signer
	metadata, err := signer.Metadata("https://idp.example.net/sso")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(metadata), 0o600))
}

// assertion writes a response of the script's SAML provider.
func assertion(ts *testscript.TestScript, _ bool, args []string) {
	signer := running(ts).saml
	if len(args) == 0 || signer == nil {
		ts.Fatalf("usage, after samlidp: assertion FILE ATTRIBUTE=VALUE ...")
	}
	response, err := assert(signer, time.Now(), args[1:]...)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(response), 0o600))
}

// verify finds the keys of a token's issuer as any relying party would, checks
// the token with them, and prints its claims.
func verify(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg {
		ts.Fatalf("usage: verify TOKEN")
	}
	token, err := jwt.ParseSigned(args[0], []jose.SignatureAlgorithm{jose.RS256, jose.ES384})
	ts.Check(err)
	var said jwt.Claims
	ts.Check(token.UnsafeClaimsWithoutVerification(&said))
	var found struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	fetchJSON(ts, said.Issuer+"/.well-known/openid-configuration", &found)
	var set jose.JSONWebKeySet
	fetchJSON(ts, found.Keys, &set)
	keys := set.Key(token.Headers[0].KeyID)
	if found.Issuer != said.Issuer || len(keys) != 1 {
		ts.Fatalf("the issuer %s is found as %s, with %d keys of the token's id", said.Issuer, found.Issuer, len(keys))
	}
	var claims map[string]any
	ts.Check(token.Claims(keys[0].Key, &claims))
	text, err := json.MarshalIndent(claims, "", "  ")
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), string(text))
}

func fetchJSON(ts *testscript.TestScript, url string, into any) {
	answer, err := http.Get(url)
	ts.Check(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s", url, answer.Status)
	}
	ts.Check(json.NewDecoder(answer.Body).Decode(into))
}
