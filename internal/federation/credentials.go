package federation

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/provisioning"
	"foyer/internal/saml"
)

// sessionName is what STS takes for a role session name.
var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// Credentials returns credentials for the role that the permission set of a
// name has in an account. They last for the permission set's session duration.
// It fails with a Denied fault unless the person is assigned.
func (s *Service) Credentials(ctx context.Context, p Person, account arn.AccountID, setName string) (Credentials, error) {
	grant, err := s.grant(ctx, Asked{p.UserID, account, setName})
	if err != nil {
		return Credentials{}, err
	}
	if !sessionName.MatchString(p.UserName) {
		return Credentials{}, fault.Newf(fault.Invalid, "The user name %q cannot be the name of a role session: AWS takes 2 to 64 letters, digits and +=,.@-_ there.", p.UserName)
	}
	assertion := provisioning.Assertion{RoleARN: grant.RoleARN, ProviderARN: grant.ProviderARN, Duration: grant.Duration, Account: account}
	if assertion.Response, err = s.response(ctx, p, grant); err != nil {
		return Credentials{}, fmt.Errorf("vouch for %s: %w", p.UserID, err)
	}
	got, err := s.Plane.AssumeRoleWithSAML(ctx, assertion)
	if err != nil {
		return Credentials{}, fmt.Errorf("assume %s: %w", assertion.RoleARN, err)
	}
	return got, nil
}

// An assertion is worth lifetime, the five minutes that AWS allows, and is made
// anew for a person and role after reuse.
const (
	lifetime = 5 * time.Minute
	reuse    = time.Minute
)

// response is a signed response that vouches for p in one role. Its signature
// takes a millisecond, so the same one is presented again for a while.
func (s *Service) response(ctx context.Context, p Person, g Grant) (string, error) {
	key := vouched{p, g}
	now := s.Now().UTC()
	if text, ok := s.responses.get(key, now); ok {
		return text, nil
	}
	signer, err := s.Instance.Signer(ctx)
	if err != nil {
		return "", err
	}
	attributes, err := attributesOf(p, g)
	if err != nil {
		return "", err
	}
	text, err := signer.Response(saml.Statement{
		ID: s.Mint.UUID(), Subject: p.UserName, Format: saml.FormatPersistent,
		Audience: saml.AWSAudience, Recipient: saml.AWSAudience, Issued: now, Lifetime: lifetime,
		Attributes: attributes,
	})
	if err != nil {
		return "", err
	}
	s.responses.put(key, string(text), now)
	return string(text), nil
}

// attributesOf is what a response says of p's session in one role.
func attributesOf(p Person, g Grant) ([]saml.Attribute, error) {
	all := []saml.Attribute{
		{Name: saml.RoleAttribute, Values: []string{g.RoleARN + "," + g.ProviderARN}},
		{Name: saml.SessionNameAttribute, Values: []string{p.UserName}},
		{Name: saml.SessionDurationAttribute, Values: []string{strconv.Itoa(int(g.Duration.Seconds()))}},
		{Name: saml.ContextPrefix + "identitystore:UserId", Values: []string{p.UserID}},
		{Name: saml.ContextPrefix + "identitystore:IdentityStoreArn", Values: []string{g.StoreARN}},
	}
	tags, err := g.Tags.unpack()
	for _, t := range tags {
		all = append(all, saml.Attribute{Name: saml.PrincipalTagPrefix + t.Key, Values: []string{t.Value}})
	}
	return all, err
}

// vouched is a person in a role.
type vouched struct {
	Person
	Grant
}

// maxResponses bounds the responses that are held, some 8 KB each.
const maxResponses = 2048

// responses are those signed lately.
type responses struct {
	mu   sync.Mutex
	held map[vouched]signed
}

type signed struct {
	text string
	at   time.Time
}

func (r *responses) get(key vouched, now time.Time) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held, ok := r.held[key]
	if !ok || now.Before(held.at) || now.Sub(held.at) >= reuse {
		return "", false
	}
	return held.text, true
}

func (r *responses) put(key vouched, text string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == nil || len(r.held) >= maxResponses {
		r.held = map[vouched]signed{}
	}
	r.held[key] = signed{text, now}
}
