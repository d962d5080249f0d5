package organizationsapi_test

import (
	"context"
	"slices"
	"testing"

	"foyer/internal/arn"
	api "foyer/internal/awsapi/organizationsapi"
	"foyer/internal/fault"
	"foyer/internal/wire"
)

const stranger = arn.AccountID("444455556666")

// founded is an organization with one account outside of it.
func founded(t *testing.T) *api.Service {
	t.Helper()
	s := open(t)
	do[api.CreateOrganizationResponse](t)(s.CreateOrganization(t.Context(), by(management), &api.CreateOrganizationRequest{}))
	if err := s.Organizations.CreateStandalone(t.Context(), stranger, "Stranger", "stranger@example.net"); err != nil {
		t.Fatal(err)
	}
	return s
}

func invitation(kind, id string) *api.InviteAccountToOrganizationRequest {
	return &api.InviteAccountToOrganizationRequest{Target: &api.HandshakeParty{Id: id, Type: kind}, Notes: new("come"), Tags: []api.Tag{{Key: "a", Value: "b"}}}
}

// member makes a member account and returns its id.
func member(t *testing.T, s *api.Service, name string) arn.AccountID {
	t.Helper()
	status := do[api.CreateAccountResponse](t)(s.CreateAccount(t.Context(), by(management), &api.CreateAccountRequest{AccountName: name, Email: name + "@example.net"})).CreateAccountStatus
	made := do[api.DescribeCreateAccountStatusResponse](t)(s.DescribeCreateAccountStatus(t.Context(), by(management), &api.DescribeCreateAccountStatusRequest{CreateAccountRequestId: *status.Id})).CreateAccountStatus
	return arn.AccountID(*made.AccountId)
}

func TestAHandshakeOnTheWire(t *testing.T) {
	s, ctx := founded(t), t.Context()
	h := do[api.InviteAccountToOrganizationResponse](t)(s.InviteAccountToOrganization(ctx, by(management), invitation("ACCOUNT", string(stranger)))).Handshake
	org := do[api.DescribeOrganizationResponse](t)(s.DescribeOrganization(ctx, by(management), &wire.Empty{})).Organization
	if *h.Action != "INVITE" || *h.State != "OPEN" || len(h.Parties) != 2 ||
		h.Parties[0] != (api.HandshakeParty{Id: *org.Id, Type: "ORGANIZATION"}) || h.Parties[1] != (api.HandshakeParty{Id: string(stranger), Type: "ACCOUNT"}) {
		t.Errorf("handshake = %+v", h)
	}
	var about []string
	for _, r := range h.Resources {
		about = append(about, *r.Type+" "+*r.Value)
		for _, inner := range r.Resources {
			about = append(about, *inner.Type+" "+*inner.Value)
		}
	}
	want := []string{"ORGANIZATION " + *org.Id, "MASTER_EMAIL root@example.net", "MASTER_NAME Management", "ORGANIZATION_FEATURE_SET ALL", "ACCOUNT " + string(stranger), "NOTES come"}
	if !slices.Equal(about, want) {
		t.Errorf("resources = %q, want %q", about, want)
	}
	theirs := do[api.ListHandshakesForAccountResponse](t)(s.ListHandshakesForAccount(ctx, by(stranger), &api.ListHandshakesForAccountRequest{Filter: &api.HandshakeFilter{ActionType: new("INVITE")}})).Handshakes
	if len(theirs) != 1 || *theirs[0].Id != *h.Id {
		t.Errorf("theirs = %+v", theirs)
	}
	demands, err := s.API().Authorize["AcceptHandshake"](ctx, by(stranger), &api.AcceptHandshakeRequest{HandshakeId: *h.Id})
	if err != nil || len(demands) != 1 || demands[0].Resource != *h.Arn {
		t.Errorf("accepting demands %+v, %v", demands, err)
	}
	got := do[api.DescribeHandshakeResponse](t)(s.DescribeHandshake(ctx, by(stranger), &api.DescribeHandshakeRequest{HandshakeId: *h.Id})).Handshake
	if *got.Arn != *h.Arn || !got.ExpirationTimestamp.Equal(*h.ExpirationTimestamp) {
		t.Errorf("described = %+v", got)
	}
	accepted := do[api.AcceptHandshakeResponse](t)(s.AcceptHandshake(ctx, by(stranger), &api.AcceptHandshakeRequest{HandshakeId: *h.Id})).Handshake
	if *accepted.State != "ACCEPTED" {
		t.Errorf("accepted = %+v", accepted)
	}
	ours := do[api.ListHandshakesForOrganizationResponse](t)(s.ListHandshakesForOrganization(ctx, by(management), &api.ListHandshakesForOrganizationRequest{})).Handshakes
	if len(ours) != 1 || *ours[0].State != "ACCEPTED" {
		t.Errorf("ours = %+v", ours)
	}
	account := do[api.DescribeAccountResponse](t)(s.DescribeAccount(ctx, by(management), &api.DescribeAccountRequest{AccountId: string(stranger)})).Account
	if *account.JoinedMethod != "INVITED" || *account.State != "ACTIVE" {
		t.Errorf("account = %+v", account)
	}
	do[wire.Empty](t)(s.LeaveOrganization(ctx, by(stranger), &wire.Empty{}))
	again := do[api.InviteAccountToOrganizationResponse](t)(s.InviteAccountToOrganization(ctx, by(management), invitation("EMAIL", "stranger@example.net"))).Handshake
	if declined := do[api.DeclineHandshakeResponse](t)(s.DeclineHandshake(ctx, by(stranger), &api.DeclineHandshakeRequest{HandshakeId: *again.Id})).Handshake; *declined.State != "DECLINED" {
		t.Errorf("declined = %+v", declined)
	}
	third := do[api.InviteAccountToOrganizationResponse](t)(s.InviteAccountToOrganization(ctx, by(management), invitation("ACCOUNT", string(stranger)))).Handshake
	if canceled := do[api.CancelHandshakeResponse](t)(s.CancelHandshake(ctx, by(management), &api.CancelHandshakeRequest{HandshakeId: *third.Id})).Handshake; *canceled.State != "CANCELED" {
		t.Errorf("canceled = %+v", canceled)
	}
}

func TestMembershipIsRefusedInAWSsWords(t *testing.T) {
	s, ctx, m := founded(t), t.Context(), by(management)
	inside := member(t, s, "prod")
	sent := do[api.InviteAccountToOrganizationResponse](t)(s.InviteAccountToOrganization(ctx, m, invitation("ACCOUNT", string(stranger)))).Handshake
	for name, tt := range map[string]struct {
		do   func() error
		code string
	}{
		"invited twice": {func() error {
			_, err := s.InviteAccountToOrganization(ctx, m, invitation("EMAIL", "Stranger@example.net"))
			return err
		}, "DuplicateHandshakeException"},
		"invited as a member": {func() error {
			_, err := s.InviteAccountToOrganization(ctx, m, invitation("ACCOUNT", string(inside)))
			return err
		}, "HandshakeConstraintViolationException ALREADY_IN_AN_ORGANIZATION"},
		"an organization invited": {func() error {
			_, err := s.InviteAccountToOrganization(ctx, m, invitation("ORGANIZATION", "o-1"))
			return err
		}, "InvalidInputException INVALID_PARTY_TYPE_TARGET"},
		"a tag twice": {func() error {
			_, err := s.InviteAccountToOrganization(ctx, m, &api.InviteAccountToOrganizationRequest{Target: &api.HandshakeParty{}, Tags: []api.Tag{{Key: "a"}, {Key: "a"}}})
			return err
		}, "InvalidInputException DUPLICATE_TAG_KEY"},
		"accepted by the sender": {func() error {
			_, err := s.AcceptHandshake(ctx, m, &api.AcceptHandshakeRequest{HandshakeId: *sent.Id})
			return err
		}, "AccessDeniedException"},
		"no handshake accepted": {func() error {
			_, err := s.AcceptHandshake(ctx, m, &api.AcceptHandshakeRequest{HandshakeId: "h-00000000"})
			return err
		}, "HandshakeNotFoundException"},
		"no handshake declined": {func() error {
			_, err := s.DeclineHandshake(ctx, m, &api.DeclineHandshakeRequest{HandshakeId: "h-00000000"})
			return err
		}, "HandshakeNotFoundException"},
		"no handshake canceled": {func() error {
			_, err := s.CancelHandshake(ctx, m, &api.CancelHandshakeRequest{HandshakeId: "h-00000000"})
			return err
		}, "HandshakeNotFoundException"},
		"no handshake described": {func() error {
			_, err := s.DescribeHandshake(ctx, m, &api.DescribeHandshakeRequest{HandshakeId: "h-00000000"})
			return err
		}, "HandshakeNotFoundException"},
		"all features again": {func() error { _, err := s.EnableAllFeatures(ctx, m, &api.EnableAllFeaturesRequest{}); return err }, "HandshakeConstraintViolationException ORGANIZATION_ALREADY_HAS_ALL_FEATURES"},
		"two filters": {func() error {
			_, err := s.ListHandshakesForOrganization(ctx, m, &api.ListHandshakesForOrganizationRequest{Filter: &api.HandshakeFilter{ActionType: new("INVITE"), ParentHandshakeId: new("h-12345678")}})
			return err
		}, "InvalidInputException MAX_LIMIT_EXCEEDED_FILTER"},
		"handshakes of a member's organization": {func() error {
			_, err := s.ListHandshakesForOrganization(ctx, by(inside), &api.ListHandshakesForOrganizationRequest{})
			return err
		}, "AccessDeniedException"},
		"a forged token": {func() error {
			_, err := s.ListHandshakesForAccount(ctx, m, &api.ListHandshakesForAccountRequest{NextToken: new("x")})
			return err
		}, "InvalidInputException INVALID_NEXT_TOKEN"},
		"removed too soon": {func() error {
			_, err := s.RemoveAccountFromOrganization(ctx, m, &api.RemoveAccountFromOrganizationRequest{AccountId: string(inside)})
			return err
		}, "ConstraintViolationException WAIT_PERIOD_ACTIVE"},
		"no account removed": {func() error {
			_, err := s.RemoveAccountFromOrganization(ctx, m, &api.RemoveAccountFromOrganizationRequest{AccountId: string(stranger)})
			return err
		}, "AccountNotFoundException"},
		"the manager leaves":   {func() error { _, err := s.LeaveOrganization(ctx, m, &wire.Empty{}); return err }, "MasterCannotLeaveOrganizationException"},
		"nobody leaves":        {func() error { _, err := s.LeaveOrganization(ctx, by(stranger), &wire.Empty{}); return err }, "AWSOrganizationsNotInUseException"},
		"deleted with members": {func() error { _, err := s.DeleteOrganization(ctx, m, &wire.Empty{}); return err }, "OrganizationNotEmptyException"},
		"deleted by a member":  {func() error { _, err := s.DeleteOrganization(ctx, by(inside), &wire.Empty{}); return err }, "AccessDeniedException"},
		"an account of GovCloud": {func() error {
			_, err := s.CreateGovCloudAccount(ctx, m, &api.CreateGovCloudAccountRequest{})
			return err
		}, "ConstraintViolationException MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := code(s, tt.do()); got != tt.code {
				t.Errorf("answered %s, want %s", got, tt.code)
			}
		})
	}
}

func TestEffectivePoliciesOnTheWire(t *testing.T) {
	s, ctx, m := founded(t), t.Context(), by(management)
	inside := member(t, s, "prod")
	root := *do[api.ListRootsResponse](t)(s.ListRoots(ctx, m, &api.ListRootsRequest{})).Roots[0].Id
	effective := &api.DescribeEffectivePolicyRequest{PolicyType: api.EffectivePolicyTypeBackupPolicy, TargetId: new(string(inside))}
	_, err := s.DescribeEffectivePolicy(ctx, m, effective)
	if got := code(s, err); got != "EffectivePolicyNotFoundException" {
		t.Errorf("before: %s", got)
	}
	do[api.EnablePolicyTypeResponse](t)(s.EnablePolicyType(ctx, m, &api.EnablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeBackupPolicy}))
	p := do[api.CreatePolicyResponse](t)(s.CreatePolicy(ctx, m, &api.CreatePolicyRequest{
		Name: "half", Type: api.PolicyTypeBackupPolicy, Content: `{"plans":{"daily":{"regions":{"@@assign":["eu-central-1"]}}}}`,
	})).Policy
	do[wire.Empty](t)(s.AttachPolicy(ctx, m, &api.AttachPolicyRequest{PolicyId: *p.PolicySummary.Id, TargetId: string(inside)}))
	for name, call := range map[string]*wire.Call{"the manager": m, "itself": by(inside)} {
		got := do[api.DescribeEffectivePolicyResponse](t)(s.DescribeEffectivePolicy(ctx, call, effective)).EffectivePolicy
		if *got.PolicyContent != `{"plans":{"daily":{"regions":["eu-central-1"]}}}` || *got.TargetId != string(inside) || got.LastUpdatedTimestamp == nil {
			t.Errorf("%s reads %+v", name, got)
		}
	}
	flawed := &api.ListEffectivePolicyValidationErrorsRequest{AccountId: string(inside), PolicyType: api.PolicyTypeBackupPolicy, MaxResults: new(int64(1))}
	var told []string
	for {
		out := do[api.ListEffectivePolicyValidationErrorsResponse](t)(s.ListEffectivePolicyValidationErrors(ctx, m, flawed))
		for _, e := range out.EffectivePolicyValidationErrors {
			told = append(told, *e.PathToError+" "+*e.ErrorCode)
		}
		if flawed.NextToken = out.NextToken; out.NextToken == nil {
			break
		}
	}
	if !slices.Equal(told, []string{"plans.daily.rules ELEMENT_MISSING", "plans.daily.selections ELEMENT_MISSING"}) {
		t.Errorf("errors = %q", told)
	}
	invalid := do[api.ListAccountsWithInvalidEffectivePolicyResponse](t)(s.ListAccountsWithInvalidEffectivePolicy(ctx, m, &api.ListAccountsWithInvalidEffectivePolicyRequest{PolicyType: api.EffectivePolicyTypeBackupPolicy}))
	if len(invalid.Accounts) != 1 || *invalid.Accounts[0].Id != string(inside) || *invalid.PolicyType != "BACKUP_POLICY" {
		t.Errorf("invalid = %+v", invalid)
	}
	for name, tt := range map[string]struct{ target, code string }{
		"a root":     {root, "InvalidInputException TARGET_NOT_SUPPORTED"},
		"no account": {"000000000000", "TargetNotFoundException"},
	} {
		_, err := s.DescribeEffectivePolicy(ctx, m, &api.DescribeEffectivePolicyRequest{PolicyType: api.EffectivePolicyTypeBackupPolicy, TargetId: new(tt.target)})
		if got := code(s, err); got != tt.code {
			t.Errorf("%s: %s, want %s", name, got, tt.code)
		}
	}
	_, err = s.ListEffectivePolicyValidationErrors(ctx, m, &api.ListEffectivePolicyValidationErrorsRequest{AccountId: string(stranger), PolicyType: api.PolicyTypeBackupPolicy})
	if got := code(s, err); got != "AccountNotFoundException" {
		t.Errorf("errors of a stranger: %s", got)
	}
	_, err = s.ListAccountsWithInvalidEffectivePolicy(ctx, by(inside), &api.ListAccountsWithInvalidEffectivePolicyRequest{PolicyType: api.EffectivePolicyTypeBackupPolicy})
	if got := code(s, err); got != "AccessDeniedException" {
		t.Errorf("asked by a member: %s", got)
	}
}

func TestAMemberActsWhereTheResourcePolicyLetsIt(t *testing.T) {
	s, ctx, m := founded(t), t.Context(), by(management)
	inside := member(t, s, "prod")
	const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"organizations:ListAccounts","Resource":"*"}]}`
	var asked []string
	s.CheckResource = func(_ context.Context, _ *wire.Call, d wire.Demand, text string, owner arn.AccountID) error {
		asked = append(asked, d.Action)
		if text != document || owner != management || d.Action != "organizations:ListAccounts" {
			return fault.Newf(fault.Denied, "no")
		}
		return nil
	}
	list := func() error {
		call := by(inside)
		if _, err := s.API().Authorize["ListAccounts"](ctx, call, &api.ListAccountsRequest{}); err != nil {
			return err
		}
		_, err := s.ListAccounts(ctx, call, &api.ListAccountsRequest{})
		return err
	}
	if got := code(s, list()); got != "AccessDeniedException" || len(asked) != 0 {
		t.Errorf("without a policy: %s, asked %v", got, asked)
	}
	p := do[api.PutResourcePolicyResponse](t)(s.PutResourcePolicy(ctx, m, &api.PutResourcePolicyRequest{Content: document, Tags: []api.Tag{{Key: "a", Value: "b"}}})).ResourcePolicy
	if got := do[api.DescribeResourcePolicyResponse](t)(s.DescribeResourcePolicy(ctx, m, &wire.Empty{})).ResourcePolicy; *got.Content != document || *got.ResourcePolicySummary.Arn != *p.ResourcePolicySummary.Arn {
		t.Errorf("described = %+v", got)
	}
	if got := code(s, list()); got != "no failure" {
		t.Errorf("with a policy: %s", got)
	}
	call := by(inside)
	if _, err := s.API().Authorize["ListRoots"](ctx, call, &api.ListRootsRequest{}); err != nil || call.ActsFor != "" {
		t.Errorf("what the policy does not allow: acts for %q, %v", call.ActsFor, err)
	}
	asked = nil
	if _, err := s.API().Authorize["ListAccounts"](ctx, m, &api.ListAccountsRequest{}); err != nil || len(asked) != 0 {
		t.Errorf("the manager is asked about %v, %v", asked, err)
	}
	tags := do[api.ListTagsForResourceResponse](t)(s.ListTagsForResource(ctx, m, &api.ListTagsForResourceRequest{ResourceId: *p.ResourcePolicySummary.Id})).Tags
	if len(tags) != 1 {
		t.Errorf("tags = %v", tags)
	}
	do[wire.Empty](t)(s.DeleteResourcePolicy(ctx, m, &wire.Empty{}))
	for _, do := range []func() error{
		func() error { _, err := s.DescribeResourcePolicy(ctx, m, &wire.Empty{}); return err },
		func() error { _, err := s.DeleteResourcePolicy(ctx, m, &wire.Empty{}); return err },
	} {
		if got := code(s, do()); got != "ResourcePolicyNotFoundException" {
			t.Errorf("after: %s", got)
		}
	}
	_, err := s.PutResourcePolicy(ctx, m, &api.PutResourcePolicyRequest{Content: "{"})
	if got := code(s, err); got != "InvalidInputException INVALID_RESOURCE_POLICY_JSON" {
		t.Errorf("no JSON: %s", got)
	}
}
