package stsapi

import (
	"context"
	"strconv"

	"foyer/internal/caller"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

// proving is what GetWebIdentityToken demands.
func proving(_ *wire.Call, in *GetWebIdentityTokenRequest) []wire.Demand {
	keys := tagging(in.Tags)
	keys["sts:IdentityTokenAudience"] = in.Audience
	keys["sts:SigningAlgorithm"] = []string{in.SigningAlgorithm}
	if in.DurationSeconds != nil {
		keys["sts:DurationSeconds"] = []string{strconv.FormatInt(*in.DurationSeconds, 10)}
	}
	demands := []wire.Demand{{Action: "sts:GetWebIdentityToken", Resource: "*", Context: keys}}
	if len(in.Tags) > 0 {
		demands = append(demands, wire.Demand{Action: "sts:TagGetWebIdentityToken", Resource: "*", Context: keys})
	}
	return demands
}

// GetWebIdentityToken signs a token that proves who calls.
func (s *Service) GetWebIdentityToken(ctx context.Context, call *wire.Call, in *GetWebIdentityTokenRequest) (*GetWebIdentityTokenResponse, error) {
	token, expires, err := s.STS.WebIdentityToken(ctx, call, sts.WebIdentityToken{
		Audience: in.Audience, Algorithm: in.SigningAlgorithm, Duration: seconds(in.DurationSeconds), Tags: tags(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	return &GetWebIdentityTokenResponse{WebIdentityToken: new(token.Reveal()), Expiration: &expires}, nil
}

// rooting is what AssumeRoot demands; no root may, and the operation says so.
func rooting(call *wire.Call, in *AssumeRootRequest) []wire.Demand {
	target := sts.RootARN(in.TargetPrincipal)
	if target == "" || call.Caller.Kind == caller.Root {
		return nil
	}
	keys := map[string][]string{}
	if in.TaskPolicyArn != nil && in.TaskPolicyArn.Arn != nil {
		keys["sts:TaskPolicyArn"] = []string{*in.TaskPolicyArn.Arn}
	}
	return []wire.Demand{{Action: "sts:AssumeRoot", Resource: target, Context: keys}}
}

// AssumeRoot begins a session as a member account's root, for one task.
func (s *Service) AssumeRoot(ctx context.Context, call *wire.Call, in *AssumeRootRequest) (*AssumeRootResponse, error) {
	task := ""
	if in.TaskPolicyArn != nil {
		task = wire.Given(in.TaskPolicyArn.Arn)
	}
	got, err := s.STS.AssumeRoot(ctx, call, sts.AssumeRoot{Target: in.TargetPrincipal, Task: task, Duration: seconds(in.DurationSeconds)})
	if err != nil {
		return nil, err
	}
	return &AssumeRootResponse{Credentials: credentials(got.Credentials), SourceIdentity: wire.Optional(got.SourceIdentity)}, nil
}
