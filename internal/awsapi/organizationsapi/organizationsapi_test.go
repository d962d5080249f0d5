package organizationsapi_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	api "foyer/internal/awsapi/organizationsapi"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/wire"
)

const management = arn.AccountID("111122223333")

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) *api.Service {
	t.Helper()
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat("a", seal.KeySize))})
	if err != nil {
		t.Fatal(err)
	}
	s := &api.Service{
		Organizations: &organizations.Service{
			InTx:     sqlstore.Through(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
			View:     sqlstore.Viewed(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
			Mint:     mint.Mint{Source: rand.Reader},
			PutRoles: func(context.Context, []organizations.AccountRole) error { return nil },
		},
		Tokens: paging.Tokens{Ring: ring},
	}
	if err := s.Organizations.CreateStandalone(t.Context(), management, "Management", "root@example.net"); err != nil {
		t.Fatal(err)
	}
	return s
}

func by(account arn.AccountID) *wire.Call {
	return &wire.Call{Caller: caller.Caller{Kind: caller.Root, Account: account, ARN: arn.IAM(account, "root")}, Time: now}
}

// do fails the test when an operation failed, else returns its answer.
func do[Out any](t *testing.T) func(*Out, error) *Out {
	return func(out *Out, err error) *Out {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// code is the wire's word for a failure, with its reason.
func code(s *api.Service, err error) string {
	if err == nil {
		return "no failure"
	}
	e := s.API().Fault(err)
	if reason, ok := e.Fields["Reason"].(string); ok {
		return e.Code + " " + reason
	}
	return e.Code
}

func TestAnOrganizationFromNothing(t *testing.T) {
	s, ctx, call := open(t), t.Context(), by(management)
	_, err := s.DescribeOrganization(ctx, call, &wire.Empty{})
	if got := code(s, err); got != "AWSOrganizationsNotInUseException" {
		t.Errorf("before: %s", got)
	}
	org := do[api.CreateOrganizationResponse](t)(s.CreateOrganization(ctx, call, &api.CreateOrganizationRequest{})).Organization
	if *org.FeatureSet != "ALL" || *org.MasterAccountEmail != "root@example.net" ||
		*org.Arn != "arn:aws:organizations::111122223333:organization/"+*org.Id ||
		*org.MasterAccountArn != "arn:aws:organizations::111122223333:account/"+*org.Id+"/111122223333" {
		t.Errorf("organization = %+v", org)
	}
	_, err = s.CreateOrganization(ctx, call, &api.CreateOrganizationRequest{})
	if got := code(s, err); got != "AlreadyInOrganizationException" {
		t.Errorf("twice: %s", got)
	}

	roots := do[api.ListRootsResponse](t)(s.ListRoots(ctx, call, &api.ListRootsRequest{})).Roots
	if len(roots) != 1 || *roots[0].Name != "Root" || roots[0].PolicyTypes == nil || len(roots[0].PolicyTypes) != 0 {
		t.Fatalf("roots = %+v", roots)
	}
	root := *roots[0].Id
	enabled := do[api.EnablePolicyTypeResponse](t)(s.EnablePolicyType(ctx, call, &api.EnablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy}))
	if *enabled.Root.PolicyTypes[0].Status != "ENABLED" {
		t.Errorf("enabled = %+v", enabled.Root)
	}

	ou := do[api.CreateOrganizationalUnitResponse](t)(s.CreateOrganizationalUnit(ctx, call, &api.CreateOrganizationalUnitRequest{ParentId: root, Name: "Workloads"})).OrganizationalUnit
	begun := do[api.CreateAccountResponse](t)(s.CreateAccount(ctx, call, &api.CreateAccountRequest{AccountName: "prod", Email: "prod@example.net", Tags: []api.Tag{{Key: "a", Value: "b"}}})).CreateAccountStatus
	if *begun.State != api.CreateAccountStateInProgress || begun.AccountId != nil {
		t.Errorf("begun = %+v", begun)
	}
	done := do[api.DescribeCreateAccountStatusResponse](t)(s.DescribeCreateAccountStatus(ctx, call, &api.DescribeCreateAccountStatusRequest{CreateAccountRequestId: *begun.Id})).CreateAccountStatus
	if *done.State != api.CreateAccountStateSucceeded || done.CompletedTimestamp == nil {
		t.Fatalf("done = %+v", done)
	}
	id := *done.AccountId
	do[wire.Empty](t)(s.MoveAccount(ctx, call, &api.MoveAccountRequest{AccountId: id, SourceParentId: root, DestinationParentId: *ou.Id}))
	account := do[api.DescribeAccountResponse](t)(s.DescribeAccount(ctx, call, &api.DescribeAccountRequest{AccountId: id})).Account
	if account.Paths[0] != *ou.Path+id+"/" || *account.Status != "ACTIVE" || *account.JoinedMethod != "CREATED" {
		t.Errorf("account = %+v", account)
	}
	parents := do[api.ListParentsResponse](t)(s.ListParents(ctx, call, &api.ListParentsRequest{ChildId: id})).Parents
	if *parents[0].Id != *ou.Id || *parents[0].Type != "ORGANIZATIONAL_UNIT" {
		t.Errorf("parents = %+v", parents)
	}
	children := do[api.ListChildrenResponse](t)(s.ListChildren(ctx, call, &api.ListChildrenRequest{ParentId: *ou.Id, ChildType: api.ChildTypeAccount})).Children
	if len(children) != 1 || *children[0].Id != id {
		t.Errorf("children = %+v", children)
	}
	tags := do[api.ListTagsForResourceResponse](t)(s.ListTagsForResource(ctx, call, &api.ListTagsForResourceRequest{ResourceId: id})).Tags
	if len(tags) != 1 || tags[0].Value != "b" {
		t.Errorf("tags = %+v", tags)
	}
}

func TestPolicies(t *testing.T) {
	s, ctx, call := open(t), t.Context(), by(management)
	do[api.CreateOrganizationResponse](t)(s.CreateOrganization(ctx, call, &api.CreateOrganizationRequest{}))
	root := *do[api.ListRootsResponse](t)(s.ListRoots(ctx, call, &api.ListRootsRequest{})).Roots[0].Id
	create := &api.CreatePolicyRequest{Name: "NoS3", Type: api.PolicyTypeServiceControlPolicy, Content: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`}
	p := do[api.CreatePolicyResponse](t)(s.CreatePolicy(ctx, call, create)).Policy
	if !strings.Contains(*p.PolicySummary.Arn, "/service_control_policy/"+*p.PolicySummary.Id) || *p.Content != create.Content {
		t.Errorf("policy = %+v", p.PolicySummary)
	}
	attach := &api.AttachPolicyRequest{PolicyId: *p.PolicySummary.Id, TargetId: root}
	_, err := s.AttachPolicy(ctx, call, attach)
	if got := code(s, err); got != "PolicyTypeNotEnabledException" {
		t.Errorf("attach while disabled: %s", got)
	}
	do[api.EnablePolicyTypeResponse](t)(s.EnablePolicyType(ctx, call, &api.EnablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy}))
	do[wire.Empty](t)(s.AttachPolicy(ctx, call, attach))
	targets := do[api.ListTargetsForPolicyResponse](t)(s.ListTargetsForPolicy(ctx, call, &api.ListTargetsForPolicyRequest{PolicyId: *p.PolicySummary.Id})).Targets
	if len(targets) != 1 || *targets[0].Type != "ROOT" || *targets[0].Name != "Root" {
		t.Errorf("targets = %+v", targets)
	}
	for name, tt := range map[string]struct {
		do   func() error
		code string
	}{
		"another kind of policy": {func() error {
			other := *create
			other.Type = "WEATHER_POLICY"
			_, err := s.CreatePolicy(ctx, call, &other)
			return err
		}, "PolicyTypeNotAvailableForOrganizationException"},
		"twice": {func() error { _, err := s.AttachPolicy(ctx, call, attach); return err }, "DuplicatePolicyAttachmentException"},
		"in use": {func() error {
			_, err := s.DeletePolicy(ctx, call, &api.DeletePolicyRequest{PolicyId: *p.PolicySummary.Id})
			return err
		}, "PolicyInUseException"},
		"the last one": {func() error {
			_, err := s.DetachPolicy(ctx, call, &api.DetachPolicyRequest{PolicyId: "p-FullAWSAccess", TargetId: string(management)})
			return err
		}, "ConstraintViolationException MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"},
		"a forged token": {func() error {
			_, err := s.ListPolicies(ctx, call, &api.ListPoliciesRequest{Filter: api.PolicyTypeServiceControlPolicy, NextToken: new("x")})
			return err
		}, "InvalidInputException INVALID_NEXT_TOKEN"},
		"a tag key twice": {func() error {
			_, err := s.TagResource(ctx, call, &api.TagResourceRequest{ResourceId: root, Tags: []api.Tag{{Key: "a"}, {Key: "a"}}})
			return err
		}, "InvalidInputException DUPLICATE_TAG_KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := code(s, tt.do()); got != tt.code {
				t.Errorf("answered %s, want %s", got, tt.code)
			}
		})
	}
}

func TestListingsArePaged(t *testing.T) {
	s, ctx, call := open(t), t.Context(), by(management)
	do[api.CreateOrganizationResponse](t)(s.CreateOrganization(ctx, call, &api.CreateOrganizationRequest{}))
	for _, n := range []string{"a", "b", "c"} {
		do[api.CreateAccountResponse](t)(s.CreateAccount(ctx, call, &api.CreateAccountRequest{AccountName: n, Email: n + "@example.net"}))
	}
	var ids []string
	in := &api.ListAccountsRequest{MaxResults: new(int64(3))}
	for {
		out := do[api.ListAccountsResponse](t)(s.ListAccounts(ctx, call, in))
		for _, a := range out.Accounts {
			ids = append(ids, *a.Id)
		}
		if in.NextToken = out.NextToken; out.NextToken == nil {
			break
		}
	}
	if len(ids) != 4 || !slices.IsSorted(ids) {
		t.Errorf("accounts = %v, want 4 in order", ids)
	}
}

func TestEveryBuiltOperationDemandsItself(t *testing.T) {
	s, ctx, call := open(t), t.Context(), by(management)
	do[api.CreateOrganizationResponse](t)(s.CreateOrganization(ctx, call, &api.CreateOrganizationRequest{}))
	contract := s.API()
	for operation, authorize := range contract.Authorize {
		op, known := contract.Operations[operation]
		if !known {
			t.Errorf("%s is no operation", operation)
			continue
		}
		demands, err := authorize(ctx, call, op.New())
		if err != nil || len(demands) == 0 || demands[0].Action != "organizations:"+operation {
			t.Errorf("%s demands %+v, %v", operation, demands, err)
		}
	}
}

func TestDemandsNameTheResources(t *testing.T) {
	s, ctx, call := open(t), t.Context(), by(management)
	org := do[api.CreateOrganizationResponse](t)(s.CreateOrganization(ctx, call, &api.CreateOrganizationRequest{})).Organization
	demands, err := s.API().Authorize["AttachPolicy"](ctx, call, &api.AttachPolicyRequest{PolicyId: "p-12345678", TargetId: "222233334444"})
	if err != nil || len(demands) != 2 ||
		demands[0].Resource != "arn:aws:organizations::111122223333:policy/"+*org.Id+"/service_control_policy/p-12345678" ||
		demands[1].Resource != "arn:aws:organizations::111122223333:account/"+*org.Id+"/222233334444" ||
		demands[1].Context["organizations:PolicyType"][0] != "SERVICE_CONTROL_POLICY" {
		t.Errorf("demands = %+v, %v", demands, err)
	}
	alone, err := s.API().Authorize["DescribeAccount"](ctx, by("999988887777"), &api.DescribeAccountRequest{AccountId: "222233334444"})
	if err != nil || alone[0].Resource != "*" {
		t.Errorf("outside an organization: %+v, %v", alone, err)
	}
}

func TestEveryFailureHasACodeOfTheModel(t *testing.T) {
	contract := open(t).API()
	check := func(err error) {
		t.Helper()
		if e := contract.Fault(err); contract.Errors[e.Code].Code == "" {
			t.Errorf("%v has the code %q, which the model does not hold", err, e.Code)
		}
	}
	for kind := range fault.NumKinds {
		check(fault.Newf(fault.Kind(kind), "kind %d", kind))
	}
	for rule := range organizations.NumRules {
		check(&organizations.Refusal{Rule: organizations.Rule(rule), Err: fault.Newf(fault.Invalid, "rule %d", rule)})
	}
	own := &wire.Error{Code: "Own"}
	if got := contract.Fault(errors.Join(own)); got != own {
		t.Errorf("a wire error is answered as %v", got)
	}
}

func TestInputsThatBreakTheContractSayHow(t *testing.T) {
	contract := open(t).API()
	long := strings.Repeat("x", 200)
	for name, tt := range map[string]struct {
		operation string
		in        any
		reason    string
	}{
		"nothing":        {"MoveAccount", &api.MoveAccountRequest{}, "INPUT_REQUIRED"},
		"too many":       {"ListAccounts", &api.ListAccountsRequest{MaxResults: new(int64(21))}, "MAX_VALUE_EXCEEDED"},
		"too few":        {"ListAccounts", &api.ListAccountsRequest{MaxResults: new(int64(0))}, "MIN_VALUE_EXCEEDED"},
		"too long":       {"CreateOrganizationalUnit", &api.CreateOrganizationalUnitRequest{ParentId: "r-1234", Name: long}, "MAX_LENGTH_EXCEEDED"},
		"no such type":   {"ListPolicies", &api.ListPoliciesRequest{Filter: "WEATHER_POLICY"}, "INVALID_ENUM"},
		"no account id":  {"DescribeAccount", &api.DescribeAccountRequest{AccountId: "one"}, "INVALID_PATTERN"},
		"no address yet": {"CreateAccount", &api.CreateAccountRequest{AccountName: "a", Email: "a@b"}, "MIN_LENGTH_EXCEEDED"},
	} {
		t.Run(name, func(t *testing.T) {
			e := wire.Validate(contract, contract.Operations[tt.operation], tt.in)
			if e == nil || e.Code != "InvalidInputException" || e.Fields["Reason"] != tt.reason {
				t.Errorf("answered %+v, want %s", e, tt.reason)
			}
		})
	}
}
