package sts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

// IssuerKeys fetches the keys of OpenID Connect issuers. A failure that may
// pass says so by Unreachable() bool.
type IssuerKeys interface {
	// Keys returns the keys of the issuer at https://<url>, asking it again,
	// within reason, when keyID is not among those that it knows.
	Keys(ctx context.Context, url string, thumbprints []string, keyID string) ([]jose.JSONWebKey, error)
}

// algorithms are the signatures that tokens may have. None that is keyed with a
// secret is among them: a public key is no secret.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}

// tokenSkew is how far an issuer's clock may be ahead of ours. A token that ran
// out is refused at once.
const tokenSkew = 5 * time.Minute

// verifiedFor bounds how long a verified token is not verified again, so that
// an issuer's changed keys are noticed.
const verifiedFor = time.Minute

// AssumeRoleWithWebIdentity is a request for a role session by whom an OpenID
// Connect provider of the role's account vouches for.
type AssumeRoleWithWebIdentity struct {
	RoleARN     string
	SessionName string
	Token       string // an ID token: a signed JWT in compact form
	ProviderID  string // of an OAuth 2.0 access token; none can be presented
	Duration    time.Duration
	Scope       Scope
}

// WebIdentity is a role session begun with a token.
type WebIdentity struct {
	Assumed
	Subject  string
	Provider string // the provider's ARN
	Audience string
}

// RejectedClaim refuses a token that its issuer would refuse too, not yet being
// good, and a response in which the provider itself refuses.
type RejectedClaim struct{ Err error }

// Error returns the reason.
func (e *RejectedClaim) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *RejectedClaim) Unwrap() error { return e.Err }

// IssuerSilent is the failure to reach an issuer; trying again may help.
type IssuerSilent struct{ Err error }

// Error returns the reason.
func (e *IssuerSilent) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *IssuerSilent) Unwrap() error { return e.Err }

// LateToken refuses a token that ran out.
type LateToken struct{ Err error }

// Error returns the reason.
func (e *LateToken) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *LateToken) Unwrap() error { return e.Err }

// AssumeRoleWithWebIdentity begins a session of a role for the subject of a
// token. The provider of the token's issuer must be in the role's account, and
// the role's trust policy must allow its subjects. A token may be presented
// until it runs out, for any role that trusts it.
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, call *wire.Call, in AssumeRoleWithWebIdentity) (WebIdentity, error) {
	if in.ProviderID != "" {
		return WebIdentity{}, invalidToken("OAuth 2.0 access tokens of %s are not accepted. Leave ProviderId out and send an OpenID Connect ID token.", in.ProviderID)
	}
	if !validName(in.SessionName) {
		return WebIdentity{}, invalid("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", in.SessionName)
	}
	proven, err := s.verifyWebIdentity(ctx, call, in.RoleARN, in.Token)
	if err != nil {
		return WebIdentity{}, err
	}
	role, found, err := s.role(ctx, in.RoleARN)
	if err != nil {
		return WebIdentity{}, err
	}
	if !found {
		return WebIdentity{}, federatedDenial("sts:AssumeRoleWithWebIdentity", nil)
	}
	keys := proven.requestKeys(in.SessionName)
	if err := s.checkFederatedTrust(ctx, call, role, proven.provider, keys, "sts:AssumeRoleWithWebIdentity", proven.tags, proven.identity); err != nil {
		return WebIdentity{}, err
	}
	length, err := sessionLength(in.Duration, role, false)
	if err != nil {
		return WebIdentity{}, err
	}
	if err := s.checkScope(ctx, role.Account, in.Scope); err != nil {
		return WebIdentity{}, err
	}
	session := caller.Session{
		Name: in.SessionName, TransitiveKeys: proven.transitive, SourceIdentity: proven.identity,
		Context: proven.lasts, Provider: proven.provider, Issued: call.Time, Expires: call.Time.Add(length),
	}
	assumed, err := s.begin(role, session, in.Scope, proven.tags)
	return WebIdentity{Assumed: assumed, Subject: proven.subject, Provider: proven.provider, Audience: strings.Join(proven.audience, ",")}, err
}

// presented is what the verification of a token depends on, beside the clock.
type presented struct {
	token                         [sha256.Size]byte
	provider, clients, thumbprint string
}

// webProof is what a verified token says. It is shared: never written to.
type webProof struct {
	webClaims
	provider    string
	lasts       map[string][]string // condition keys of the session
	decides     map[string][]string // those of the request alone
	from, until time.Time
}

// verifyWebIdentity returns what a token says, when it was issued by a provider
// of the role's account for one of its clients. It may have to ask the issuer
// for its keys, which takes up to five seconds: never call it in a transaction.
func (s *Service) verifyWebIdentity(ctx context.Context, call *wire.Call, roleARN, token string) (*webProof, error) {
	account, err := accountOfRole(roleARN)
	if err != nil {
		return nil, err
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return nil, notJWT(err)
	}
	var unproven jwt.Claims
	if err := parsed.UnsafeClaimsWithoutVerification(&unproven); err != nil {
		return nil, notJWT(err)
	}
	p, err := s.IAM.OIDCProvider(ctx, iam.OIDCProviderARN(account, strings.TrimPrefix(unproven.Issuer, "https://")))
	if fault.Of(err) == fault.NotFound || fault.Of(err) == fault.Invalid {
		return nil, invalidToken("No OpenIDConnect provider found in your account for %s", unproven.Issuer)
	}
	if err != nil {
		return nil, fmt.Errorf("provider of %s: %w", unproven.Issuer, err)
	}
	key := presented{sha256.Sum256([]byte(token)), p.ARN, strings.Join(p.ClientIDs, "\x00"), strings.Join(p.Thumbprints, ",")}
	if v, ok := s.tokens.get(key); ok && !call.Time.Before(v.from) && call.Time.Before(v.until) {
		return v, nil
	}
	v, err := s.verifyToken(ctx, call, parsed, p)
	if err != nil {
		return nil, err
	}
	s.tokens.put(key, v)
	return v, nil
}

func notJWT(cause error) error {
	return &InvalidToken{&fault.Error{
		Kind: fault.Invalid, Message: "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)", Err: cause,
	}}
}

// verifyToken checks a token's signature, then its claims.
func (s *Service) verifyToken(ctx context.Context, call *wire.Call, token *jwt.JSONWebToken, p iam.OIDCProvider) (*webProof, error) {
	header := token.Headers[0]
	keys, err := s.Issuers.Keys(ctx, p.URL, p.Thumbprints, header.KeyID)
	if err != nil {
		return nil, noKey(err)
	}
	var said saidClaims
	err = errors.New("no key of the issuer's has the id and algorithm of the token")
	for i := range keys {
		if k := &keys[i]; header.KeyID != "" && k.KeyID != header.KeyID || k.Algorithm != "" && k.Algorithm != header.Algorithm {
			continue
		}
		if err = token.Claims(keys[i].Key, &said); err == nil {
			break
		}
	}
	if err != nil {
		return nil, noKey(err)
	}
	claims, err := said.read(p, call.Time)
	if err != nil {
		return nil, err
	}
	v := &webProof{webClaims: claims, provider: p.ARN, lasts: claims.keys(p.URL), decides: said.deciding(p.URL, &claims), from: call.Time, until: call.Time.Add(verifiedFor)}
	if claims.expires.Before(v.until) {
		v.until = claims.expires
	}
	return v, nil
}

// noKey words the failure to find the key that a token was signed with.
func noKey(err error) error {
	const message = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
	refusal := &fault.Error{Kind: fault.Invalid, Message: message, Err: err}
	silent, ok := errors.AsType[interface {
		error
		Unreachable() bool
	}](err)
	if ok && silent.Unreachable() {
		return &IssuerSilent{refusal}
	}
	return &InvalidToken{refusal}
}
