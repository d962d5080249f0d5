package iam

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/quota"
	"foyer/internal/saml"
)

// ReservedProviderPrefix begins the names of the SAML providers that Foyer
// puts into accounts: AWSSSO_<16 hex>_DO_NOT_DELETE.
const ReservedProviderPrefix = "AWSSSO_"

// SAMLProvider is an identity provider that an account trusts.
type SAMLProvider struct {
	ARN        string
	Account    arn.AccountID
	Name       string // 1–128 of [\w._-], unique in the account but for case
	ID         string // 22 letters and digits
	Metadata   string // the provider's metadata document
	EntityID   string // of the metadata
	ValidUntil time.Time
	Created    time.Time
	Tags       map[string]string
	Protected  bool // made for Identity Center: only Foyer may change it
}

// ProviderTx stores SAML providers.
type ProviderTx interface {
	// InsertSAMLProvider reports false when the name is taken.
	InsertSAMLProvider(context.Context, SAMLProvider) (bool, error)
	// UpdateSAMLProvider writes metadata, what follows from it, and tags.
	UpdateSAMLProvider(context.Context, SAMLProvider) error
	DeleteSAMLProvider(ctx context.Context, account arn.AccountID, name string) error
	// SAMLProvider finds by name, without regard to case.
	SAMLProvider(ctx context.Context, account arn.AccountID, name string) (SAMLProvider, bool, error)
	// SAMLProviders lists all of an account, of which there are at most 100, by Key of the name.
	SAMLProviders(ctx context.Context, account arn.AccountID) ([]SAMLProvider, error)
}

// ProviderARN names a SAML provider.
func ProviderARN(account arn.AccountID, name string) string {
	return arn.IAM(account, "saml-provider/"+name)
}

// describe reads metadata into p, or fails with an Invalid fault.
func (p *SAMLProvider) describe(metadata string, now time.Time) error {
	m, err := saml.ParseMetadata([]byte(metadata))
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Message: "Could not parse metadata", Err: err}
	}
	p.Metadata, p.EntityID = metadata, m.EntityID
	p.ValidUntil = now.AddDate(100, 0, 0)
	for i, c := range m.Certificates {
		if i == 0 || c.NotAfter.After(p.ValidUntil) {
			p.ValidUntil = c.NotAfter.UTC()
		}
	}
	return nil
}

// CreateSAMLProvider makes a provider. Names beginning with AWSSSO_ are refused.
func (s *Service) CreateSAMLProvider(ctx context.Context, account arn.AccountID, name, metadata string, tags []Tag) (p SAMLProvider, err error) {
	if strings.HasPrefix(Key(name), Key(ReservedProviderPrefix)) {
		return SAMLProvider{}, fault.Newf(fault.Invalid, "The provider name %s is not valid: names that begin with %s are reserved for AWS IAM Identity Center.", name, ReservedProviderPrefix)
	}
	err = s.InTx(ctx, func(tx Tx) error {
		have, err := tx.SAMLProviders(ctx, account)
		if err != nil {
			return err
		}
		if most := s.quotas().SAMLProviders; quota.Exceeded(most, len(have)+1) {
			return exceeded("SAMLProvidersPerAccount", most)
		}
		p = s.newProvider(account, name, tx.Now())
		if err := p.describe(metadata, tx.Now()); err != nil {
			return err
		}
		if p.Tags, err = newTags(tags); err != nil {
			return err
		}
		made, err := tx.InsertSAMLProvider(ctx, p)
		if err == nil && !made {
			err = fault.Newf(fault.Conflict, "Provider with name %s already exists.", name)
		}
		return err
	})
	return p, err
}

func (s *Service) newProvider(account arn.AccountID, name string, now time.Time) SAMLProvider {
	return SAMLProvider{
		ARN: ProviderARN(account, name), Account: account, Name: name,
		ID: s.Mint.From("", providerIDAlphabet, 22), Created: now,
	}
}

const providerIDAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// SAMLProvider returns a provider by its ARN, or a NotFound fault.
func (s *Service) SAMLProvider(ctx context.Context, providerARN string) (p SAMLProvider, err error) {
	err = s.View(ctx, func(tx Tx) error {
		p, err = provider(ctx, tx, providerARN)
		return err
	})
	return p, err
}

func provider(ctx context.Context, tx Tx, providerARN string) (SAMLProvider, error) {
	a, err := arn.Parse(providerARN)
	name, ok := strings.CutPrefix(a.Resource, "saml-provider/")
	if err != nil || a.Service != "iam" || !ok {
		return SAMLProvider{}, fault.Newf(fault.Invalid, "Invalid ARN: %s is not the ARN of a SAML provider.", providerARN)
	}
	p, found, err := tx.SAMLProvider(ctx, a.Account, name)
	if err != nil {
		return SAMLProvider{}, fmt.Errorf("provider %s: %w", providerARN, err)
	}
	if !found {
		return SAMLProvider{}, noSuchProvider(providerARN)
	}
	return p, nil
}

func noSuchProvider(providerARN string) error {
	return fault.Newf(fault.NotFound, "Manifest not found for arn %s", providerARN)
}

// SAMLProviders lists the providers of an account, by name.
func (s *Service) SAMLProviders(ctx context.Context, account arn.AccountID) (all []SAMLProvider, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.SAMLProviders(ctx, account)
		return err
	})
	return all, err
}

// UpdateSAMLProvider gives account's provider new metadata.
func (s *Service) UpdateSAMLProvider(ctx context.Context, account arn.AccountID, providerARN, metadata string) error {
	return s.onProvider(ctx, account, providerARN, func(tx Tx, p SAMLProvider) error {
		if err := p.describe(metadata, tx.Now()); err != nil {
			return err
		}
		return tx.UpdateSAMLProvider(ctx, p)
	})
}

// DeleteSAMLProvider deletes account's provider. Roles that trust it stay, and
// cannot be assumed by it any more.
func (s *Service) DeleteSAMLProvider(ctx context.Context, account arn.AccountID, providerARN string) error {
	return s.onProvider(ctx, account, providerARN, func(tx Tx, p SAMLProvider) error {
		return tx.DeleteSAMLProvider(ctx, p.Account, p.Name)
	})
}

// TagSAMLProvider adds tags to a provider, or gives them new values.
func (s *Service) TagSAMLProvider(ctx context.Context, account arn.AccountID, providerARN string, tags []Tag) error {
	return s.onProvider(ctx, account, providerARN, func(tx Tx, p SAMLProvider) (err error) {
		if p.Tags, err = withTags(p.Tags, tags); err != nil {
			return err
		}
		return tx.UpdateSAMLProvider(ctx, p)
	})
}

// UntagSAMLProvider removes tags from a provider.
func (s *Service) UntagSAMLProvider(ctx context.Context, account arn.AccountID, providerARN string, keys []string) error {
	return s.onProvider(ctx, account, providerARN, func(tx Tx, p SAMLProvider) error {
		for _, k := range keys {
			p.Tags = withoutTag(p.Tags, k)
		}
		return tx.UpdateSAMLProvider(ctx, p)
	})
}

// onProvider finds account's provider for a change, unless it is protected.
func (s *Service) onProvider(ctx context.Context, account arn.AccountID, providerARN string, change func(Tx, SAMLProvider) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		p, err := provider(ctx, tx, providerARN)
		if err != nil {
			return err
		}
		if p.Account != account {
			return noSuchProvider(providerARN)
		}
		if p.Protected {
			return &Unmodifiable{fault.Newf(fault.Denied,
				"Cannot perform the operation on the protected SAML provider '%s' - this provider is only modifiable by AWS", p.Name)}
		}
		return change(tx, p)
	})
}
