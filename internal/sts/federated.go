package sts

import (
	"context"
	"crypto/sha1" // AWS made NameQualifier a SHA-1; nothing is secured by it
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
	"foyer/internal/saml"
	"foyer/internal/wire"
)

// AssumeRoleWithSAML is a request for a role session by whom a SAML provider
// of the role's account vouches for.
type AssumeRoleWithSAML struct {
	RoleARN     string
	ProviderARN string
	Response    string        // the SAML response, XML
	Duration    time.Duration // 0 means what the assertion says, else one hour
	Scope       Scope
}

// Federated is a role session begun with an assertion.
type Federated struct {
	Assumed
	Subject       string // the assertion's NameID
	SubjectType   string // its format: persistent, transient, or another format's URI
	Issuer        string
	Audience      string // the assertion's Recipient
	NameQualifier string // tells the subject apart from those of other providers and accounts
}

// AssumeRoleWithSAML begins a session of a role for the subject of an
// assertion. The assertion must name the pair of role and provider, and the
// role's trust policy must allow the provider's subjects. It fails with
// *InvalidToken, with *RejectedClaim when the provider vouches for nobody, with
// *saml.Expired, or with a Denied fault that says no more than AWS does.
func (s *Service) AssumeRoleWithSAML(ctx context.Context, call *wire.Call, in AssumeRoleWithSAML) (Federated, error) {
	provider, err := s.provider(ctx, in.ProviderARN)
	if err != nil {
		return Federated{}, err
	}
	proven, err := s.verify(in.Response, provider, call.Region, call.Time)
	if err != nil {
		return Federated{}, err
	}
	if !vouchesFor(proven.Assertion, in.RoleARN, in.ProviderARN) {
		return Federated{}, deniedSAML(nil)
	}
	role, found, err := s.role(ctx, in.RoleARN)
	if err != nil {
		return Federated{}, err
	}
	if !found || role.Account != provider.Account {
		return Federated{}, deniedSAML(nil)
	}
	if err := s.checkFederatedTrust(ctx, call, role, provider.ARN, proven.keys, "sts:AssumeRoleWithSAML", proven.tags, proven.identity); err != nil {
		return Federated{}, err
	}
	length, err := federatedLength(in.Duration, proven.duration, role)
	if err != nil {
		return Federated{}, err
	}
	if err := s.checkScope(ctx, role.Account, in.Scope); err != nil {
		return Federated{}, err
	}
	session := caller.Session{
		Name: proven.name, TransitiveKeys: proven.transitive, SourceIdentity: proven.identity,
		Context: proven.lasts, Provider: provider.ARN, Issued: call.Time, Expires: call.Time.Add(length),
	}
	if end := proven.SessionEnd; !end.IsZero() && end.Before(session.Expires) {
		session.Expires = end
	}
	if !session.Expires.After(call.Time) {
		return Federated{}, &saml.Expired{Err: invalid("The session that the assertion speaks of has ended.")}
	}
	answer := proven.answer
	answer.Assumed, err = s.begin(role, session, in.Scope, proven.tags)
	return answer, err
}

// provider finds a SAML provider; one that is not there cannot have issued anything.
func (s *Service) provider(ctx context.Context, providerARN string) (iam.SAMLProvider, error) {
	a, err := arn.Parse(providerARN)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "saml-provider/") {
		return iam.SAMLProvider{}, invalid("%s is invalid", providerARN)
	}
	p, err := s.IAM.SAMLProvider(ctx, providerARN)
	if fault.Of(err) == fault.NotFound || err == nil && p.ARN != providerARN {
		return iam.SAMLProvider{}, invalidToken("Specified provider doesn't exist")
	}
	if err != nil {
		return iam.SAMLProvider{}, fmt.Errorf("provider %s: %w", providerARN, err)
	}
	return p, nil
}

// vouchesFor reports whether one of the assertion's Role values is the pair of
// role and provider, in either order.
func vouchesFor(a *saml.Assertion, roleARN, providerARN string) bool {
	for _, pair := range a.Attributes[saml.RoleAttribute] {
		one, other, _ := strings.Cut(pair, ",")
		one, other = strings.TrimSpace(one), strings.TrimSpace(other)
		if one == roleARN && other == providerARN || one == providerARN && other == roleARN {
			return true
		}
	}
	return false
}

func deniedSAML(cause error) error { return federatedDenial("sts:AssumeRoleWithSAML", cause) }

// federatedDenial says no more than AWS does.
func federatedDenial(assume string, cause error) error {
	return &fault.Error{Kind: fault.Denied, Message: "Not authorized to perform " + assume, Err: cause}
}

// federatedLength is how long a session lasts: what was asked for, else what
// the assertion says, else an hour.
func federatedLength(asked, claimed time.Duration, role iam.Role) (time.Duration, error) {
	if asked == 0 {
		asked = claimed
	}
	return sessionLength(asked, role, false)
}

const nameIDPrefix = "urn:oasis:names:tc:SAML:2.0:nameid-format:"

// subjectType is a NameID's format as STS shows it: without the usual prefix.
func subjectType(format string) string { return strings.TrimPrefix(format, nameIDPrefix) }

func nameQualifier(issuer string, p iam.SAMLProvider) string {
	sum := sha1.Sum([]byte(issuer + string(p.Account) + "/" + p.Name))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// keys are the condition keys of the assertion's subject and issuer.
func (f *Federated) keys() map[string]string {
	return map[string]string{
		"saml:aud": f.Audience, "saml:iss": f.Issuer, "saml:sub": f.Subject,
		"saml:sub_type": f.SubjectType, "saml:namequalifier": f.NameQualifier,
	}
}

// checkFederatedTrust asks the role's trust policy about a subject that a
// provider vouches for. The subject has no session yet, and so no policies of
// its own; service control policies do not bind it.
func (s *Service) checkFederatedTrust(ctx context.Context, call *wire.Call, role iam.Role, provider string, keys policy.Map, assume string, tags []Tag, identity string) error {
	trust, err := s.compiled(role.TrustPolicy)
	if err != nil {
		return fmt.Errorf("trust policy of %s: %w", role.ARN, err)
	}
	layers := policy.Layers{Resource: []policy.Attached{{Name: role.ARN, Policy: trust}}}
	if s.ResourceControls != nil {
		if layers.ResourceControls, err = s.ResourceControls(ctx, role.Account); err != nil {
			return fmt.Errorf("policies over %s: %w", role.ARN, err)
		}
	}
	request := policy.Request{
		Resource: role.ARN, ResourceAccount: string(role.Account), Context: presenting{keys, role.Tags, call},
		Principal: policy.Principal{Type: policy.FederatedSubject, ARN: provider},
	}
	for _, request.Action = range actions(assume, tags, identity) {
		if v := policy.Evaluate(&layers, &request); v.Decision != policy.Allowed {
			return federatedDenial(assume, fmt.Errorf("%s is not allowed to %s by the trust policy of %s, or by a resource control policy", provider, request.Action, role.ARN))
		}
	}
	return nil
}

// compiled remembers trust policies: one text stands for many roles.
func (s *Service) compiled(document string) (*policy.Policy, error) {
	if p, ok := s.trusts.get(document); ok {
		return p, nil
	}
	p, err := policy.Compile(document, policy.Trust)
	if err != nil {
		return nil, err
	}
	s.trusts.put(document, p)
	return p, nil
}

// presenting answers for the condition keys of a request that presents an
// assertion for a role: those of the assertion, the role's tags, and what every
// call has, also an unsigned one.
type presenting struct {
	keys policy.Map
	tags map[string]string // of the role
	call *wire.Call
}

// Lookup implements policy.Context.
func (p presenting) Lookup(key string) ([]string, bool) {
	if v, ok := p.keys.Lookup(key); ok {
		return v, true
	}
	if service, tag, ok := strings.Cut(key, ":resourcetag/"); ok && (service == "aws" || service == "iam") {
		for name, value := range p.tags {
			if strings.EqualFold(name, tag) {
				return []string{value}, true
			}
		}
	}
	return ofCall(p.call, key)
}

func ofCall(call *wire.Call, key string) (values []string, present bool) {
	value := ""
	switch key {
	case "aws:currenttime":
		value = call.Time.UTC().Format(time.RFC3339)
	case "aws:epochtime":
		value = strconv.FormatInt(call.Time.Unix(), 10)
	case "aws:securetransport":
		value = strconv.FormatBool(call.Secure)
	case "aws:sourceip":
		if call.SourceIP.IsValid() {
			value = call.SourceIP.String()
		}
	case "aws:useragent":
		value = call.UserAgent
	case "aws:requestedregion":
		value = call.Region
	}
	return []string{value}, value != ""
}
