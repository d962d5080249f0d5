package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// CreateSAMLProvider makes a SAML provider of a metadata document.
func (s *Service) CreateSAMLProvider(ctx context.Context, call *wire.Call, in *CreateSAMLProviderRequest) (*CreateSAMLProviderResponse, error) {
	if in.AssertionEncryptionMode != nil || in.AddPrivateKey != nil {
		return nil, invalid("Encrypted assertions are not supported by Foyer yet.")
	}
	p, err := s.IAM.CreateSAMLProvider(ctx, call.Caller.Account, in.Name, in.SAMLMetadataDocument, tagsOf(in.Tags))
	if err != nil {
		return nil, err
	}
	return &CreateSAMLProviderResponse{SAMLProviderArn: new(p.ARN), Tags: wireTags(p.Tags)}, nil
}

// provider reads a SAML provider of the caller's account.
func (s *Service) provider(ctx context.Context, call *wire.Call, providerARN string) (iam.SAMLProvider, error) {
	p, err := s.IAM.SAMLProvider(ctx, providerARN)
	if err == nil && p.Account != call.Caller.Account {
		return iam.SAMLProvider{}, &wire.Error{Code: "NoSuchEntity", Message: "Manifest not found for arn " + providerARN}
	}
	return p, err
}

// GetSAMLProvider reads a SAML provider with its metadata.
func (s *Service) GetSAMLProvider(ctx context.Context, call *wire.Call, in *GetSAMLProviderRequest) (*GetSAMLProviderResponse, error) {
	p, err := s.provider(ctx, call, in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	return &GetSAMLProviderResponse{
		SAMLProviderUUID: new(p.ID), SAMLMetadataDocument: new(p.Metadata), CreateDate: new(p.Created), ValidUntil: new(p.ValidUntil), Tags: wireTags(p.Tags),
	}, nil
}

// ListSAMLProviders lists the account's SAML providers.
func (s *Service) ListSAMLProviders(ctx context.Context, call *wire.Call, _ *ListSAMLProvidersRequest) (*ListSAMLProvidersResponse, error) {
	all, err := s.IAM.SAMLProviders(ctx, call.Caller.Account)
	if err != nil {
		return nil, err
	}
	return &ListSAMLProvidersResponse{SAMLProviderList: wire.Each(all, func(p iam.SAMLProvider) SAMLProviderListEntry {
		return SAMLProviderListEntry{Arn: new(p.ARN), ValidUntil: new(p.ValidUntil), CreateDate: new(p.Created)}
	})}, nil
}

// UpdateSAMLProvider gives a SAML provider new metadata.
func (s *Service) UpdateSAMLProvider(ctx context.Context, call *wire.Call, in *UpdateSAMLProviderRequest) (*UpdateSAMLProviderResponse, error) {
	if in.AssertionEncryptionMode != nil || in.AddPrivateKey != nil || in.RemovePrivateKey != nil {
		return nil, invalid("Encrypted assertions are not supported by Foyer yet.")
	}
	if in.SAMLMetadataDocument == nil {
		return nil, invalid("There is nothing to update: give a SAMLMetadataDocument.")
	}
	err := s.IAM.UpdateSAMLProvider(ctx, call.Caller.Account, in.SAMLProviderArn, *in.SAMLMetadataDocument)
	return &UpdateSAMLProviderResponse{SAMLProviderArn: new(in.SAMLProviderArn)}, err
}

// DeleteSAMLProvider deletes a SAML provider.
func (s *Service) DeleteSAMLProvider(ctx context.Context, call *wire.Call, in *DeleteSAMLProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteSAMLProvider(ctx, call.Caller.Account, in.SAMLProviderArn)
}

// TagSAMLProvider tags a SAML provider.
func (s *Service) TagSAMLProvider(ctx context.Context, call *wire.Call, in *TagSAMLProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.TagSAMLProvider(ctx, call.Caller.Account, in.SAMLProviderArn, tagsOf(in.Tags))
}

// UntagSAMLProvider removes tags of a SAML provider.
func (s *Service) UntagSAMLProvider(ctx context.Context, call *wire.Call, in *UntagSAMLProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UntagSAMLProvider(ctx, call.Caller.Account, in.SAMLProviderArn, in.TagKeys)
}

// ListSAMLProviderTags lists the tags of a SAML provider by key.
func (s *Service) ListSAMLProviderTags(ctx context.Context, call *wire.Call, in *ListSAMLProviderTagsRequest) (*ListSAMLProviderTagsResponse, error) {
	p, err := s.provider(ctx, call, in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+p.ARN, p.Tags, in.Marker, in.MaxItems)
	return &ListSAMLProviderTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}
