package iam_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
)

const reserved = "AWSReservedSSO_Admin_0123456789abcdef"

func wanted(a arn.AccountID) iam.ProtectedRole {
	return iam.ProtectedRole{
		Account: a, Name: reserved, Path: "/aws-reserved/sso.amazonaws.com/", Description: "Admin",
		TrustPolicy: fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::%s:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"],"Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}]}`, a),
		MaxSession:  12 * time.Hour, ManagedPolicyARNs: []string{readOnly, admin},
		InlineName: "AwsSSOInlinePolicy", Inline: allow, BoundaryARN: admin,
	}
}

// put writes roles and fails on a slot that is not nil.
func put(t testing.TB, s *iam.Service, roles ...iam.ProtectedRole) {
	t.Helper()
	outcomes, err := s.PutProtectedRoles(t.Context(), roles)
	must(t, err)
	for _, o := range outcomes {
		must(t, o)
	}
}

func attached(t testing.TB, s *iam.Service, a arn.AccountID) []string {
	t.Helper()
	all, _, err := s.AttachedPolicies(t.Context(), iam.Ref{Account: a, Kind: iam.RoleKind, Name: reserved}, "/", whole)
	must(t, err)
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}

func TestProtectedRoleFollowsWhatIsWanted(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	put(t, s, wanted(account), wanted(other))
	first, err := s.Role(ctx, account, reserved)
	must(t, err)
	if !first.Protected || first.MaxSession != 12*time.Hour || first.BoundaryARN != admin || first.ARN != "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/"+reserved {
		t.Errorf("role = %+v", first)
	}
	put(t, s, wanted(account)) // the same again
	changed := wanted(account)
	changed.ManagedPolicyARNs, changed.Inline, changed.BoundaryARN = []string{admin}, "", ""
	put(t, s, wanted(account), changed) // one role twice: the last counts
	second, err := s.Role(ctx, account, reserved)
	must(t, err)
	if second.ID != first.ID || second.BoundaryARN != "" {
		t.Errorf("after a change: %+v", second)
	}
	if got := attached(t, s, account); !slices.Equal(got, []string{"AdministratorAccess"}) {
		t.Errorf("attached %v", got)
	}
	if _, err := s.InlinePolicy(ctx, second.Ref(), "AwsSSOInlinePolicy"); fault.Of(err) != fault.NotFound {
		t.Errorf("inline policy after its end: %v", err)
	}
	if got := attached(t, s, other); len(got) != 2 {
		t.Errorf("the other account's role has %v", got)
	}
}

func TestProtectedRoleFindsCustomerManagedPolicies(t *testing.T) {
	t.Parallel()
	s := open(t)
	createPolicy(t, s, account, "/team/", "Custom")
	createPolicy(t, s, other, "/", "Custom") // there, but at another path
	put(t, s, wanted(other))
	here, there := wanted(account), wanted(other)
	for _, r := range []*iam.ProtectedRole{&here, &there} {
		r.ManagedPolicyARNs = nil
		r.CustomerManaged = []iam.PolicyRef{{Path: "/team/", Name: "Custom"}}
		r.BoundaryARN, r.BoundaryCustomer = "", &iam.PolicyRef{Path: "/team/", Name: "Custom"}
	}
	outcomes, err := s.PutProtectedRoles(t.Context(), []iam.ProtectedRole{there, here})
	must(t, err)
	must(t, outcomes[1])
	refused(t, outcomes[0], fault.NotFound, "arn:aws:iam::444455556666:policy/team/Custom was not found in account 444455556666")
	if got := attached(t, s, account); !slices.Equal(got, []string{"Custom"}) {
		t.Errorf("attached %v", got)
	}
	if got := attached(t, s, other); len(got) != 2 {
		t.Errorf("a role that cannot be resolved was changed: %v", got)
	}
	refused(t, s.DeletePolicy(t.Context(), account, "arn:aws:iam::111122223333:policy/team/Custom"), fault.Conflict, "attached")
}

func TestProtectedRolesAreRefusedOneByOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	createRole(t, s, "Deploy")
	for name, tt := range map[string]struct {
		change func(*iam.ProtectedRole)
		kind   fault.Kind
		text   string
	}{
		"an unprotected role in the way": {func(r *iam.ProtectedRole) { r.Name = "Deploy" }, fault.Conflict, "is not protected"},
		"an unknown policy":              {func(r *iam.ProtectedRole) { r.ManagedPolicyARNs[0] += "x" }, fault.NotFound, "does not exist"},
		"an unknown boundary":            {func(r *iam.ProtectedRole) { r.BoundaryARN += "x" }, fault.NotFound, "does not exist"},
		"a malformed inline policy":      {func(r *iam.ProtectedRole) { r.Inline = "{}" }, fault.Invalid, ""},
	} {
		bad, good := wanted(account), wanted(other)
		tt.change(&bad)
		outcomes, err := s.PutProtectedRoles(t.Context(), []iam.ProtectedRole{bad, good})
		if err != nil || outcomes[1] != nil {
			t.Errorf("%s: err %v, the good role's %v", name, err, outcomes)
		}
		refused(t, outcomes[0], tt.kind, tt.text)
	}
}

func TestDeleteProtectedRoles(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	createRole(t, s, "Deploy")
	put(t, s, wanted(account))
	outcomes, err := s.DeleteProtectedRoles(ctx, []iam.RoleRef{{Account: account, Name: reserved}, {Account: other, Name: reserved}, {Account: account, Name: "Deploy"}})
	must(t, err)
	must(t, outcomes[0])
	must(t, outcomes[1])
	refused(t, outcomes[2], fault.Conflict, "not protected")
	_, err = s.Role(ctx, account, reserved)
	refused(t, err, fault.NotFound, reserved)
	put(t, s, wanted(account)) // nothing of the old one is in the way
	if got := attached(t, s, account); len(got) != 2 {
		t.Errorf("attached %v", got)
	}
}

func TestServiceLinkedRole(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	role, err := s.CreateServiceLinkedRole(ctx, account, iam.SSOPrincipal, "", "")
	must(t, err)
	if role.ARN != "arn:aws:iam::111122223333:role/aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO" {
		t.Errorf("ARN = %s", role.ARN)
	}
	_, err = s.CreateServiceLinkedRole(ctx, account, iam.SSOPrincipal, "", "")
	refused(t, err, fault.Invalid, "Service role name AWSServiceRoleForSSO has been taken in this account")
	again, err := s.EnsureServiceLinkedRole(ctx, account, iam.SSOPrincipal, "")
	if err != nil || again.ID != role.ID {
		t.Errorf("EnsureServiceLinkedRole() = %+v, %v", again, err)
	}
	refused(t, s.DeleteRole(ctx, account, role.Name), fault.Denied, "Cannot perform the operation on the protected role 'AWSServiceRoleForSSO' - this role is only modifiable by AWS")
	// What people may do with it is describe it.
	must(t, s.Tag(ctx, role.Ref(), []iam.Tag{{Key: "team", Value: "sso"}}))
	if role, err = s.UpdateRole(ctx, account, role.Name, iam.RoleChange{Description: new("Signs people in.")}); err != nil || role.Description != "Signs people in." {
		t.Errorf("UpdateRole() = %+v, %v", role, err)
	}
	_, err = s.UpdateRole(ctx, account, role.Name, iam.RoleChange{Description: new("Mine."), MaxSession: new(time.Hour)})
	refused(t, err, fault.Denied, "only modifiable by AWS")
	task, err := s.DeleteServiceLinkedRole(ctx, account, role.Name)
	must(t, err)
	if failed, err := s.DeletionFailed(ctx, account, task.String()); !failed || err != nil {
		t.Errorf("deleting a role in use: failed %t, %v", failed, err)
	}
	_, err = s.CreateServiceLinkedRole(ctx, account, "nobody.amazonaws.com", "", "")
	refused(t, err, fault.Invalid, "nobody")
}

func BenchmarkPutProtectedRoles(b *testing.B) {
	const accounts = 1000
	roles := make([]iam.ProtectedRole, accounts)
	for i := range roles {
		roles[i] = wanted(arn.AccountID(fmt.Sprintf("%012d", i)))
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := open(b)
			b.StartTimer()
			put(b, s, roles...)
			b.StopTimer()
		}
	})
	b.Run("changed", func(b *testing.B) {
		s := open(b)
		n := 0
		for b.Loop() {
			n++
			for i := range roles {
				roles[i].Description = fmt.Sprint(n)
			}
			put(b, s, roles...)
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		s := open(b)
		put(b, s, roles...)
		for b.Loop() {
			put(b, s, roles...)
		}
	})
}
