package sts

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
	"foyer/internal/saml"
)

// skew is how far a provider's clock may be from ours.
const skew = 5 * time.Second

// audiences are who an assertion for AWS may be meant for.
var audiences = []string{saml.AWSAudience, "urn:amazon:webservices"}

// proof is what a verified assertion says, worked out once. It is shared: never
// written to.
type proof struct {
	*saml.Assertion
	claims
	answer Federated           // without the session
	keys   policy.Map          // condition keys of a request that presents it
	lasts  map[string][]string // condition keys of the session, for its whole life
	// It is good from when it was verified until the assertion, or a
	// certificate of the provider, runs out.
	from, until time.Time
}

// trusted is all that a proof depends on, beside the clock.
type trusted struct {
	response, region      string
	providerARN, metadata string
	protected             bool
}

// verify returns what a response says, when provider issued it.
//
// Whoever holds an assertion presents it more than once: for each of a
// person's roles, and again within its five minutes. Whether a signature fits
// depends on nothing but the bytes of the response, the provider's metadata and
// the clock, so the answer for the same bytes under the same trust is
// remembered and given again while it is true. Only the verification is saved;
// whether the provider is trusted with the role is asked every time. Refusals
// are not remembered.
func (s *Service) verify(response string, p iam.SAMLProvider, region string, now time.Time) (*proof, error) {
	key := trusted{response, region, p.ARN, p.Metadata, p.Protected}
	if v, ok := s.verified.get(key); ok && !now.Before(v.from) && now.Before(v.until) {
		return v, nil
	}
	metadata, err := saml.ParseMetadata([]byte(p.Metadata))
	if err != nil {
		return nil, asInvalidToken(err)
	}
	recipients := []string{saml.AWSAudience}
	if region != "" {
		recipients = append(recipients, "https://"+region+".signin.aws.amazon.com/saml")
	}
	a, err := saml.Verify([]byte(response), saml.Trust{
		Issuer: metadata.EntityID, Certificates: metadata.Certificates,
		Audiences: audiences, Recipients: recipients, Skew: skew,
	}, now)
	if err != nil {
		return nil, asInvalidToken(err)
	}
	v, err := prove(a, p)
	if err != nil {
		return nil, err
	}
	v.from, v.until = now, a.NotOnOrAfter
	for _, c := range metadata.Certificates {
		if c.NotAfter.After(now) && c.NotAfter.Before(v.until) {
			v.until = c.NotAfter
		}
	}
	s.verified.put(key, v)
	return v, nil
}

// lasting are the condition keys of an assertion that its session keeps: those
// that tell who its subject is. The others decide whether there is a session.
var lasting = []string{"saml:sub", "saml:sub_type", "saml:namequalifier"}

// prove works out what an assertion of p says.
func prove(a *saml.Assertion, p iam.SAMLProvider) (*proof, error) {
	claimed, err := readClaims(a, p.Protected)
	if err != nil {
		return nil, err
	}
	v := &proof{Assertion: a, claims: claimed, lasts: claimed.context, keys: policy.Map{}}
	v.answer = Federated{
		Subject: a.Subject, SubjectType: subjectType(a.SubjectFormat), Issuer: a.Issuer,
		Audience: a.Recipient, NameQualifier: nameQualifier(a.Issuer, p),
	}
	maps.Copy(v.keys, attributesOf(a))
	for key, value := range v.answer.keys() {
		v.keys[key] = []string{value}
	}
	for _, key := range lasting {
		v.lasts[key] = v.keys[key]
	}
	maps.Copy(v.keys, requestKeys(claimed.tags, claimed.transitive, claimed.identity))
	v.keys["saml:doc"] = []string{string(p.Account) + "/" + p.Name}
	v.keys["sts:RoleSessionName"] = []string{claimed.name}
	v.keys["aws:FederatedProvider"] = []string{p.ARN}
	return v, nil
}

func asInvalidToken(err error) error {
	if refused, ok := errors.AsType[*saml.Refused](err); ok {
		return &RejectedClaim{refused}
	}
	if _, late := errors.AsType[*saml.Expired](err); late || fault.Of(err) == fault.Internal {
		return err
	}
	return &InvalidToken{err}
}

// claims are what an assertion says about the session to be.
type claims struct {
	name       string
	tags       []Tag
	transitive []string
	identity   string
	duration   time.Duration // 0 when not given
	context    map[string][]string
}

// readClaims reads the attributes that AWS knows. Those that set condition keys
// of the session are read for protected providers alone, which are Foyer's own:
// from anyone else they would be a way to pose as a person.
func readClaims(a *saml.Assertion, protected bool) (claims, error) {
	c := claims{context: map[string][]string{}}
	names := a.Attributes[saml.SessionNameAttribute]
	if len(names) != 1 {
		return claims{}, invalidToken("RoleSessionName is required in AuthnResponse")
	}
	if c.name = names[0]; !validName(c.name) {
		return claims{}, invalidToken("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
		values := a.Attributes[name]
		if key, ok := strings.CutPrefix(name, saml.PrincipalTagPrefix); ok {
			if len(values) != 1 {
				return claims{}, invalidToken("The attribute %s in AuthnResponse must have exactly one value", name)
			}
			c.tags = append(c.tags, Tag{key, values[0]})
		}
		if key, ok := strings.CutPrefix(name, saml.ContextPrefix); ok && protected {
			c.context[key] = values
		}
	}
	if err := checkTags(c.tags); err != nil {
		return claims{}, asInvalidToken(err)
	}
	for _, k := range a.Attributes[saml.TransitiveKeysAttribute] {
		if !slices.ContainsFunc(c.tags, func(t Tag) bool { return strings.EqualFold(t.Key, k) }) {
			return claims{}, invalidToken("The specified transitive tag key must be included in the requested tags.")
		}
		c.transitive = append(c.transitive, k)
	}
	if identity := a.Attributes[saml.SourceIdentityAttribute]; len(identity) > 0 {
		if c.identity = identity[0]; len(identity) != 1 || !validName(c.identity) {
			return claims{}, invalidToken("SourceIdentity in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
		}
	}
	return c, c.readDuration(a.Attributes[saml.SessionDurationAttribute])
}

func (c *claims) readDuration(values []string) error {
	if len(values) == 0 {
		return nil
	}
	seconds, err := strconv.Atoi(values[0])
	if err != nil || len(values) != 1 || seconds < 900 || seconds > 43200 {
		return invalidToken("SessionDuration in AuthnResponse must be a number of seconds from 900 to 43200")
	}
	c.duration = time.Duration(seconds) * time.Second
	return nil
}
