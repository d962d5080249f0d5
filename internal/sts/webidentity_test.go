package sts_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

const (
	issuerURL = "idp.example.net:8443/realms/corp"
	issuer    = "https://" + issuerURL
	issuerARN = "arn:aws:iam::111122223333:oidc-provider/" + issuerURL
	webARN    = "arn:aws:iam::111122223333:role/Web"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

// fakeIssuers publishes the two keys above, for every issuer.
type fakeIssuers struct {
	asked   int
	failure error
	keys    []jose.JSONWebKey
}

func (f *fakeIssuers) Keys(context.Context, string, []string, string) ([]jose.JSONWebKey, error) {
	f.asked++
	return f.keys, f.failure
}

type silent struct{ error }

func (silent) Unreachable() bool { return true }

// openWeb is a house whose role Web trusts the issuer's subject "ann" for the
// audience "app".
func openWeb(t testing.TB) (*house, *fakeIssuers) {
	t.Helper()
	h := open(t)
	role := h.iam.roles["Federated"]
	role.Name, role.ARN = "Web", webARN
	role.TrustPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + issuerARN + `"},
		"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"],
		"Condition":{"StringEquals":{"` + issuerURL + `:sub":"ann","` + issuerURL + `:aud":"app"}}}]}`
	h.iam.roles["Web"] = role
	h.iam.issuers = map[string]iam.OIDCProvider{issuerARN: {ARN: issuerARN, Account: account, URL: issuerURL, ClientIDs: []string{"app", "other"}}}
	f := &fakeIssuers{keys: []jose.JSONWebKey{
		{Key: rsaKey().Public(), KeyID: "rsa", Algorithm: "RS256", Use: "sig"}, {Key: ecKey().Public(), KeyID: "ec"},
	}}
	h.Issuers = f
	return h, f
}

// claimed are the claims of a good token.
func claimed() map[string]any {
	return map[string]any{"iss": issuer, "sub": "ann", "aud": "app", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "jti": "1"}
}

func signed(t testing.TB, alg jose.SignatureAlgorithm, key any, keyID string, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: keyID}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func web(token string) sts.AssumeRoleWithWebIdentity {
	return sts.AssumeRoleWithWebIdentity{RoleARN: webARN, SessionName: "job", Token: token}
}

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	for name, token := range map[string]func() string{
		"RS256":            func() string { return signed(t, jose.RS256, rsaKey(), "rsa", claimed()) },
		"ES384":            func() string { return signed(t, jose.ES384, ecKey(), "ec", claimed()) },
		"no id of the key": func() string { return signed(t, jose.ES384, ecKey(), "", claimed()) },
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := openWeb(t)
			got, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(token()))
			if err != nil {
				t.Fatal(err)
			}
			s, _, err := h.Minter.Open(got.AccessKeyID, got.SessionToken.Reveal(), now)
			if err != nil {
				t.Fatal(err)
			}
			if got.Subject != "ann" || got.Audience != "app" || got.Provider != issuerARN || got.Caller.ARN != "arn:aws:sts::111122223333:assumed-role/Web/job" ||
				s.Provider != issuerARN || s.Context[issuerURL+":sub"][0] != "ann" || !got.Expires.Equal(now.Add(time.Hour)) || len(s.Tags) != 0 {
				t.Errorf("answer = %+v, session = %+v", got, s)
			}
		})
	}
}

func TestAWebIdentitysTags(t *testing.T) {
	for name, claims := range map[string]map[string]any{
		"nested": {"https://aws.amazon.com/tags": map[string]any{
			"principal_tags": map[string]any{"team": []string{"a"}, "cost": []string{"7"}}, "transitive_tag_keys": []string{"team"},
		}},
		"flat": {
			"https://aws.amazon.com/tags/principal_tags/team": []string{"a"}, "https://aws.amazon.com/tags/principal_tags/cost": []string{"7"},
			"https://aws.amazon.com/tags/transitive_tag_keys": []string{"team"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := openWeb(t)
			all := claimed()
			for k, v := range claims {
				all[k] = v
			}
			all["https://aws.amazon.com/source_identity"] = "ann@example.net"
			got, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(signed(t, jose.RS256, rsaKey(), "rsa", all)))
			if err != nil {
				t.Fatal(err)
			}
			s := got.Caller.Session
			if s.Tags["team"] != "a" || s.Tags["cost"] != "7" || !slices.Equal(s.TransitiveKeys, []string{"team"}) || got.SourceIdentity != "ann@example.net" || got.PackedSize == 0 {
				t.Errorf("session = %+v", s)
			}
			role := h.iam.roles["Web"]
			role.TrustPolicy = strings.Replace(role.TrustPolicy, `"sts:TagSession",`, "", 1)
			h.iam.roles["Web"] = role
			if _, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(signed(t, jose.RS256, rsaKey(), "rsa", all))); fault.Of(err) != fault.Denied {
				t.Errorf("without sts:TagSession: %v", err)
			}
		})
	}
}

// how a token is refused.
const (
	asInvalid  = "InvalidIdentityToken"
	asExpired  = "ExpiredTokenException"
	asRejected = "IDPRejectedClaim"
	asSilent   = "IDPCommunicationError"
	asDenied   = "AccessDenied"
	asBad      = "ValidationError"
)

func worded(err error) string {
	if _, ok := errors.AsType[*sts.InvalidToken](err); ok {
		return asInvalid
	}
	if _, ok := errors.AsType[*sts.LateToken](err); ok {
		return asExpired
	}
	if _, ok := errors.AsType[*sts.RejectedClaim](err); ok {
		return asRejected
	}
	if _, ok := errors.AsType[*sts.IssuerSilent](err); ok {
		return asSilent
	}
	switch fault.Of(err) {
	case fault.Denied:
		return asDenied
	case fault.Invalid:
		return asBad
	default:
		return "?"
	}
}

// confused is a token signed with HMAC under the bytes of a public key.
func confused(t testing.TB, alg jose.SignatureAlgorithm) string {
	t.Helper()
	public, err := (&jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "rsa"}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, alg, bytes.Repeat(public, 1), "rsa", claimed())
}

// bare is a token without a signature.
func bare(t testing.TB) string {
	t.Helper()
	body := strings.Split(signed(t, jose.RS256, rsaKey(), "rsa", claimed()), ".")[1]
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + body + "."
}

// carrying is a token that brings the key it is signed with.
func carrying(t testing.TB) string {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: own}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claimed()).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokensThatProveNothing(t *testing.T) {
	with := func(name string, value any) func() string {
		return func() string {
			claims := claimed()
			if claims[name] = value; value == nil {
				delete(claims, name)
			}
			return signed(t, jose.RS256, rsaKey(), "rsa", claims)
		}
	}
	stranger := func() crypto.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	for name, tt := range map[string]struct {
		token func() string
		want  string
		text  string
	}{
		"no signature":                    {func() string { return bare(t) }, asInvalid, "not a valid JWT"},
		"HS256 with the public key":       {func() string { return confused(t, jose.HS256) }, asInvalid, "not a valid JWT"},
		"HS512 with the public key":       {func() string { return confused(t, jose.HS512) }, asInvalid, "not a valid JWT"},
		"PS256, which AWS does not take":  {func() string { return signed(t, jose.PS256, rsaKey(), "rsa", claimed()) }, asInvalid, "not a valid JWT"},
		"RS512 for a key of RS256":        {func() string { return signed(t, jose.RS512, rsaKey(), "rsa", claimed()) }, asInvalid, "verification key"},
		"a stranger's key":                {func() string { return signed(t, jose.RS256, stranger(), "rsa", claimed()) }, asInvalid, "verification key"},
		"a key id nobody has":             {func() string { return signed(t, jose.RS256, rsaKey(), "x", claimed()) }, asInvalid, "verification key"},
		"a key of its own in the header":  {func() string { return carrying(t) }, asInvalid, "verification key"},
		"another body":                    {func() string { return swapped(t) }, asInvalid, "verification key"},
		"not a token":                     {func() string { return "hello" }, asInvalid, "not a valid JWT"},
		"another issuer":                  {with("iss", "https://evil.example.net"), asInvalid, "No OpenIDConnect provider found in your account for https://evil.example.net"},
		"an issuer with a slash more":     {with("iss", issuer+"/"), asInvalid, "No OpenIDConnect provider found"},
		"no issuer":                       {with("iss", nil), asInvalid, "No OpenIDConnect provider found"},
		"an issuer that is a list":        {with("iss", []string{issuer}), asInvalid, "not a valid JWT"},
		"another audience":                {with("aud", "evil"), asInvalid, "Incorrect token audience"},
		"no audience":                     {with("aud", nil), asInvalid, "aud"},
		"a party that is no client":       {with("azp", "evil"), asInvalid, "Incorrect token audience"},
		"no subject":                      {with("sub", nil), asInvalid, "sub"},
		"another subject":                 {with("sub", "eve"), asDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"an audience the role won't have": {with("aud", "other"), asDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"expired":                         {with("exp", now.Unix()), asExpired, "Token expired: current date/time 1795435200 must be before the expiration date/time1795435200"},
		"expired long ago":                {with("exp", 1), asExpired, "Token expired"},
		"without an end":                  {with("exp", nil), asInvalid, "exp"},
		"with an end beyond time":         {with("exp", 1e300), asInvalid, ""},
		"without a beginning":             {with("iat", nil), asInvalid, "iat"},
		"from the future":                 {with("iat", now.Add(6*time.Minute).Unix()), asRejected, "not valid yet"},
		"not yet":                         {with("nbf", now.Add(6*time.Minute).Unix()), asRejected, "not valid yet"},
		"a tag of two values":             {with("https://aws.amazon.com/tags", map[string]any{"principal_tags": map[string]any{"a": []string{"1", "2"}}}), asInvalid, "exactly one value"},
		"tags that are no tags":           {with("https://aws.amazon.com/tags", "x"), asInvalid, "principal_tags"},
		"a transitive key without a tag":  {with("https://aws.amazon.com/tags", map[string]any{"transitive_tag_keys": []string{"a"}}), asInvalid, "transitive tag key"},
		"a tag of AWS's":                  {with("https://aws.amazon.com/tags/principal_tags/aws:x", []string{"1"}), asInvalid, "aws:"},
		"a source identity with a space":  {with("https://aws.amazon.com/source_identity", "Ann Lee"), asInvalid, "source_identity"},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := openWeb(t)
			_, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(tt.token()))
			if err == nil || worded(err) != tt.want || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("refused as %s: %v, want %s with %q", worded(err), err, tt.want, tt.text)
			}
		})
	}
}

// swapped has the signature of one token under the body of another.
func swapped(t testing.TB) string {
	t.Helper()
	mine := claimed()
	mine["sub"] = "eve"
	good, bad := strings.Split(signed(t, jose.RS256, rsaKey(), "rsa", mine), "."), strings.Split(signed(t, jose.RS256, rsaKey(), "rsa", claimed()), ".")
	return good[0] + "." + bad[1] + "." + good[2]
}

func TestWebIdentityRequestsThatAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*house, *fakeIssuers, *sts.AssumeRoleWithWebIdentity)
		want   string
		text   string
	}{
		"no such role": {func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) { in.RoleARN += "x" }, asDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"a role that has no ARN": {func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) {
			in.RoleARN = "arn:aws:iam::111122223333:user/x"
		}, asBad, "is invalid"},
		"another account's role": {
			func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) {
				in.RoleARN = "arn:aws:iam::444455556666:role/Web"
			}, asInvalid, "No OpenIDConnect provider found in your account",
		},
		"a role that trusts somebody else": {
			func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) { in.RoleARN = ssoARN }, asDenied, "Not authorized",
		},
		"no session name": {func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) { in.SessionName = "a b" }, asBad, "roleSessionName"},
		"too long":        {func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) { in.Duration = 5 * time.Hour }, asBad, "MaxSessionDuration"},
		"an access token": {func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) {
			in.ProviderID = "graph.facebook.com"
		}, asInvalid, "OAuth 2.0"},
		"an issuer that does not answer": {
			func(_ *house, f *fakeIssuers, _ *sts.AssumeRoleWithWebIdentity) {
				f.failure = silent{errors.New("timeout")}
			}, asSilent, "verification key",
		},
		"an issuer that answers nonsense": {
			func(_ *house, f *fakeIssuers, _ *sts.AssumeRoleWithWebIdentity) { f.failure = errors.New("no JSON") }, asInvalid, "verification key",
		},
		"no such session policy": {
			func(_ *house, _ *fakeIssuers, in *sts.AssumeRoleWithWebIdentity) {
				in.Scope.PolicyARNs = []string{"arn:aws:iam::aws:policy/No"}
			}, asBad, "does not exist",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, f := openWeb(t)
			in := web(signed(t, jose.RS256, rsaKey(), "rsa", claimed()))
			tt.change(h, f, &in)
			_, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), in)
			if err == nil || worded(err) != tt.want || !strings.Contains(fault.Message(err), tt.text) {
				t.Errorf("refused as %s: %v, want %s with %q", worded(err), err, tt.want, tt.text)
			}
		})
	}
}

func TestTheAuthorizedPartyTakesTheAudiencesPlace(t *testing.T) {
	h, _ := openWeb(t)
	claims := claimed()
	claims["aud"], claims["azp"], claims["amr"] = []string{"api"}, "app", []string{"pwd", "mfa"}
	role := h.iam.roles["Web"] // the audiences themselves decide who comes in, and nothing after that
	role.TrustPolicy = strings.Replace(role.TrustPolicy, `"`+issuerURL+`:aud":"app"`, `"`+issuerURL+`:aud":"app","`+issuerURL+`:oaud":"api"`, 1)
	h.iam.roles["Web"] = role
	got, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(signed(t, jose.RS256, rsaKey(), "rsa", claims)))
	if err != nil {
		t.Fatal(err)
	}
	c := got.Caller.Session.Context
	if got.Audience != "app" || len(c[issuerURL+":oaud"]) != 0 || !slices.Equal(c[issuerURL+":amr"], []string{"pwd", "mfa"}) {
		t.Errorf("audience %s, keys %v", got.Audience, c)
	}
}

// The claims that AWS knows of an issuer decide who may begin a session: those
// of GitHub are texts, those of others also truths and numbers.
func TestTheClaimsThatAWSKnowsOfAnIssuer(t *testing.T) {
	const github = "token.actions.githubusercontent.com"
	for name, tt := range map[string]struct {
		url, condition string
		in             bool
	}{
		"a claim that is asked for":        {github, `"StringLike":{"` + github + `:repository":"corp/*"}`, true},
		"a claim of another value":         {github, `"StringLike":{"` + github + `:repository":"evil/*"}`, false},
		"an enterprise's own issuer":       {github + "/corp", `"StringEquals":{"` + github + `/corp:actor":"ann"}`, true},
		"a claim that AWS does not know":   {github, `"StringEquals":{"` + github + `:run_id":"7"}`, false},
		"an issuer that AWS does not know": {"idp.example.net", `"StringEquals":{"idp.example.net:repository":"corp/site"}`, false},
		"a truth":                          {"gitlab.com", `"Bool":{"gitlab.com:ref_protected":"true"}`, true},
		"a number":                         {"gitlab.com", `"NumericEquals":{"gitlab.com:user_id":"42"}`, true},
		"a name with an issuer in it":      {"oidc.circleci.com/org/1-2", `"StringEquals":{"oidc.circleci.com/org/1-2:oidc.circleci.com/project-id":"p"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := openWeb(t)
			provider := "arn:aws:iam::111122223333:oidc-provider/" + tt.url
			h.iam.issuers[provider] = iam.OIDCProvider{ARN: provider, Account: account, URL: tt.url, ClientIDs: []string{"app"}}
			role := h.iam.roles["Web"]
			role.TrustPolicy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{` + tt.condition + `}}}`
			h.iam.roles["Web"] = role
			claims := claimed()
			claims["iss"] = "https://" + tt.url
			claims["repository"], claims["actor"], claims["run_id"] = "corp/site", "ann", "7"
			claims["ref_protected"], claims["user_id"], claims["oidc.circleci.com/project-id"] = true, 42, "p"
			got, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(signed(t, jose.RS256, rsaKey(), "rsa", claims)))
			if (err == nil) != tt.in || err != nil && fault.Of(err) != fault.Denied {
				t.Errorf("err = %v, want success: %t", err, tt.in)
			}
			if err == nil && len(got.Caller.Session.Context) != 2 {
				t.Errorf("the session keeps %v, want its subject and audience", got.Caller.Session.Context)
			}
		})
	}
}

// A token may be presented again until it runs out, as with AWS: then it is
// verified once a minute at most, and what the account trusts counts at once.
func TestATokenPresentedAgain(t *testing.T) {
	h, f := openWeb(t)
	in := web(signed(t, jose.RS256, rsaKey(), "rsa", claimed()))
	at := func(moment time.Time) error {
		_, err := h.AssumeRoleWithWebIdentity(t.Context(), &wire.Call{Time: moment}, in)
		return err
	}
	for range 3 {
		if err := at(now); err != nil {
			t.Fatal(err)
		}
	}
	if f.asked != 1 {
		t.Errorf("the keys were asked for %d times, want once", f.asked)
	}
	if err := at(now.Add(2 * time.Minute)); err != nil || f.asked != 2 {
		t.Errorf("after two minutes: %v, asked %d times", err, f.asked)
	}
	if err := at(now.Add(time.Hour)); worded(err) != asExpired {
		t.Errorf("when it ran out: %v", err)
	}
	f.keys = f.keys[1:] // the issuer withdraws its key
	if err := at(now.Add(4 * time.Minute)); worded(err) != asInvalid {
		t.Errorf("after the key is gone: %v", err)
	}
	p := h.iam.issuers[issuerARN]
	p.ClientIDs = []string{"other"}
	h.iam.issuers[issuerARN] = p
	f.keys = []jose.JSONWebKey{{Key: rsaKey().Public(), KeyID: "rsa"}}
	if err := at(now.Add(2 * time.Minute)); worded(err) != asInvalid {
		t.Errorf("after the client is gone: %v", err)
	}
	delete(h.iam.issuers, issuerARN)
	if err := at(now.Add(2 * time.Minute)); worded(err) != asInvalid {
		t.Errorf("after the provider is gone: %v", err)
	}
}

func FuzzWebIdentityToken(f *testing.F) {
	h, _ := openWeb(f)
	good := signed(f, jose.RS256, rsaKey(), "rsa", claimed())
	f.Add(good)
	f.Add(bare(f))
	f.Add(confused(f, jose.HS256))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := h.AssumeRoleWithWebIdentity(t.Context(), unsigned(), web(token))
		if err == nil && (got.Subject != "ann" || strings.Split(token, ".")[1] != strings.Split(good, ".")[1]) {
			t.Errorf("a token nobody signed is accepted: %s", token)
		}
		if err != nil && fault.Of(err) == fault.Internal {
			t.Errorf("not refused but failed: %v", err)
		}
	})
}
