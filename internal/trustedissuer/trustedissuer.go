// Package trustedissuer holds trusted token issuers: identity providers of
// applications whose tokens stand for people of an instance's identity store.
package trustedissuer

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/once"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/tagging"
)

// Issuer is a trusted token issuer of signed tokens (OIDC_JWT).
type Issuer struct {
	ARN         string // arn:aws:sso::<account>:trustedTokenIssuer/ssoins-…/tti-…
	InstanceARN string
	Name        string // 1–255 of [\w+=,.@-], unique in the instance
	OIDC        OIDC
	Created     time.Time
}

// OIDC says where an issuer's keys are, and whom its tokens mean: the person
// whose attribute equals the claim.
type OIDC struct {
	URL       string // never changed; unique in the instance
	Claim     string // path of the claim in the token
	Attribute string // path of the attribute in the identity store
	Retrieval string // OPEN_ID_DISCOVERY
}

// attributes are the paths by which a person can be found.
var attributes = map[string]bool{"userName": true, "emails.value": true, "externalIds.id": true}

// Reader is what reading issuers needs of the store.
type Reader interface {
	TrustedTokenIssuer(ctx context.Context, issuerARN string) (Issuer, bool, error)
	// TrustedTokenIssuers lists an instance's by ARN.
	TrustedTokenIssuers(ctx context.Context, instanceARN string, page paging.Page) ([]Issuer, error)
}

// Tx is what changing issuers needs of one transaction.
type Tx interface {
	Reader
	once.Tx
	tagging.Tx
	CountTrustedTokenIssuers(ctx context.Context, instanceARN string) (int, error)
	// PutTrustedTokenIssuer reports false when the instance has one of the name or URL.
	PutTrustedTokenIssuer(ctx context.Context, i Issuer) (created bool, err error)
	// UpdateTrustedTokenIssuer reports false when the name is another's.
	UpdateTrustedTokenIssuer(ctx context.Context, i Issuer) (updated bool, err error)
	DeleteTrustedTokenIssuer(ctx context.Context, issuerARN string) error
}

// Service keeps trusted token issuers. All fields but Quotas are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Reader) error) error
	Mint mint.Mint
	// Instance finds an instance by ARN; a NotFound fault when there is none.
	Instance func(ctx context.Context, instanceARN string) (instance.Instance, error)
	// Quotas bound the issuers of an instance; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// Create adds an issuer with its tags and returns its ARN. r is the request,
// for when it comes twice. A name or URL that is taken is a Conflict, more
// issuers than the quota a Quota fault.
func (s *Service) Create(ctx context.Context, r once.Request, i Issuer, tags map[string]string) (made string, err error) {
	of, err := s.Instance(ctx, i.InstanceARN)
	if err != nil {
		return "", err
	}
	if err := i.OIDC.validate(); err != nil {
		return "", err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		made, err = once.Do(ctx, tx, r, func() (string, error) {
			n, err := tx.CountTrustedTokenIssuers(ctx, i.InstanceARN)
			if err != nil {
				return "", err
			}
			if most := s.Quotas.InForce().TrustedTokenIssuers; quota.Exceeded(most, n+1) {
				return "", fault.Newf(fault.Quota, "You have exceeded AWS SSO limits. Cannot create more than %d trusted token issuers per instance.", most)
			}
			i.ARN = "arn:aws:sso::" + string(of.Owner) + ":trustedTokenIssuer/" + of.ID + "/tti-" + s.Mint.UUID()
			i.Created = tx.Now()
			created, err := tx.PutTrustedTokenIssuer(ctx, i)
			if err == nil && !created {
				err = fault.Newf(fault.Conflict, "A TrustedTokenIssuer with name %s or IssuerUrl %s already exists.", i.Name, i.OIDC.URL)
			}
			if err != nil {
				return "", err
			}
			return i.ARN, tagging.Put(ctx, tx, s.Quotas, i.ARN, tags)
		})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create trusted token issuer %s: %w", i.Name, err)
	}
	return made, nil
}

func (o OIDC) validate() error {
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" || strings.HasSuffix(o.URL, "/.well-known/openid-configuration") {
		return fault.Newf(fault.Invalid, "The IssuerUrl %s is not the URL of an issuer.", o.URL)
	}
	if !attributes[o.Attribute] {
		return fault.Newf(fault.Invalid, "The IdentityStoreAttributePath %s does not identify users: use userName, emails.value or externalIds.id.", o.Attribute)
	}
	return nil
}

// Get returns an issuer; a NotFound fault when there is none.
func (s *Service) Get(ctx context.Context, issuerARN string) (i Issuer, err error) {
	err = s.View(ctx, func(r Reader) error {
		i, err = in(ctx, r, issuerARN)
		return err
	})
	return i, err
}

func in(ctx context.Context, r Reader, issuerARN string) (Issuer, error) {
	i, found, err := r.TrustedTokenIssuer(ctx, issuerARN)
	if err == nil && !found {
		err = fault.Newf(fault.NotFound, "Could not find TrustedTokenIssuer with ARN %s.", issuerARN)
	}
	return i, err
}

// List lists the issuers of an instance by ARN.
func (s *Service) List(ctx context.Context, instanceARN string, page paging.Page) (all []Issuer, next string, err error) {
	if _, err := s.Instance(ctx, instanceARN); err != nil {
		return nil, "", err
	}
	err = s.View(ctx, func(r Reader) error {
		all, err = r.TrustedTokenIssuers(ctx, instanceARN, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	all, next = paging.Cut(all, page.Limit, func(i Issuer) string { return i.ARN })
	return all, next, err
}

// Change is what an update of an issuer gives anew; nil leaves a member as it is.
type Change struct{ Name, Claim, Attribute, Retrieval *string }

// Update changes an issuer.
func (s *Service) Update(ctx context.Context, issuerARN string, c Change) error {
	return s.InTx(ctx, func(tx Tx) error {
		i, err := in(ctx, tx, issuerARN)
		if err != nil {
			return err
		}
		for member, value := range map[*string]*string{&i.Name: c.Name, &i.OIDC.Claim: c.Claim, &i.OIDC.Attribute: c.Attribute, &i.OIDC.Retrieval: c.Retrieval} {
			if value != nil {
				*member = *value
			}
		}
		if err := i.OIDC.validate(); err != nil {
			return err
		}
		updated, err := tx.UpdateTrustedTokenIssuer(ctx, i)
		if err == nil && !updated {
			err = fault.Newf(fault.Conflict, "A TrustedTokenIssuer with name %s already exists.", i.Name)
		}
		return err
	})
}

// Delete removes an issuer. Grants that name it take no token any more.
func (s *Service) Delete(ctx context.Context, issuerARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if _, err := in(ctx, tx, issuerARN); err != nil {
			return err
		}
		return tx.DeleteTrustedTokenIssuer(ctx, issuerARN)
	})
}

// ParseARN takes an issuer's ARN apart: the account, and the instance's ARN.
func ParseARN(issuerARN string) (account arn.AccountID, instanceARN string) {
	prefix, path, _ := strings.Cut(issuerARN, ":trustedTokenIssuer/")
	id, _, _ := strings.Cut(path, "/")
	return arn.AccountID(prefix[strings.LastIndexByte(prefix, ':')+1:]), "arn:" + arn.Partition + ":sso:::instance/" + id
}

// goneBatch is how many issuers of a deleted instance are read at once.
const goneBatch = 100

// InstanceGone removes all issuers of a deleted instance.
func (s *Service) InstanceGone(ctx context.Context, instanceARN string) error {
	return s.InTx(ctx, func(tx Tx) error {
		for {
			all, err := tx.TrustedTokenIssuers(ctx, instanceARN, paging.Page{Limit: goneBatch})
			if err != nil {
				return err
			}
			for _, i := range all {
				if err := tx.DeleteTrustedTokenIssuer(ctx, i.ARN); err != nil {
					return err
				}
			}
			if len(all) < goneBatch {
				return nil
			}
		}
	})
}
