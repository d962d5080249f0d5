package stsapi

import (
	"context"

	"foyer/internal/sts"
	"foyer/internal/wire"
)

// AssumeRoleWithWebIdentity begins a role session for the subject of a token.
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, call *wire.Call, in *AssumeRoleWithWebIdentityRequest) (*AssumeRoleWithWebIdentityResponse, error) {
	got, err := s.STS.AssumeRoleWithWebIdentity(ctx, call, sts.AssumeRoleWithWebIdentity{
		RoleARN: in.RoleArn, SessionName: in.RoleSessionName, Token: in.WebIdentityToken, ProviderID: wire.Given(in.ProviderId),
		Duration: seconds(in.DurationSeconds), Scope: scope(in.Policy, in.PolicyArns),
	})
	if err != nil {
		return nil, err
	}
	return &AssumeRoleWithWebIdentityResponse{
		Credentials: credentials(got.Credentials), AssumedRoleUser: user(got.Assumed), PackedPolicySize: packed(got.Assumed),
		SubjectFromWebIdentityToken: new(got.Subject), Provider: new(got.Provider), Audience: new(got.Audience), SourceIdentity: wire.Optional(got.SourceIdentity),
	}, nil
}
