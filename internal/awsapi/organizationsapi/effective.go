package organizationsapi

import (
	"context"
	"strconv"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// DescribeEffectivePolicy reads what the policies of a type come to for an account.
func (s *Service) DescribeEffectivePolicy(ctx context.Context, call *wire.Call, in *DescribeEffectivePolicyRequest) (*DescribeEffectivePolicyResponse, error) {
	target := wire.Given(in.TargetId)
	if target == "" {
		target = string(call.Caller.Account)
	}
	p, err := s.of(call).EffectivePolicy(ctx, organizations.PolicyType(in.PolicyType), target)
	if err != nil {
		return nil, err
	}
	return &DescribeEffectivePolicyResponse{EffectivePolicy: &EffectivePolicy{
		PolicyContent: new(p.Content), PolicyType: new(string(p.Type)), TargetId: new(string(p.Account)), LastUpdatedTimestamp: wire.Moment(p.Updated),
	}}, nil
}

// ListAccountsWithInvalidEffectivePolicy lists accounts whose effective policy is flawed.
func (s *Service) ListAccountsWithInvalidEffectivePolicy(ctx context.Context, call *wire.Call, in *ListAccountsWithInvalidEffectivePolicyRequest) (*ListAccountsWithInvalidEffectivePolicyResponse, error) {
	query := "invalid " + in.PolicyType
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, err := s.of(call).InvalidAccounts(ctx, organizations.PolicyType(in.PolicyType), page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListAccountsWithInvalidEffectivePolicyResponse{Accounts: wire.Each(all, wireAccount), PolicyType: new(in.PolicyType), NextToken: next}, err
}

// ListEffectivePolicyValidationErrors lists what is wrong with an effective policy.
func (s *Service) ListEffectivePolicyValidationErrors(ctx context.Context, call *wire.Call, in *ListEffectivePolicyValidationErrorsRequest) (*ListEffectivePolicyValidationErrorsResponse, error) {
	query := "flaws " + in.AccountId + " " + in.PolicyType
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	f, err := s.of(call).EffectivePolicyFlaws(ctx, organizations.PolicyType(in.PolicyType), arn.AccountID(in.AccountId))
	if err != nil {
		return nil, err
	}
	begin, err := strconv.Atoi("0" + page.After) // our own token: a number, or nothing
	if err != nil {
		return nil, err
	}
	begin = min(begin, len(f.Flaws))
	end, after := min(begin+page.Limit, len(f.Flaws)), ""
	if end < len(f.Flaws) {
		after = strconv.Itoa(end)
	}
	next, err := s.next(query, after)
	return &ListEffectivePolicyValidationErrorsResponse{
		AccountId: new(in.AccountId), PolicyType: new(in.PolicyType), Path: new(f.Account.Path), EvaluationTimestamp: wire.Moment(f.At), NextToken: next,
		EffectivePolicyValidationErrors: wire.Each(f.Flaws[begin:end], func(f organizations.Flaw) EffectivePolicyValidationError {
			return EffectivePolicyValidationError{
				ErrorCode: new(f.Code), ErrorMessage: new(f.Message), PathToError: new(f.Path), ContributingPolicies: f.Policies,
			}
		}),
	}, err
}
