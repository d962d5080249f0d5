package iamapi

import (
	"context"
	"errors"

	"foyer/internal/iam"
	"foyer/internal/wire"
)

// CreateOpenIDConnectProvider makes an OpenID Connect provider.
func (s *Service) CreateOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *CreateOpenIDConnectProviderRequest) (*CreateOpenIDConnectProviderResponse, error) {
	p, err := s.IAM.CreateOIDCProvider(ctx, iam.OIDCProvider{
		Account: call.Caller.Account, URL: in.Url, ClientIDs: in.ClientIDList, Thumbprints: in.ThumbprintList,
	}, tagsOf(in.Tags))
	if bad, ok := errors.AsType[*iam.BadProviderURL](err); ok {
		return nil, validation("Invalid Open ID Connect Provider URL", bad)
	}
	if err != nil {
		return nil, err
	}
	return &CreateOpenIDConnectProviderResponse{OpenIDConnectProviderArn: new(p.ARN), Tags: wireTags(p.Tags)}, nil
}

// oidcProvider reads an OpenID Connect provider of the caller's account.
func (s *Service) oidcProvider(ctx context.Context, call *wire.Call, providerARN string) (iam.OIDCProvider, error) {
	p, err := s.IAM.OIDCProvider(ctx, providerARN)
	if err == nil && p.Account != call.Caller.Account {
		return iam.OIDCProvider{}, &wire.Error{Code: "NoSuchEntity", Message: "OpenIDConnect Provider not found for arn " + providerARN}
	}
	return p, err
}

// GetOpenIDConnectProvider reads an OpenID Connect provider.
func (s *Service) GetOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *GetOpenIDConnectProviderRequest) (*GetOpenIDConnectProviderResponse, error) {
	p, err := s.oidcProvider(ctx, call, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return &GetOpenIDConnectProviderResponse{
		Url: new(p.URL), ClientIDList: p.ClientIDs, ThumbprintList: p.Thumbprints, CreateDate: new(p.Created), Tags: wireTags(p.Tags),
	}, nil
}

// ListOpenIDConnectProviders lists the account's OpenID Connect providers.
func (s *Service) ListOpenIDConnectProviders(ctx context.Context, call *wire.Call, _ *ListOpenIDConnectProvidersRequest) (*ListOpenIDConnectProvidersResponse, error) {
	all, err := s.IAM.OIDCProviders(ctx, call.Caller.Account)
	if err != nil {
		return nil, err
	}
	return &ListOpenIDConnectProvidersResponse{OpenIDConnectProviderList: wire.Each(all, func(p iam.OIDCProvider) OpenIDConnectProviderListEntry {
		return OpenIDConnectProviderListEntry{Arn: new(p.ARN)}
	})}, nil
}

// DeleteOpenIDConnectProvider deletes an OpenID Connect provider.
func (s *Service) DeleteOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *DeleteOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteOIDCProvider(ctx, call.Caller.Account, in.OpenIDConnectProviderArn)
}

// AddClientIDToOpenIDConnectProvider lets tokens be for one more client.
func (s *Service) AddClientIDToOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *AddClientIDToOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.AddClientID(ctx, call.Caller.Account, in.OpenIDConnectProviderArn, in.ClientID)
}

// RemoveClientIDFromOpenIDConnectProvider lets tokens be for one client less.
func (s *Service) RemoveClientIDFromOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *RemoveClientIDFromOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.RemoveClientID(ctx, call.Caller.Account, in.OpenIDConnectProviderArn, in.ClientID)
}

// UpdateOpenIDConnectProviderThumbprint replaces a provider's thumbprints.
func (s *Service) UpdateOpenIDConnectProviderThumbprint(ctx context.Context, call *wire.Call, in *UpdateOpenIDConnectProviderThumbprintRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.SetThumbprints(ctx, call.Caller.Account, in.OpenIDConnectProviderArn, in.ThumbprintList)
}

// TagOpenIDConnectProvider tags an OpenID Connect provider.
func (s *Service) TagOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *TagOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.TagOIDCProvider(ctx, call.Caller.Account, in.OpenIDConnectProviderArn, tagsOf(in.Tags))
}

// UntagOpenIDConnectProvider removes tags of an OpenID Connect provider.
func (s *Service) UntagOpenIDConnectProvider(ctx context.Context, call *wire.Call, in *UntagOpenIDConnectProviderRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UntagOIDCProvider(ctx, call.Caller.Account, in.OpenIDConnectProviderArn, in.TagKeys)
}

// ListOpenIDConnectProviderTags lists the tags of an OpenID Connect provider by key.
func (s *Service) ListOpenIDConnectProviderTags(ctx context.Context, call *wire.Call, in *ListOpenIDConnectProviderTagsRequest) (*ListOpenIDConnectProviderTagsResponse, error) {
	p, err := s.oidcProvider(ctx, call, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+p.ARN, p.Tags, in.Marker, in.MaxItems)
	return &ListOpenIDConnectProviderTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// oidcAuthorizations are the demands of the operations of this file.
func (s *Service) oidcAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"CreateOpenIDConnectProvider": at("CreateOpenIDConnectProvider", func(call *wire.Call, in *CreateOpenIDConnectProviderRequest) (string, map[string][]string) {
			url, err := iam.IssuerURL(in.Url)
			if err != nil {
				url = "*" // which the operation refuses
			}
			return iam.OIDCProviderARN(call.Caller.Account, url), tagging(in.Tags)
		}),
		"ListOpenIDConnectProviders": at("ListOpenIDConnectProviders", func(*wire.Call, *ListOpenIDConnectProvidersRequest) (string, map[string][]string) { return "*", nil }),
		"GetOpenIDConnectProvider": onOIDC(s, "GetOpenIDConnectProvider", func(in *GetOpenIDConnectProviderRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, nil
		}),
		"DeleteOpenIDConnectProvider": onOIDC(s, "DeleteOpenIDConnectProvider", func(in *DeleteOpenIDConnectProviderRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, nil
		}),
		"AddClientIDToOpenIDConnectProvider": onOIDC(s, "AddClientIDToOpenIDConnectProvider", func(in *AddClientIDToOpenIDConnectProviderRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, nil
		}),
		"RemoveClientIDFromOpenIDConnectProvider": onOIDC(s, "RemoveClientIDFromOpenIDConnectProvider", func(in *RemoveClientIDFromOpenIDConnectProviderRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, nil
		}),
		"UpdateOpenIDConnectProviderThumbprint": onOIDC(s, "UpdateOpenIDConnectProviderThumbprint", func(in *UpdateOpenIDConnectProviderThumbprintRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, nil
		}),
		"ListOpenIDConnectProviderTags": onOIDC(s, "ListOpenIDConnectProviderTags", func(in *ListOpenIDConnectProviderTagsRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, nil
		}),
		"TagOpenIDConnectProvider": onOIDC(s, "TagOpenIDConnectProvider", func(in *TagOpenIDConnectProviderRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, tagging(in.Tags)
		}),
		"UntagOpenIDConnectProvider": onOIDC(s, "UntagOpenIDConnectProvider", func(in *UntagOpenIDConnectProviderRequest) (string, map[string][]string) {
			return in.OpenIDConnectProviderArn, untagging(in.TagKeys)
		}),
	}
}

// onOIDC is the Authorization of an operation on a provider, whose tags are
// condition keys when it is there.
func onOIDC[In any](s *Service, operation string, of func(in *In) (string, map[string][]string)) wire.Authorization {
	return func(ctx context.Context, _ *wire.Call, in any) ([]wire.Demand, error) {
		resource, keys := of(in.(*In))
		if p, err := s.IAM.OIDCProvider(ctx, resource); err == nil {
			keys = withResourceTags(keys, p.Tags)
		}
		return []wire.Demand{{Action: "iam:" + operation, Resource: resource, Context: keys}}, nil
	}
}
