package iamapi

import (
	"context"
	"fmt"
	"strconv"

	"foyer/internal/access"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/wire"
)

// simulationAuthorizations tells what simulations demand: of a principal's
// policies on the principal, of policies that are given on nothing.
func (s *Service) simulationAuthorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"SimulateCustomPolicy": at("SimulateCustomPolicy", func(*wire.Call, *SimulateCustomPolicyRequest) (string, map[string][]string) { return "*", nil }),
		"GetContextKeysForCustomPolicy": at("GetContextKeysForCustomPolicy", func(*wire.Call, *GetContextKeysForCustomPolicyRequest) (string, map[string][]string) {
			return "*", nil
		}),
		"SimulatePrincipalPolicy": onSource(s, "SimulatePrincipalPolicy", func(in *SimulatePrincipalPolicyRequest) string { return in.PolicySourceArn }),
		"GetContextKeysForPrincipalPolicy": onSource(s, "GetContextKeysForPrincipalPolicy", func(in *GetContextKeysForPrincipalPolicyRequest) string {
			return in.PolicySourceArn
		}),
	}
}

// onSource is the Authorization of an operation on a user, group or role that
// is named by an ARN whose path AWS does not look at. What is no such ARN is
// left to the operation to refuse.
func onSource[In any](s *Service, operation string, source func(*In) string) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		d := wire.Demand{Action: "iam:" + operation, Resource: source(in.(*In))}
		ref, err := access.SourceRef(call.Caller.Account, d.Resource)
		if err != nil {
			return []wire.Demand{d}, nil //nolint:nilerr // the operation words it
		}
		e, err := s.IAM.Entity(ctx, ref)
		if err != nil && fault.Of(err) != fault.NotFound {
			return nil, err
		}
		if err == nil {
			d.Resource, d.Context = e.ARN, withResourceTags(nil, e.Tags)
		}
		return []wire.Demand{d}, nil
	}
}

// SimulateCustomPolicy tells what policies decide that are given with the request.
func (s *Service) SimulateCustomPolicy(ctx context.Context, call *wire.Call, in *SimulateCustomPolicyRequest) (*SimulatePolicyResponse, error) {
	return s.simulate(ctx, &access.Simulation{
		Account: call.Caller.Account, Policies: in.PolicyInputList, Boundaries: in.PermissionsBoundaryPolicyInputList,
		Actions: in.ActionNames, Resources: in.ResourceArns, ResourcePolicy: wire.Given(in.ResourcePolicy), ResourceOwner: wire.Given(in.ResourceOwner),
		Caller: wire.Given(in.CallerArn), Context: contextEntries(in.ContextEntries),
	}, simulationPage{in.Marker, in.MaxItems, in.ResourceHandlingOption})
}

// SimulatePrincipalPolicy tells what the policies of a user, group or role decide.
func (s *Service) SimulatePrincipalPolicy(ctx context.Context, call *wire.Call, in *SimulatePrincipalPolicyRequest) (*SimulatePolicyResponse, error) {
	return s.simulate(ctx, &access.Simulation{
		Account: call.Caller.Account, Source: in.PolicySourceArn, Policies: in.PolicyInputList, Boundaries: in.PermissionsBoundaryPolicyInputList,
		Actions: in.ActionNames, Resources: in.ResourceArns, ResourcePolicy: wire.Given(in.ResourcePolicy), ResourceOwner: wire.Given(in.ResourceOwner),
		Caller: wire.Given(in.CallerArn), Context: contextEntries(in.ContextEntries),
	}, simulationPage{in.Marker, in.MaxItems, in.ResourceHandlingOption})
}

// GetContextKeysForCustomPolicy lists the condition keys that policies ask about.
func (s *Service) GetContextKeysForCustomPolicy(ctx context.Context, call *wire.Call, in *GetContextKeysForCustomPolicyRequest) (*GetContextKeysForPolicyResponse, error) {
	keys, err := s.Simulator.ContextKeys(ctx, call.Caller.Account, "", in.PolicyInputList)
	return &GetContextKeysForPolicyResponse{ContextKeyNames: wire.Each(keys, same)}, err
}

// GetContextKeysForPrincipalPolicy lists the condition keys that the policies
// of a user, group or role ask about.
func (s *Service) GetContextKeysForPrincipalPolicy(ctx context.Context, call *wire.Call, in *GetContextKeysForPrincipalPolicyRequest) (*GetContextKeysForPolicyResponse, error) {
	keys, err := s.Simulator.ContextKeys(ctx, call.Caller.Account, in.PolicySourceArn, in.PolicyInputList)
	return &GetContextKeysForPolicyResponse{ContextKeyNames: wire.Each(keys, same)}, err
}

func same(text string) string { return text }

// simulationPage is what a request says of its paging, and how it wants
// resources handled.
type simulationPage struct {
	marker   *string
	limit    *int64
	handling *string
}

// handlings are the scenarios that AWS knows. Each says which resources
// ec2:RunInstances would need; a simulation decides those that are given.
var handlings = map[string]bool{
	"EC2-VPC-InstanceStore": true, "EC2-VPC-InstanceStore-Subnet": true, "EC2-VPC-EBS": true, "EC2-VPC-EBS-Subnet": true,
}

// simulationQuery is what the markers of simulations continue: like AWS's, any.
const simulationQuery = "simulation"

func (s *Service) simulate(ctx context.Context, q *access.Simulation, p simulationPage) (*SimulatePolicyResponse, error) {
	if p.handling != nil && !handlings[*p.handling] {
		return nil, invalid("Invalid resource handling option: %s.", *p.handling)
	}
	from, limit := 0, maxPage
	if p.limit != nil {
		limit = int(*p.limit)
	}
	if p.marker != nil {
		after, err := s.Tokens.After(simulationQuery, *p.marker)
		if err == nil {
			from, err = strconv.Atoi(after)
		}
		if err != nil {
			return nil, invalid("Invalid marker for pagination.")
		}
	}
	results, more, err := s.Simulator.Simulate(ctx, q, from, limit)
	if err != nil {
		return nil, err
	}
	after := ""
	if more {
		after = fmt.Sprint(from + len(results))
	}
	out := &SimulatePolicyResponse{EvaluationResults: wire.Each(results, evaluationResult)}
	out.IsTruncated, out.Marker, err = s.more(simulationQuery, after)
	return out, err
}

func contextEntries(all []ContextEntry) []access.ContextEntry {
	out := make([]access.ContextEntry, len(all))
	for i, e := range all {
		out[i] = access.ContextEntry{Name: wire.Given(e.ContextKeyName), Type: wire.Given(e.ContextKeyType), Values: e.ContextKeyValues}
	}
	return out
}

// evalDecisions are the words of decisions.
var evalDecisions = [...]string{
	policy.ImplicitDeny: PolicyEvaluationDecisionTypeImplicitDeny,
	policy.Allowed:      PolicyEvaluationDecisionTypeAllowed,
	policy.ExplicitDeny: PolicyEvaluationDecisionTypeExplicitDeny,
}

func evaluationResult(a access.SimulatedAction) EvaluationResult {
	out := EvaluationResult{
		EvalActionName: a.Action, EvalResourceName: new(a.Resource), EvalDecision: evalDecisions[a.Decision],
		MatchedStatements: wire.Each(a.Matched, wireStatement), MissingContextValues: wire.Each(a.Missing, same),
		PermissionsBoundaryDecisionDetail: boundaryDetail(a.Boundary), EvalDecisionDetails: decisionDetails(a.Details),
	}
	if a.Organizations != nil {
		out.OrganizationsDecisionDetail = &OrganizationsDecisionDetail{AllowedByOrganizations: a.Organizations}
	}
	for _, r := range a.Each {
		one := ResourceSpecificResult{
			EvalResourceName: r.Resource, EvalResourceDecision: evalDecisions[r.Decision], MissingContextValues: r.Missing,
			PermissionsBoundaryDecisionDetail: boundaryDetail(r.Boundary),
		}
		if len(r.Matched) > 0 {
			one.MatchedStatements = wire.Each(r.Matched, wireStatement)
		}
		if len(r.Details) > 0 {
			one.EvalDecisionDetails = decisionDetails(r.Details)
		}
		out.ResourceSpecificResults = append(out.ResourceSpecificResults, one)
	}
	return out
}

func boundaryDetail(allowed *bool) *PermissionsBoundaryDecisionDetail {
	if allowed == nil {
		return nil
	}
	return &PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: allowed}
}

func decisionDetails(all map[string]policy.Decision) map[string]string {
	if all == nil {
		return nil
	}
	out := make(map[string]string, len(all))
	for kind, decision := range all {
		out[kind] = evalDecisions[decision]
	}
	return out
}

func wireStatement(m access.SimulatedStatement) Statement {
	return Statement{
		SourcePolicyId: new(m.PolicyID), SourcePolicyType: new(m.PolicyType),
		StartPosition: &Position{Line: new(int64(m.Start.Line)), Column: new(int64(m.Start.Column))},
		EndPosition:   &Position{Line: new(int64(m.End.Line)), Column: new(int64(m.End.Column))},
	}
}
