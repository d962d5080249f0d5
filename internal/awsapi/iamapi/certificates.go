package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/secret"
	"foyer/internal/wire"
)

func wireSigning(c iam.Credential) SigningCertificate {
	return SigningCertificate{UserName: c.UserName, CertificateId: c.ID, CertificateBody: c.Content, Status: status(c.Active), UploadDate: new(c.Created)}
}

// UploadSigningCertificate gives a user a certificate to sign with.
func (s *Service) UploadSigningCertificate(ctx context.Context, call *wire.Call, in *UploadSigningCertificateRequest) (*UploadSigningCertificateResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	c, err := s.IAM.UploadSigningCertificate(ctx, call.Caller.Account, name, in.CertificateBody)
	return &UploadSigningCertificateResponse{Certificate: new(wireSigning(c))}, err
}

// ListSigningCertificates lists a user's certificates.
func (s *Service) ListSigningCertificates(ctx context.Context, call *wire.Call, in *ListSigningCertificatesRequest) (*ListSigningCertificatesResponse, error) {
	all, truncated, marker, err := s.credentials(ctx, call, iam.SigningCertificate, in.UserName, in.Marker, in.MaxItems)
	return &ListSigningCertificatesResponse{Certificates: wire.Each(all, wireSigning), IsTruncated: truncated, Marker: marker}, err
}

// credentials is one page of a user's credentials of a kind.
func (s *Service) credentials(ctx context.Context, call *wire.Call, kind iam.CredentialKind, of, marker *string, limit *int64) (all []iam.Credential, truncated *bool, next *string, err error) {
	name, err := self(call, of)
	if err != nil {
		return nil, nil, nil, err
	}
	query := string(kind) + " of " + string(call.Caller.Account) + name
	page, err := s.page(query, marker, limit)
	if err != nil {
		return nil, nil, nil, err
	}
	all, after, err := s.IAM.Credentials(ctx, call.Caller.Account, kind, name, page)
	if err != nil {
		return nil, nil, nil, err
	}
	truncated, next, err = s.more(query, after)
	return all, truncated, next, err
}

// setActive turns a credential on or off.
func (s *Service) setActive(ctx context.Context, call *wire.Call, kind iam.CredentialKind, of *string, id, status string) (*wire.Empty, error) {
	name, err := self(call, of)
	if err != nil {
		return nil, err
	}
	if status == "Expired" {
		return nil, invalid("The status can be set to Active or Inactive.")
	}
	return &wire.Empty{}, s.IAM.SetCredentialActive(ctx, call.Caller.Account, kind, name, id, status == "Active")
}

// deleteCredential deletes a credential.
func (s *Service) deleteCredential(ctx context.Context, call *wire.Call, kind iam.CredentialKind, of *string, id string) (*wire.Empty, error) {
	name, err := self(call, of)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.DeleteCredential(ctx, call.Caller.Account, kind, name, id)
}

// UpdateSigningCertificate turns a certificate on or off.
func (s *Service) UpdateSigningCertificate(ctx context.Context, call *wire.Call, in *UpdateSigningCertificateRequest) (*wire.Empty, error) {
	return s.setActive(ctx, call, iam.SigningCertificate, in.UserName, in.CertificateId, in.Status)
}

// DeleteSigningCertificate deletes a certificate.
func (s *Service) DeleteSigningCertificate(ctx context.Context, call *wire.Call, in *DeleteSigningCertificateRequest) (*wire.Empty, error) {
	return s.deleteCredential(ctx, call, iam.SigningCertificate, in.UserName, in.CertificateId)
}

func wireServer(c iam.ServerCertificate) ServerCertificateMetadata {
	return ServerCertificateMetadata{
		Path: c.Path, ServerCertificateName: c.Name, ServerCertificateId: c.ID, Arn: c.ARN, UploadDate: new(c.Created), Expiration: new(c.Expires),
	}
}

// UploadServerCertificate keeps a certificate with its private key.
func (s *Service) UploadServerCertificate(ctx context.Context, call *wire.Call, in *UploadServerCertificateRequest) (*UploadServerCertificateResponse, error) {
	c, err := s.IAM.UploadServerCertificate(ctx, iam.NewServerCertificate{
		Account: call.Caller.Account, Name: in.ServerCertificateName, Path: wire.Given(in.Path), Body: in.CertificateBody, Chain: wire.Given(in.CertificateChain),
		Key: secret.New(in.PrivateKey), Tags: tagsOf(in.Tags),
	})
	return &UploadServerCertificateResponse{ServerCertificateMetadata: new(wireServer(c)), Tags: wireTags(c.Tags)}, err
}

// GetServerCertificate reads a certificate; its private key nobody reads.
func (s *Service) GetServerCertificate(ctx context.Context, call *wire.Call, in *GetServerCertificateRequest) (*GetServerCertificateResponse, error) {
	c, err := s.IAM.ServerCertificate(ctx, call.Caller.Account, in.ServerCertificateName)
	return &GetServerCertificateResponse{ServerCertificate: &ServerCertificate{
		ServerCertificateMetadata: new(wireServer(c)), CertificateBody: c.Body, CertificateChain: wire.Optional(c.Chain), Tags: wireTags(c.Tags),
	}}, err
}

// ListServerCertificates lists certificates by name.
func (s *Service) ListServerCertificates(ctx context.Context, call *wire.Call, in *ListServerCertificatesRequest) (*ListServerCertificatesResponse, error) {
	query := "server certificates " + string(call.Caller.Account) + wire.Given(in.PathPrefix)
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	all, after, err := s.IAM.ServerCertificates(ctx, call.Caller.Account, wire.Given(in.PathPrefix), page)
	if err != nil {
		return nil, err
	}
	truncated, marker, err := s.more(query, after)
	return &ListServerCertificatesResponse{ServerCertificateMetadataList: wire.Each(all, wireServer), IsTruncated: truncated, Marker: marker}, err
}

// UpdateServerCertificate gives a certificate another name or path.
func (s *Service) UpdateServerCertificate(ctx context.Context, call *wire.Call, in *UpdateServerCertificateRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UpdateServerCertificate(ctx, call.Caller.Account, in.ServerCertificateName, wire.Given(in.NewServerCertificateName), wire.Given(in.NewPath))
}

// DeleteServerCertificate deletes a certificate and its key.
func (s *Service) DeleteServerCertificate(ctx context.Context, call *wire.Call, in *DeleteServerCertificateRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.DeleteServerCertificate(ctx, call.Caller.Account, in.ServerCertificateName)
}

// TagServerCertificate tags a certificate.
func (s *Service) TagServerCertificate(ctx context.Context, call *wire.Call, in *TagServerCertificateRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.TagServerCertificate(ctx, call.Caller.Account, in.ServerCertificateName, tagsOf(in.Tags))
}

// UntagServerCertificate removes tags of a certificate.
func (s *Service) UntagServerCertificate(ctx context.Context, call *wire.Call, in *UntagServerCertificateRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.IAM.UntagServerCertificate(ctx, call.Caller.Account, in.ServerCertificateName, in.TagKeys)
}

// ListServerCertificateTags lists the tags of a certificate by key.
func (s *Service) ListServerCertificateTags(ctx context.Context, call *wire.Call, in *ListServerCertificateTagsRequest) (*ListServerCertificateTagsResponse, error) {
	c, err := s.IAM.ServerCertificate(ctx, call.Caller.Account, in.ServerCertificateName)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := s.tagPage("tags "+c.ARN, c.Tags, in.Marker, in.MaxItems)
	return &ListServerCertificateTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, err
}

// onServer is the Authorization of an operation on a server certificate, which
// is named without its path.
func onServer[In any](s *Service, operation string, of func(*In) (name string, keys map[string][]string)) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		name, keys := of(in.(*In))
		return onResource(operation, iam.ServerCertificateARN(call.Caller.Account, "/", name), keys, func() (string, map[string]string, error) {
			c, err := s.IAM.ServerCertificate(ctx, call.Caller.Account, name)
			return c.ARN, c.Tags, err
		})
	}
}

func (s *Service) certificateAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"UploadServerCertificate": at("UploadServerCertificate", func(call *wire.Call, in *UploadServerCertificateRequest) (string, map[string][]string) {
			return iam.ServerCertificateARN(call.Caller.Account, path(in.Path), in.ServerCertificateName), tagging(in.Tags)
		}),
		"ListServerCertificates": at("ListServerCertificates", func(*wire.Call, *ListServerCertificatesRequest) (string, map[string][]string) {
			return "*", nil
		}),
		"GetServerCertificate": onServer(s, "GetServerCertificate", func(in *GetServerCertificateRequest) (string, map[string][]string) {
			return in.ServerCertificateName, nil
		}),
		"UpdateServerCertificate": onServer(s, "UpdateServerCertificate", func(in *UpdateServerCertificateRequest) (string, map[string][]string) {
			return in.ServerCertificateName, nil
		}),
		"DeleteServerCertificate": onServer(s, "DeleteServerCertificate", func(in *DeleteServerCertificateRequest) (string, map[string][]string) {
			return in.ServerCertificateName, nil
		}),
		"TagServerCertificate": onServer(s, "TagServerCertificate", func(in *TagServerCertificateRequest) (string, map[string][]string) {
			return in.ServerCertificateName, tagging(in.Tags)
		}),
		"UntagServerCertificate": onServer(s, "UntagServerCertificate", func(in *UntagServerCertificateRequest) (string, map[string][]string) {
			return in.ServerCertificateName, untagging(in.TagKeys)
		}),
		"ListServerCertificateTags": onServer(s, "ListServerCertificateTags", func(in *ListServerCertificateTagsRequest) (string, map[string][]string) {
			return in.ServerCertificateName, nil
		}),

		"UploadSigningCertificate": on(s, "UploadSigningCertificate", func(call *wire.Call, in *UploadSigningCertificateRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"ListSigningCertificates": on(s, "ListSigningCertificates", func(call *wire.Call, in *ListSigningCertificatesRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"UpdateSigningCertificate": on(s, "UpdateSigningCertificate", func(call *wire.Call, in *UpdateSigningCertificateRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
		"DeleteSigningCertificate": on(s, "DeleteSigningCertificate", func(call *wire.Call, in *DeleteSigningCertificateRequest) ask {
			return ask{user(call, own(call, in.UserName)), nil}
		}),
	}
}
