package iamapi

import (
	"context"

	"foyer/internal/iam"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

func status(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}

// CreateAccessKey makes a key, and shows its secret this once.
func (s *Service) CreateAccessKey(ctx context.Context, call *wire.Call, in *CreateAccessKeyRequest) (*CreateAccessKeyResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := s.IAM.CreateAccessKey(ctx, call.Caller.Account, name)
	if err != nil {
		return nil, err
	}
	return &CreateAccessKeyResponse{AccessKey: &AccessKey{
		UserName: k.UserName, AccessKeyId: k.ID, Status: status(k.Active), SecretAccessKey: k.Secret.Reveal(), CreateDate: new(k.Created),
	}}, nil
}

// ListAccessKeys lists a user's keys, of which there are two at most.
func (s *Service) ListAccessKeys(ctx context.Context, call *wire.Call, in *ListAccessKeysRequest) (*ListAccessKeysResponse, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	query := "keys " + string(call.Caller.Account) + name
	page, err := s.page(query, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	keys, err := s.IAM.AccessKeys(ctx, call.Caller.Account, name)
	if err != nil {
		return nil, err
	}
	for len(keys) > 0 && page.After != "" && keys[0].ID <= page.After {
		keys = keys[1:]
	}
	keys, after := paging.Cut(keys, page.Limit, func(k iam.AccessKey) string { return k.ID })
	truncated, marker, err := s.more(query, after)
	return &ListAccessKeysResponse{IsTruncated: truncated, Marker: marker, AccessKeyMetadata: wire.Each(keys, func(k iam.AccessKey) AccessKeyMetadata {
		return AccessKeyMetadata{UserName: wire.Optional(k.UserName), AccessKeyId: new(k.ID), Status: new(status(k.Active)), CreateDate: new(k.Created)}
	})}, err
}

// UpdateAccessKey turns a key on or off.
func (s *Service) UpdateAccessKey(ctx context.Context, call *wire.Call, in *UpdateAccessKeyRequest) (*wire.Empty, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	if in.Status == "Expired" {
		return nil, invalid("The status of an access key can be set to Active or Inactive.")
	}
	return &wire.Empty{}, s.IAM.SetAccessKeyActive(ctx, call.Caller.Account, name, in.AccessKeyId, in.Status == "Active")
}

// DeleteAccessKey deletes a key.
func (s *Service) DeleteAccessKey(ctx context.Context, call *wire.Call, in *DeleteAccessKeyRequest) (*wire.Empty, error) {
	name, err := self(call, in.UserName)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.IAM.DeleteAccessKey(ctx, call.Caller.Account, name, in.AccessKeyId)
}

// GetAccountSummary counts what the account holds, and what it may hold.
func (s *Service) GetAccountSummary(ctx context.Context, call *wire.Call, _ *wire.Empty) (*GetAccountSummaryResponse, error) {
	summary, err := s.IAM.Summary(ctx, call.Caller.Account)
	return &GetAccountSummaryResponse{SummaryMap: summary}, err
}
