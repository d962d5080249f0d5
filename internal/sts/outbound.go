package sts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/secret"
	"foyer/internal/wire"
)

// Bounds of web identity tokens.
const (
	defaultWebToken = 5 * time.Minute
	minWebToken     = time.Minute
	maxWebToken     = time.Hour
	maxAudiences    = 10
	maxAudience     = 1000
	// maxWebPayload bounds the claims, in bytes. AWS does not publish its own.
	maxWebPayload = 12 << 10
)

// IssuerPath stands before an issuer's id in its URL.
const IssuerPath = "/tokens/"

// IssuerURL is the URL of the issuer of an account's tokens.
func (s *Service) IssuerURL(issuerID string) string { return s.Endpoint + IssuerPath + issuerID }

// WebIdentityToken is a request for a token that proves to a service outside
// who the caller is.
type WebIdentityToken struct {
	Audience  []string // 1–10
	Algorithm string   // RS256 or ES384
	Duration  time.Duration
	Tags      []Tag
}

// FederationDisabled refuses a token where the account issues none.
type FederationDisabled struct{ Err error }

// Error returns the reason.
func (e *FederationDisabled) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *FederationDisabled) Unwrap() error { return e.Err }

// Escalation refuses a token that would outlive the session that asks for it.
type Escalation struct{ Err error }

// Error returns the reason.
func (e *Escalation) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *Escalation) Unwrap() error { return e.Err }

// PayloadTooLarge refuses a token that would say too much.
type PayloadTooLarge struct{ Err error }

// Error returns the reason.
func (e *PayloadTooLarge) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *PayloadTooLarge) Unwrap() error { return e.Err }

// WebIdentityToken signs a token about the caller with a key of its account,
// which must have turned that on. The caller must be allowed to; the edge has
// asked.
func (s *Service) WebIdentityToken(ctx context.Context, call *wire.Call, in WebIdentityToken) (token secret.Text, expires time.Time, err error) {
	if err := in.check(); err != nil {
		return secret.Text{}, time.Time{}, err
	}
	c := &call.Caller
	of, err := s.IAM.OutboundFederation(ctx, c.Account)
	if state, off := errors.AsType[*iam.FeatureState](err); off {
		return secret.Text{}, time.Time{}, &FederationDisabled{state}
	}
	if err != nil {
		return secret.Text{}, time.Time{}, err
	}
	length := in.Duration
	if length == 0 {
		length = defaultWebToken
	}
	expires = call.Time.Add(length).UTC().Truncate(time.Second)
	if c.Session != nil && expires.After(c.Session.Expires) {
		return secret.Text{}, time.Time{}, &Escalation{fault.Newf(fault.Denied, "The requested token duration would extend the session beyond its original expiration time.")}
	}
	claims, err := s.webTokenClaims(ctx, call, in)
	if err != nil {
		return secret.Text{}, time.Time{}, err
	}
	claims["iss"], claims["iat"], claims["exp"], claims["jti"] = s.IssuerURL(of.IssuerID), call.Time.Unix(), expires.Unix(), s.Minter.Mint.UUID()
	token, err = s.sign(ctx, c.Account, in.Algorithm, claims)
	return token, expires, err
}

func (in *WebIdentityToken) check() error {
	switch {
	case len(in.Audience) == 0 || len(in.Audience) > maxAudiences:
		return invalid("1 validation error detected: Value at 'audience' failed to satisfy constraint: Member must have length between 1 and %d", maxAudiences)
	case slices.ContainsFunc(in.Audience, func(a string) bool { return a == "" || len(a) > maxAudience }):
		return invalid("1 validation error detected: Value at 'audience' failed to satisfy constraint: Member must satisfy constraint: [Member must have length between 1 and %d]", maxAudience)
	case !slices.Contains(signingAlgorithms, jose.SignatureAlgorithm(in.Algorithm)):
		return invalid("1 validation error detected: Value '%s' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RS256, ES384]", in.Algorithm)
	case in.Duration != 0 && (in.Duration < minWebToken || in.Duration > maxWebToken):
		return invalid("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value between %d and %d",
			int(in.Duration/time.Second), int(minWebToken/time.Second), int(maxWebToken/time.Second))
	default:
		return checkTags(in.Tags)
	}
}

// webTokenClaims is what a token says of the caller.
func (s *Service) webTokenClaims(ctx context.Context, call *wire.Call, in WebIdentityToken) (map[string]any, error) {
	c := &call.Caller
	about := map[string]any{"aws_account": string(c.Account), "source_region": call.Region}
	organization, path, err := s.Organization(ctx, c.Account)
	if err != nil {
		return nil, fmt.Errorf("organization of %s: %w", c.Account, err)
	}
	if organization != "" {
		about["org_id"], about["ou_path"] = organization, path
	}
	subject, tags := c.ARN, map[string]string{}
	if ref, ok := entityOf(c); ok {
		e, err := s.IAM.Entity(ctx, ref)
		if err != nil {
			return nil, fmt.Errorf("tags of %s: %w", c.ARN, err)
		}
		maps.Copy(tags, e.Tags)
	}
	if session := c.Session; session != nil {
		if session.OfRole() {
			subject = session.RoleARN
		}
		for key, value := range session.Tags { // hides the role's, whatever its case
			maps.DeleteFunc(tags, func(k, _ string) bool { return strings.EqualFold(k, key) })
			tags[key] = value
		}
		aboutSession(about, session)
	}
	if len(tags) > 0 {
		about["principal_tags"] = tags
	}
	if len(in.Tags) > 0 {
		asked := make(map[string]string, len(in.Tags))
		for _, t := range in.Tags {
			asked[t.Key] = t.Value
		}
		about["request_tags"] = asked
	}
	return map[string]any{"sub": subject, "aud": audience(in.Audience), "https://sts.amazonaws.com/": about}, nil
}

// audience is one text, or a list of several.
func audience(all []string) any {
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// entityOf is the user or role that has the caller's tags.
func entityOf(c *caller.Caller) (iam.Ref, bool) {
	switch {
	case c.Session != nil && c.Session.OfRole():
		return iam.Ref{Account: c.Account, Kind: iam.RoleKind, Name: RoleName(c.Session.RoleARN)}, true
	case c.Kind == caller.User:
		return iam.Ref{Account: c.Account, Kind: iam.UserKind, Name: c.Name}, true
	default:
		return iam.Ref{}, false
	}
}

func aboutSession(about map[string]any, s *caller.Session) {
	about["original_session_exp"] = s.Expires.UTC().Format(time.RFC3339)
	for claim, value := range map[string]string{
		"federated_provider": s.Provider, "source_identity": s.SourceIdentity,
		"identity_store_user_id": first(s.Context["identitystore:UserId"]), "identity_store_arn": first(s.Context["identitystore:IdentityStoreArn"]),
	} {
		if value != "" {
			about[claim] = value
		}
	}
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func (s *Service) sign(ctx context.Context, account arn.AccountID, algorithm string, claims map[string]any) (secret.Text, error) {
	if text, err := json.Marshal(claims); err != nil || len(text) > maxWebPayload {
		return secret.Text{}, errors.Join(err, &PayloadTooLarge{fault.Newf(fault.Quota, "The requested token payload size exceeds the maximum allowed size. Reduce the number of request tags.")})
	}
	keys, err := s.Keys.of(ctx, account)
	if err != nil {
		return secret.Text{}, err
	}
	for _, k := range keys {
		if string(k.algorithm) != algorithm {
			continue
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: jose.JSONWebKey{Key: k.private, KeyID: k.id}}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			return secret.Text{}, fmt.Errorf("sign token: %w", err)
		}
		token, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			return secret.Text{}, fmt.Errorf("sign token: %w", err)
		}
		return secret.New(token), nil
	}
	return secret.Text{}, fmt.Errorf("%s has no key for %s", account, algorithm)
}

// PublicKeys returns the key set of an issuer, and its URL; or a NotFound fault.
func (s *Service) PublicKeys(ctx context.Context, issuerID string) (issuer string, set jose.JSONWebKeySet, err error) {
	of, err := s.IAM.OutboundIssuer(ctx, issuerID)
	if err != nil {
		return "", set, err
	}
	keys, err := s.Keys.of(ctx, of.Account)
	if err != nil {
		return "", set, err
	}
	for _, k := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: string(k.algorithm), Use: "sig"})
	}
	return s.IssuerURL(of.IssuerID), set, nil
}
