package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
	"foyer/internal/quota"
)

// PartKind is a kind of what is put to an application by name.
type PartKind string

// The kinds of parts.
const (
	scopePart  PartKind = "SCOPE"
	methodPart PartKind = "METHOD"
	grantPart  PartKind = "GRANT"
)

// Part is a thing put to an application, as it is stored.
type Part struct {
	Name    string
	Content string // JSON
}

// AccessScope lets an application act within a scope.
type AccessScope struct {
	Name    string   // sso:account:access
	Targets []string // ARNs of applications and instances; none means all
}

// IAM is the one authentication method: callers sign with AWS credentials, and
// the actor policy says which of them may.
const IAM = "IAM"

// Method lets callers act as an application.
type Method struct {
	Type        string          // IAM
	ActorPolicy json.RawMessage // who may: a resource policy
}

// GrantType is an OAuth 2.0 grant type, in the API's words.
type GrantType string

// The grant types.
const (
	AuthorizationCode GrantType = "authorization_code"
	RefreshToken      GrantType = "refresh_token"
	JWTBearer         GrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	TokenExchange     GrantType = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// Grant lets an application get tokens in one way.
type Grant struct {
	Type         GrantType
	RedirectURIs []string         // of an AuthorizationCode grant
	Issuers      []AcceptedIssuer // of a JWTBearer grant
}

// AcceptedIssuer is a trusted token issuer whose tokens a grant takes.
type AcceptedIssuer struct {
	ARN       string
	Audiences []string // of the tokens
}

// PutScope gives an application a scope, or the scope other targets. More
// scopes than the quota are a Quota fault.
func (s *Service) PutScope(ctx context.Context, applicationARN string, scope AccessScope) error {
	return s.InTx(ctx, func(tx Tx) error {
		if err := put(ctx, tx, applicationARN, scopePart, scope.Name, scope); err != nil {
			return err
		}
		n, err := tx.CountApplicationParts(ctx, applicationARN, scopePart)
		if most := s.Quotas.InForce().ScopesPerApplication; err == nil && quota.Exceeded(most, n) {
			err = fault.Newf(fault.Quota, "You have exceeded AWS SSO limits. Cannot put more than %d access scopes on an application.", most)
		}
		return err
	})
}

// PutMethod gives an application its authentication method. An actor policy
// that is no resource policy is Invalid, with AWS's reason.
func (s *Service) PutMethod(ctx context.Context, applicationARN string, m Method) error {
	_, err := policy.Compile(string(m.ActorPolicy), policy.Resource)
	if bad, ok := errors.AsType[*policy.Malformed](err); ok {
		err = fault.Newf(fault.Invalid, "Malformed ActorPolicy: %s", bad.Message)
	}
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error { return put(ctx, tx, applicationARN, methodPart, m.Type, m) })
}

// PutGrant gives an application a grant, in place of one of its type. An issuer
// that the application's instance does not have is NotFound.
func (s *Service) PutGrant(ctx context.Context, applicationARN string, g Grant) error {
	if err := g.validate(); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		a, err := in(ctx, tx, applicationARN)
		if err != nil {
			return err
		}
		for _, issuer := range g.Issuers {
			found, err := tx.TrustedTokenIssuerOf(ctx, a.InstanceARN, issuer.ARN)
			if err != nil {
				return err
			}
			if !found {
				return fault.Newf(fault.NotFound, "Could not find TrustedTokenIssuer with ARN %s.", issuer.ARN)
			}
		}
		return put(ctx, tx, applicationARN, grantPart, string(g.Type), g)
	})
}

func (g Grant) validate() error {
	for _, uri := range g.RedirectURIs {
		if u, err := url.Parse(uri); err != nil || !u.IsAbs() || u.Fragment != "" {
			return fault.Newf(fault.Invalid, "The redirect URI %s is not an absolute URI without a fragment.", uri)
		}
	}
	seen := map[string]bool{}
	for _, issuer := range g.Issuers {
		if seen[issuer.ARN] || issuer.ARN == "" {
			return fault.Newf(fault.Invalid, "Each of the AuthorizedTokenIssuers must name another TrustedTokenIssuerArn.")
		}
		seen[issuer.ARN] = true
	}
	return nil
}

// Scope returns a scope of an application; NotFound when it has none of the name.
func (s *Service) Scope(ctx context.Context, applicationARN, name string) (AccessScope, error) {
	return get[AccessScope](ctx, s, applicationARN, scopePart, name)
}

// Method returns the authentication method of a type; NotFound when there is none.
func (s *Service) Method(ctx context.Context, applicationARN, name string) (Method, error) {
	return get[Method](ctx, s, applicationARN, methodPart, name)
}

// Grant returns the grant of a type; NotFound when there is none.
func (s *Service) Grant(ctx context.Context, applicationARN string, name GrantType) (Grant, error) {
	return get[Grant](ctx, s, applicationARN, grantPart, string(name))
}

// Scopes lists an application's scopes by name.
func (s *Service) Scopes(ctx context.Context, applicationARN string, page paging.Page) ([]AccessScope, string, error) {
	return list[AccessScope](ctx, s, applicationARN, scopePart, page)
}

// Methods lists an application's authentication methods by type.
func (s *Service) Methods(ctx context.Context, applicationARN string, page paging.Page) ([]Method, string, error) {
	return list[Method](ctx, s, applicationARN, methodPart, page)
}

// Grants lists an application's grants by type.
func (s *Service) Grants(ctx context.Context, applicationARN string, page paging.Page) ([]Grant, string, error) {
	return list[Grant](ctx, s, applicationARN, grantPart, page)
}

// DeleteScope takes a scope away; one that is not there is no error.
func (s *Service) DeleteScope(ctx context.Context, applicationARN, name string) error {
	return s.remove(ctx, applicationARN, scopePart, name)
}

// DeleteMethod is DeleteScope for an authentication method.
func (s *Service) DeleteMethod(ctx context.Context, applicationARN, name string) error {
	return s.remove(ctx, applicationARN, methodPart, name)
}

// DeleteGrant is DeleteScope for a grant.
func (s *Service) DeleteGrant(ctx context.Context, applicationARN string, name GrantType) error {
	return s.remove(ctx, applicationARN, grantPart, string(name))
}

func (s *Service) remove(ctx context.Context, applicationARN string, kind PartKind, name string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, applicationARN); err != nil {
			return err
		}
		return tx.DeleteApplicationPart(ctx, applicationARN, kind, name)
	})
}

func put(ctx context.Context, tx Tx, applicationARN string, kind PartKind, name string, part any) error {
	if _, err := in(ctx, tx, applicationARN); err != nil {
		return err
	}
	content, err := json.Marshal(part)
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return tx.PutApplicationPart(ctx, applicationARN, kind, Part{name, string(content)})
}

func get[T any](ctx context.Context, s *Service, applicationARN string, kind PartKind, name string) (part T, err error) {
	err = s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, applicationARN); err != nil {
			return err
		}
		content, found, err := r.ApplicationPart(ctx, applicationARN, kind, name)
		if err != nil {
			return err
		}
		if !found {
			return fault.Newf(fault.NotFound, "Application with ARN %s has no %s of %s.", applicationARN, kind.words(), name)
		}
		return json.Unmarshal([]byte(content), &part)
	})
	return part, err
}

func list[T any](ctx context.Context, s *Service, applicationARN string, kind PartKind, page paging.Page) (parts []T, next string, err error) {
	var stored []Part
	err = s.View(ctx, func(r Reader) error {
		if _, err := in(ctx, r, applicationARN); err != nil {
			return err
		}
		stored, err = r.ApplicationParts(ctx, applicationARN, kind, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	stored, next = paging.Cut(stored, page.Limit, func(p Part) string { return p.Name })
	parts = make([]T, len(stored))
	for n, p := range stored {
		if err := json.Unmarshal([]byte(p.Content), &parts[n]); err != nil {
			return nil, "", fmt.Errorf("%s %s: %w", kind, p.Name, err)
		}
	}
	return parts, next, nil
}

// words are how a kind is spoken of.
func (k PartKind) words() string {
	switch k {
	case scopePart:
		return "access scope"
	case methodPart:
		return "authentication method"
	default:
		return "grant"
	}
}
