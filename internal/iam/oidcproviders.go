package iam

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/quota"
)

// Bounds of an OpenID Connect provider.
const (
	maxClientIDs     = 100
	maxThumbprints   = 5
	thumbprintLength = 40 // hexadecimal digits of a SHA-1
	maxProviderURL   = 255
)

// OIDCProvider is an OpenID Connect issuer whose tokens an account trusts.
type OIDCProvider struct {
	ARN         string
	Account     arn.AccountID
	URL         string   // the issuer's without https://, at most 255 characters with it
	ClientIDs   []string // audiences that tokens may be for, at most 100
	Thumbprints []string // SHA-1 of certificates, at most 5; none leaves it to the well-known authorities
	Created     time.Time
	Tags        map[string]string
}

// OIDCProviderTx stores OpenID Connect providers.
type OIDCProviderTx interface {
	// InsertOIDCProvider reports false when the URL is taken.
	InsertOIDCProvider(context.Context, OIDCProvider) (bool, error)
	// UpdateOIDCProvider writes client ids, thumbprints and tags.
	UpdateOIDCProvider(context.Context, OIDCProvider) error
	DeleteOIDCProvider(ctx context.Context, account arn.AccountID, url string) error
	OIDCProvider(ctx context.Context, account arn.AccountID, url string) (OIDCProvider, bool, error)
	// OIDCProviders lists all of an account, of which there are at most 100, by URL.
	OIDCProviders(ctx context.Context, account arn.AccountID) ([]OIDCProvider, error)
}

// BadProviderURL refuses what cannot be an issuer's URL.
type BadProviderURL struct{ error }

// Unwrap returns the fault.
func (e *BadProviderURL) Unwrap() error { return e.error }

const oidcResource = "oidc-provider/"

// OIDCProviderARN names the provider whose issuer is at https://<url>.
func OIDCProviderARN(account arn.AccountID, url string) string {
	return arn.IAM(account, oidcResource+url)
}

// IssuerURL checks a provider's URL, https://host[:port][/path], and returns it
// without its https://. AWS advises against a port; issuers in test setups have one.
func IssuerURL(text string) (string, error) {
	rest, secure := strings.CutPrefix(text, "https://")
	u, err := url.Parse(text)
	if err != nil || !secure || len(text) > maxProviderURL || u.Hostname() == "" || u.User != nil || strings.ContainsAny(rest, "?#@ \\") {
		return "", &BadProviderURL{fault.Newf(fault.Invalid, "Invalid Open ID Connect Provider URL")}
	}
	return rest, nil
}

func checkClientIDs(ids []string) error {
	if len(ids) > maxClientIDs {
		return exceeded("ClientIdsPerOpenIdConnectProvider", maxClientIDs)
	}
	for _, id := range ids {
		if id == "" || len(id) > maxProviderURL {
			return fault.Newf(fault.Invalid, "A client ID must have 1 to %d characters.", maxProviderURL)
		}
	}
	return nil
}

// thumbprints checks thumbprints and returns them in lower case.
func thumbprints(given []string) ([]string, error) {
	if len(given) > maxThumbprints {
		return nil, fault.Newf(fault.Invalid, "Thumbprint list must contain fewer than %d entries.", maxThumbprints)
	}
	all := make([]string, len(given))
	for i, t := range given {
		if all[i] = strings.ToLower(t); len(t) != thumbprintLength || strings.Trim(all[i], "0123456789abcdef") != "" {
			return nil, fault.Newf(fault.Invalid, "The thumbprint %s is not valid: it must be the %d hexadecimal digits of a certificate's SHA-1 hash.", t, thumbprintLength)
		}
	}
	return all, nil
}

// CreateOIDCProvider makes a provider. p holds the whole URL, client ids and
// thumbprints.
func (s *Service) CreateOIDCProvider(ctx context.Context, p OIDCProvider, tags []Tag) (OIDCProvider, error) {
	whole := p.URL
	var err error
	if p.URL, err = IssuerURL(whole); err != nil {
		return OIDCProvider{}, err
	}
	slices.Sort(p.ClientIDs)
	p.ClientIDs = slices.Compact(p.ClientIDs)
	if err := checkClientIDs(p.ClientIDs); err != nil {
		return OIDCProvider{}, err
	}
	if p.Thumbprints, err = thumbprints(p.Thumbprints); err != nil {
		return OIDCProvider{}, err
	}
	if p.Tags, err = newTags(tags); err != nil {
		return OIDCProvider{}, err
	}
	p.ARN = OIDCProviderARN(p.Account, p.URL)
	err = s.InTx(ctx, func(tx Tx) error {
		have, err := tx.OIDCProviders(ctx, p.Account)
		if err != nil {
			return err
		}
		if most := s.quotas().OIDCProviders; quota.Exceeded(most, len(have)+1) {
			return exceeded("OpenIdConnectProvidersPerAccount", most)
		}
		p.Created = tx.Now()
		made, err := tx.InsertOIDCProvider(ctx, p)
		if err == nil && !made {
			err = fault.Newf(fault.Conflict, "Provider with url %s already exists.", whole)
		}
		return err
	})
	return p, err
}

// OIDCProvider returns a provider by its ARN, or a NotFound fault.
func (s *Service) OIDCProvider(ctx context.Context, providerARN string) (p OIDCProvider, err error) {
	err = s.View(ctx, func(tx Tx) error {
		p, err = oidcProvider(ctx, tx, providerARN)
		return err
	})
	return p, err
}

func oidcProvider(ctx context.Context, tx Tx, providerARN string) (OIDCProvider, error) {
	a, err := arn.Parse(providerARN)
	url, ok := strings.CutPrefix(a.Resource, oidcResource)
	if err != nil || a.Service != "iam" || !ok {
		return OIDCProvider{}, fault.Newf(fault.Invalid, "Invalid ARN: %s is not the ARN of an OpenID Connect provider.", providerARN)
	}
	p, found, err := tx.OIDCProvider(ctx, a.Account, url)
	if err != nil {
		return OIDCProvider{}, fmt.Errorf("provider %s: %w", providerARN, err)
	}
	if !found {
		return OIDCProvider{}, noSuchOIDCProvider(providerARN)
	}
	return p, nil
}

func noSuchOIDCProvider(providerARN string) error {
	return fault.Newf(fault.NotFound, "OpenIDConnect Provider not found for arn %s", providerARN)
}

// OIDCProviders lists the providers of an account, by URL.
func (s *Service) OIDCProviders(ctx context.Context, account arn.AccountID) (all []OIDCProvider, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.OIDCProviders(ctx, account)
		return err
	})
	return all, err
}

// DeleteOIDCProvider deletes account's provider; doing it twice is no error.
// Roles that trust it stay, and cannot be assumed by it any more.
func (s *Service) DeleteOIDCProvider(ctx context.Context, account arn.AccountID, providerARN string) error {
	err := s.onOIDCProvider(ctx, account, providerARN, func(tx Tx, p *OIDCProvider) error {
		return tx.DeleteOIDCProvider(ctx, p.Account, p.URL)
	})
	if fault.Of(err) == fault.NotFound {
		return nil
	}
	return err
}

// AddClientID lets tokens be for one more client; doing it twice is no error.
func (s *Service) AddClientID(ctx context.Context, account arn.AccountID, providerARN, id string) error {
	return s.changeOIDCProvider(ctx, account, providerARN, func(p *OIDCProvider) error {
		if slices.Contains(p.ClientIDs, id) {
			return nil
		}
		p.ClientIDs = append(p.ClientIDs, id)
		slices.Sort(p.ClientIDs)
		return checkClientIDs(p.ClientIDs)
	})
}

// RemoveClientID ends what AddClientID began; doing it twice is no error.
func (s *Service) RemoveClientID(ctx context.Context, account arn.AccountID, providerARN, id string) error {
	return s.changeOIDCProvider(ctx, account, providerARN, func(p *OIDCProvider) error {
		p.ClientIDs = slices.DeleteFunc(p.ClientIDs, func(have string) bool { return have == id })
		return nil
	})
}

// SetThumbprints replaces the thumbprints of a provider.
func (s *Service) SetThumbprints(ctx context.Context, account arn.AccountID, providerARN string, given []string) error {
	return s.changeOIDCProvider(ctx, account, providerARN, func(p *OIDCProvider) (err error) {
		p.Thumbprints, err = thumbprints(given)
		return err
	})
}

// TagOIDCProvider adds tags to a provider, or gives them new values.
func (s *Service) TagOIDCProvider(ctx context.Context, account arn.AccountID, providerARN string, tags []Tag) error {
	return s.changeOIDCProvider(ctx, account, providerARN, func(p *OIDCProvider) (err error) {
		p.Tags, err = withTags(p.Tags, tags)
		return err
	})
}

// UntagOIDCProvider removes tags from a provider.
func (s *Service) UntagOIDCProvider(ctx context.Context, account arn.AccountID, providerARN string, keys []string) error {
	return s.changeOIDCProvider(ctx, account, providerARN, func(p *OIDCProvider) error {
		for _, k := range keys {
			p.Tags = withoutTag(p.Tags, k)
		}
		return nil
	})
}

func (s *Service) changeOIDCProvider(ctx context.Context, account arn.AccountID, providerARN string, change func(*OIDCProvider) error) error {
	return s.onOIDCProvider(ctx, account, providerARN, func(tx Tx, p *OIDCProvider) error {
		if err := change(p); err != nil {
			return err
		}
		return tx.UpdateOIDCProvider(ctx, *p)
	})
}

// onOIDCProvider finds account's provider for a change.
func (s *Service) onOIDCProvider(ctx context.Context, account arn.AccountID, providerARN string, change func(Tx, *OIDCProvider) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := oidcProvider(ctx, tx, providerARN)
		if err == nil && p.Account != account {
			err = noSuchOIDCProvider(providerARN)
		}
		if err != nil {
			return err
		}
		return change(tx, &p)
	})
}
