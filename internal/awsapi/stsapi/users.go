package stsapi

import (
	"context"

	"foyer/internal/sts"
	"foyer/internal/wire"
)

// federating is what GetFederationToken demands. Whom a session's credentials
// belong to is refused by the operation, with its own words.
func federating(call *wire.Call, in *GetFederationTokenRequest) []wire.Demand {
	if call.Caller.Session != nil {
		return nil
	}
	resource := sts.FederatedUserARN(call.Caller.Account, in.Name)
	keys := tagging(in.Tags)
	demands := []wire.Demand{{Action: "sts:GetFederationToken", Resource: resource, Context: keys}}
	if len(in.Tags) > 0 {
		demands = append(demands, wire.Demand{Action: "sts:TagSession", Resource: resource, Context: keys})
	}
	return demands
}

// tagging are the condition keys of a request that passes tags.
func tagging(tags []Tag) map[string][]string {
	keys := make(map[string][]string, len(tags)+1)
	for _, t := range tags {
		keys["aws:RequestTag/"+t.Key] = []string{t.Value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], t.Key)
	}
	return keys
}

// GetSessionToken begins a session of the user, or root, that calls.
func (s *Service) GetSessionToken(ctx context.Context, call *wire.Call, in *GetSessionTokenRequest) (*GetSessionTokenResponse, error) {
	got, err := s.STS.SessionToken(ctx, call, sts.SessionToken{
		Duration: seconds(in.DurationSeconds), Factor: sts.Factor{Serial: wire.Given(in.SerialNumber), Code: wire.Given(in.TokenCode)},
	})
	if err != nil {
		return nil, err
	}
	return &GetSessionTokenResponse{Credentials: credentials(got.Credentials)}, nil
}

// GetFederationToken begins a session of a federated user.
func (s *Service) GetFederationToken(ctx context.Context, call *wire.Call, in *GetFederationTokenRequest) (*GetFederationTokenResponse, error) {
	got, err := s.STS.FederationToken(ctx, call, sts.FederationToken{
		Name: in.Name, Duration: seconds(in.DurationSeconds), Scope: scope(in.Policy, in.PolicyArns), Tags: tags(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &GetFederationTokenResponse{
		Credentials: credentials(got.Credentials), PackedPolicySize: packed(got),
		FederatedUser: &FederatedUser{FederatedUserId: got.Caller.ID, Arn: got.Caller.ARN},
	}, nil
}
