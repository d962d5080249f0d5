package accessanalyzerapi_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	api "foyer/internal/awsapi/accessanalyzerapi"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/policy"
	"foyer/internal/seal"
	"foyer/internal/wire"
)

func open(t *testing.T) *api.Service {
	t.Helper()
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat("a", seal.KeySize))})
	if err != nil {
		t.Fatal(err)
	}
	return &api.Service{Tokens: paging.Tokens{Ring: ring}}
}

const mistaken = `{"Statement": [{"Sid": "", "Effect": "Allow", "Action": ["s3:GetObjct"], "Resource": "*", "Condition": {"StringEquals": {"aws:user": "a"}}}]}`

func TestValidatePolicy(t *testing.T) {
	s := open(t)
	in := &api.ValidatePolicyRequest{PolicyDocument: mistaken, PolicyType: api.PolicyTypeIdentityPolicy}
	out, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in)
	if err != nil || len(out.Findings) != 4 || out.NextToken != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	f := out.Findings[2]
	if f.IssueCode != "INVALID_ACTION" || f.FindingType != "ERROR" || f.FindingDetails != "The action s3:GetObjct does not exist. Did you mean s3:GetObject?" ||
		!strings.HasSuffix(f.LearnMoreLink, "#access-analyzer-reference-policy-checks-error-invalid-action") {
		t.Errorf("%+v", f)
	}
	path := f.Locations[0].Path
	if len(path) != 4 || *path[0].Value != "Statement" || *path[1].Index != 0 || *path[2].Value != "Action" || *path[3].Index != 0 {
		t.Errorf("path = %+v", path)
	}
	if span := f.Locations[0].Span; *span.Start != (api.Position{Line: 1, Column: 57, Offset: 57}) || *span.End != (api.Position{Line: 1, Column: 70, Offset: 70}) {
		t.Errorf("span = %+v to %+v", span.Start, span.End)
	}
	if key := out.Findings[3].Locations[0].Path; *key[len(key)-1].Key != "aws:user" {
		t.Errorf("path of a key = %+v", key)
	}
}

func TestPages(t *testing.T) {
	s := open(t)
	in := &api.ValidatePolicyRequest{PolicyDocument: mistaken, PolicyType: api.PolicyTypeIdentityPolicy, MaxResults: new(int64(3))}
	var codes []string
	for range 2 {
		out, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range out.Findings {
			codes = append(codes, f.IssueCode)
		}
		in.NextToken = out.NextToken
	}
	if got := strings.Join(codes, " "); got != "MISSING_VERSION EMPTY_SID_VALUE INVALID_ACTION INVALID_GLOBAL_CONDITION_KEY" || in.NextToken != nil {
		t.Errorf("pages hold %s, token %v", got, in.NextToken)
	}
	in.MaxResults = new(int64(1))
	out, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in)
	if err != nil {
		t.Fatal(err)
	}
	in.NextToken, in.PolicyDocument = out.NextToken, `{"Version": "2012-10-17"}`
	if _, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in); fault.Of(err) != fault.Invalid {
		t.Errorf("a token of another policy: %v", err)
	}
}

func TestKindsAndBounds(t *testing.T) {
	s := open(t)
	trust := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject"}]}`
	in := &api.ValidatePolicyRequest{
		PolicyDocument: trust, PolicyType: api.PolicyTypeResourcePolicy,
		ValidatePolicyResourceType: new(api.ValidatePolicyResourceTypeAWSIAMAssumeRolePolicyDocument),
	}
	if out, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in); err != nil || len(out.Findings) != 1 || out.Findings[0].IssueCode != "UNSUPPORTED_ACTION_IN_POLICY" {
		t.Errorf("of a trust policy: %+v, %v", out, err)
	}
	in.PolicyType = api.PolicyTypeIdentityPolicy
	if _, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in); fault.Of(err) != fault.Invalid {
		t.Errorf("a resource type of an identity policy: %v", err)
	}
	in.ValidatePolicyResourceType, in.PolicyDocument = nil, strings.Repeat(" ", policy.MaxDocument+1)
	_, err := s.ValidatePolicy(t.Context(), &wire.Call{}, in)
	if fault.Of(err) != fault.Invalid {
		t.Errorf("a long document: %v", err)
	}
	if e := s.API().Fault(err); e.Code != "ValidationException" || e.Fields["reason"] != "fieldValidationFailed" {
		t.Errorf("in AWS's words: %+v", e)
	}
	if e := s.API().Fault(errors.New("x")); e.Code != "InternalServerException" {
		t.Errorf("a fault of ours: %+v", e)
	}
}
