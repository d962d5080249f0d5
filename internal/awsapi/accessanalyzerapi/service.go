// Package accessanalyzerapi serves AWS's API of access analysis: the
// validation of policies, and checks of what they grant.
package accessanalyzerapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
	"foyer/internal/policycheck"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	Tokens paging.Tokens
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, authorizations, faultOf) }

// authorizations tells what each operation demands.
var authorizations = map[string]wire.Authorization{
	"ValidatePolicy": wire.Demands(func(*wire.Call, *ValidatePolicyRequest) []wire.Demand {
		return []wire.Demand{{Action: "access-analyzer:ValidatePolicy", Resource: "*"}}
	}),
	"CheckAccessNotGranted": wire.Demands(func(*wire.Call, *CheckAccessNotGrantedRequest) []wire.Demand {
		return []wire.Demand{{Action: "access-analyzer:CheckAccessNotGranted", Resource: "*"}}
	}),
	"CheckNoNewAccess": wire.Demands(func(*wire.Call, *CheckNoNewAccessRequest) []wire.Demand {
		return []wire.Demand{{Action: "access-analyzer:CheckNoNewAccess", Resource: "*"}}
	}),
	"CheckNoPublicAccess": wire.Demands(func(*wire.Call, *CheckNoPublicAccessRequest) []wire.Demand {
		return []wire.Demand{{Action: "access-analyzer:CheckNoPublicAccess", Resource: "*"}}
	}),
}

// codes are the service's words for the house's failures.
var codes = [fault.NumKinds]string{
	fault.Internal:        "InternalServerException",
	fault.Invalid:         "ValidationException",
	fault.NotFound:        "ValidationException",
	fault.Conflict:        "ValidationException",
	fault.Denied:          "AccessDeniedException",
	fault.Unauthenticated: "AccessDeniedException",
	fault.Quota:           "ValidationException",
	fault.Throttled:       "ThrottlingException",
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	e := &wire.Error{Code: codes[fault.Of(err)], Message: fault.Message(err), Err: err}
	if e.Code == "ValidationException" {
		e.Fields = map[string]any{"reason": ValidationExceptionReasonFieldValidationFailed}
	}
	return e
}

// kinds are the kinds of policies that the API knows.
var kinds = map[string]policycheck.Kind{
	PolicyTypeIdentityPolicy:        policycheck.Identity,
	PolicyTypeResourcePolicy:        policycheck.Resource,
	PolicyTypeServiceControlPolicy:  policycheck.ServiceControl,
	PolicyTypeResourceControlPolicy: policycheck.ResourceControl,
}

// maxPage is the size of a page when none is asked for, and the largest.
const maxPage = 100

// ValidatePolicy finds the mistakes in a policy. Its sentences are English,
// whatever the locale.
func (s *Service) ValidatePolicy(_ context.Context, _ *wire.Call, in *ValidatePolicyRequest) (*ValidatePolicyResponse, error) {
	kind := kinds[in.PolicyType]
	if in.ValidatePolicyResourceType != nil {
		if kind != policycheck.Resource {
			return nil, fault.Newf(fault.Invalid, "validatePolicyResourceType can only be specified when the policy type is RESOURCE_POLICY.")
		}
		if *in.ValidatePolicyResourceType == ValidatePolicyResourceTypeAWSIAMAssumeRolePolicyDocument {
			kind = policycheck.Trust
		}
	}
	if len(in.PolicyDocument) > policy.MaxDocument {
		return nil, fault.Newf(fault.Invalid, "The policy document is longer than %d bytes.", policy.MaxDocument)
	}
	limit := maxPage
	if in.MaxResults != nil && *in.MaxResults > 0 {
		limit = int(min(*in.MaxResults, maxPage))
	}
	query := fmt.Sprintf("findings %d %x", kind, sha256.Sum256([]byte(in.PolicyDocument)))
	from, err := s.after(query, in.NextToken)
	if err != nil {
		return nil, err
	}
	findings := policycheck.Check(in.PolicyDocument, kind)
	from = min(from, len(findings))
	findings = findings[from:]
	after := ""
	if len(findings) > limit {
		findings, after = findings[:limit], strconv.Itoa(from+limit)
	}
	out := &ValidatePolicyResponse{Findings: []ValidatePolicyFinding{}}
	for _, f := range findings {
		out.Findings = append(out.Findings, wireFinding(f))
	}
	token, err := s.Tokens.Next(query, after)
	if token != "" {
		out.NextToken = &token
	}
	return out, err
}

// after reads how many findings were seen.
func (s *Service) after(query string, token *string) (int, error) {
	if token == nil {
		return 0, nil
	}
	after, err := s.Tokens.After(query, *token)
	if err != nil || after == "" {
		return 0, err
	}
	return strconv.Atoi(after)
}

func wireFinding(f policycheck.Finding) ValidatePolicyFinding {
	out := ValidatePolicyFinding{
		FindingDetails: f.Details, FindingType: string(f.Type), IssueCode: f.Code, LearnMoreLink: f.Link, Locations: make([]Location, len(f.Locations)),
	}
	for i, at := range f.Locations {
		out.Locations[i] = Location{Path: make([]PathElement, len(at.Path)), Span: &Span{Start: wirePosition(at.From), End: wirePosition(at.To)}}
		for j, step := range at.Path {
			switch {
			case step.Index >= 0:
				out.Locations[i].Path[j].Index = new(int64(step.Index))
			case step.Value != "":
				out.Locations[i].Path[j].Value = new(step.Value)
			default:
				out.Locations[i].Path[j].Key = new(step.Key)
			}
		}
	}
	return out
}

func wirePosition(p policycheck.Position) *Position {
	return &Position{Line: int64(p.Line), Column: int64(p.Column), Offset: int64(p.Offset)}
}
