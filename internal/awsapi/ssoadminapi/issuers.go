package ssoadminapi

import (
	"context"

	"foyer/internal/fault"
	"foyer/internal/trustedissuer"
	"foyer/internal/wire"
)

// CreateTrustedTokenIssuer adds a trusted token issuer.
func (s *Service) CreateTrustedTokenIssuer(ctx context.Context, call *wire.Call, in *CreateTrustedTokenIssuerRequest) (*CreateTrustedTokenIssuerResponse, error) {
	if _, err := s.Instance.ByARN(ctx, in.InstanceArn); err != nil {
		return nil, withoutNotFound(err)
	}
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	bare := *in
	bare.ClientToken = nil
	request, err := onceOf(call, "CreateTrustedTokenIssuer", in.ClientToken, bare)
	if err != nil {
		return nil, err
	}
	oidc := in.TrustedTokenIssuerConfiguration.OidcJwtConfiguration
	made, err := s.Issuers.Create(ctx, request, trustedissuer.Issuer{InstanceARN: in.InstanceArn, Name: in.Name, OIDC: trustedissuer.OIDC{
		URL: oidc.IssuerUrl, Claim: oidc.ClaimAttributePath, Attribute: oidc.IdentityStoreAttributePath, Retrieval: oidc.JwksRetrievalOption,
	}}, tags)
	return &CreateTrustedTokenIssuerResponse{TrustedTokenIssuerArn: wire.Optional(made)}, err
}

// withoutNotFound is for operations whose contract has no word for what is
// not there: an instance that does not exist nobody may touch.
func withoutNotFound(err error) error {
	if fault.Of(err) == fault.NotFound {
		return fault.Newf(fault.Denied, "%s", fault.Message(err))
	}
	return err
}

// DescribeTrustedTokenIssuer reads a trusted token issuer.
func (s *Service) DescribeTrustedTokenIssuer(ctx context.Context, _ *wire.Call, in *DescribeTrustedTokenIssuerRequest) (*DescribeTrustedTokenIssuerResponse, error) {
	i, err := s.Issuers.Get(ctx, in.TrustedTokenIssuerArn)
	if err != nil {
		return nil, err
	}
	return &DescribeTrustedTokenIssuerResponse{
		TrustedTokenIssuerArn: &i.ARN, Name: &i.Name, TrustedTokenIssuerType: new(TrustedTokenIssuerTypeOidcJwt),
		TrustedTokenIssuerConfiguration: &TrustedTokenIssuerConfiguration{OidcJwtConfiguration: &OidcJwtConfiguration{
			IssuerUrl: i.OIDC.URL, ClaimAttributePath: i.OIDC.Claim, IdentityStoreAttributePath: i.OIDC.Attribute, JwksRetrievalOption: i.OIDC.Retrieval,
		}},
	}, nil
}

// ListTrustedTokenIssuers lists the trusted token issuers of an instance.
func (s *Service) ListTrustedTokenIssuers(ctx context.Context, _ *wire.Call, in *ListTrustedTokenIssuersRequest) (*ListTrustedTokenIssuersResponse, error) {
	query := "ListTrustedTokenIssuers " + in.InstanceArn
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.Issuers.List(ctx, in.InstanceArn, page)
	if err != nil {
		return nil, withoutNotFound(err)
	}
	next, err := s.next(query, after)
	issuers := wire.Each(all, func(i trustedissuer.Issuer) TrustedTokenIssuerMetadata {
		return TrustedTokenIssuerMetadata{TrustedTokenIssuerArn: &i.ARN, Name: &i.Name, TrustedTokenIssuerType: new(TrustedTokenIssuerTypeOidcJwt)}
	})
	return &ListTrustedTokenIssuersResponse{TrustedTokenIssuers: issuers, NextToken: next}, err
}

// UpdateTrustedTokenIssuer changes what is given of a trusted token issuer.
func (s *Service) UpdateTrustedTokenIssuer(ctx context.Context, _ *wire.Call, in *UpdateTrustedTokenIssuerRequest) (*UpdateTrustedTokenIssuerResponse, error) {
	change := trustedissuer.Change{Name: in.Name}
	if c := in.TrustedTokenIssuerConfiguration; c != nil {
		oidc := c.OidcJwtConfiguration
		change.Claim, change.Attribute, change.Retrieval = oidc.ClaimAttributePath, oidc.IdentityStoreAttributePath, oidc.JwksRetrievalOption
	}
	return &UpdateTrustedTokenIssuerResponse{}, s.Issuers.Update(ctx, in.TrustedTokenIssuerArn, change)
}

// DeleteTrustedTokenIssuer removes a trusted token issuer.
func (s *Service) DeleteTrustedTokenIssuer(ctx context.Context, _ *wire.Call, in *DeleteTrustedTokenIssuerRequest) (*DeleteTrustedTokenIssuerResponse, error) {
	return &DeleteTrustedTokenIssuerResponse{}, s.Issuers.Delete(ctx, in.TrustedTokenIssuerArn)
}
