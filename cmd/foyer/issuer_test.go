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

// oidcIssuer is an OpenID Connect issuer of a script, with its own certificate.
type oidcIssuer struct {
	server *httptest.Server
	key    *ecdsa.PrivateKey
}

// issuer starts an OpenID Connect issuer and sets ISSUER, ISSUER_HOST and
// ISSUER_THUMBPRINT.
func issuer(ts *testscript.TestScript, _ bool, _ []string) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	ts.Check(err)
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
	ts.Defer(is.server.Close)
	running(ts).issuer = is
	sum := sha1.Sum(is.server.Certificate().Raw)
	ts.Setenv("ISSUER", is.server.URL)
	ts.Setenv("ISSUER_HOST", strings.TrimPrefix(is.server.URL, "https://"))
	ts.Setenv("ISSUER_THUMBPRINT", hex.EncodeToString(sum[:]))
}

// idToken sets NAME to a token of the script's issuer, good for ten minutes,
// with further claims: CLAIM=TEXT, or CLAIM:=JSON.
func idToken(ts *testscript.TestScript, _ bool, args []string) {
	is := running(ts).issuer
	if len(args) == 0 || is == nil {
		ts.Fatalf("usage, after issuer: idtoken NAME CLAIM=TEXT|CLAIM:=JSON ...")
	}
	now := time.Now()
	claims := map[string]any{"iss": is.server.URL, "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix()}
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
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: jose.JSONWebKey{Key: is.key, KeyID: "one"}}, nil)
	ts.Check(err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	ts.Check(err)
	ts.Setenv(args[0], token)
}

// samlIDP makes a SAML identity provider and writes its metadata to a file.
func samlIDP(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: samlidp METADATA-FILE")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	certificate, err := x509.ParseCertificate(der)
	ts.Check(err)
	running(ts).saml = &saml.Signer{EntityID: "https://idp.example.net", Key: key, Certificate: certificate}
	metadata, err := running(ts).saml.Metadata("https://idp.example.net/sso")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(metadata), 0o600))
}

// assertion writes, as base64, a response of the script's SAML provider with
// AWS's attributes by their last word: NAME=VALUE.
func assertion(ts *testscript.TestScript, _ bool, args []string) {
	signer := running(ts).saml
	if len(args) == 0 || signer == nil {
		ts.Fatalf("usage, after samlidp: assertion FILE ATTRIBUTE=VALUE ...")
	}
	st := saml.Statement{
		ID: strconv.FormatInt(time.Now().UnixNano(), 10), Subject: "ann", Format: saml.FormatPersistent,
		Audience: saml.AWSAudience, Recipient: saml.AWSAudience, Issued: time.Now(), Lifetime: 5 * time.Minute,
	}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		st.Attributes = append(st.Attributes, saml.Attribute{Name: "https://aws.amazon.com/SAML/Attributes/" + name, Values: []string{value}})
	}
	response, err := signer.Response(st)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(base64.StdEncoding.EncodeToString(response)), 0o600))
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
