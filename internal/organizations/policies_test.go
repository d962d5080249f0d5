package organizations_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/internal/organizations"
)

func TestPoliciesOfAnOrganization(t *testing.T) {
	h := open(t)
	id := h.scp(t, "NoS3")
	_, err := h.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.ServiceControl, Name: "NoS3", Content: denyS3}, nil)
	broke(t, err, organizations.DuplicatePolicy, "")
	_, err = h.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.ServiceControl, Name: "Bad", Content: `{"Statement":1}`}, nil)
	broke(t, err, organizations.MalformedPolicy, "")
	_, err = h.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.ServiceControl, Name: "Big", Content: denyS3 + strings.Repeat(" ", 5120)}, nil)
	broke(t, err, organizations.ConstraintViolation, organizations.PolicyTooLarge)

	p, err := h.UpdatePolicy(t.Context(), id, organizations.PolicyChange{Description: new("None of it")})
	if err != nil || p.Description != "None of it" || p.Name != "NoS3" || p.Content != denyS3 {
		t.Errorf("updated = %+v, %v", p, err)
	}
	_, err = h.UpdatePolicy(t.Context(), id, organizations.PolicyChange{Name: new("FullAWSAccess")})
	broke(t, err, organizations.DuplicatePolicy, "")
	_, err = h.UpdatePolicy(t.Context(), organizations.FullAWSAccess, organizations.PolicyChange{Name: new("x")})
	broke(t, err, organizations.InvalidInput, organizations.ImmutablePolicy)
	broke(t, h.DeletePolicy(t.Context(), organizations.FullAWSAccess), organizations.InvalidInput, organizations.ImmutablePolicy)

	if got, _, err := h.Policies(t.Context(), organizations.ServiceControl, all); err != nil || len(got) != 2 {
		t.Errorf("policies = %+v, %v", got, err)
	}
	if got, _, err := h.Policies(t.Context(), "TAG_POLICY", all); err != nil || len(got) != 0 {
		t.Errorf("tag policies = %+v, %v", got, err)
	}
	mustDo(t, h.AttachPolicy(t.Context(), id, h.org.Root))
	broke(t, h.DeletePolicy(t.Context(), id), organizations.PolicyInUse, "")
	mustDo(t, h.DetachPolicy(t.Context(), id, h.org.Root))
	mustDo(t, h.DeletePolicy(t.Context(), id))
	_, err = h.Policy(t.Context(), id)
	broke(t, err, organizations.PolicyNotFound, "")
}

func TestOneToFivePoliciesOnEachTarget(t *testing.T) {
	h := open(t)
	account := string(h.member(t, "prod"))
	broke(t, h.DetachPolicy(t.Context(), organizations.FullAWSAccess, account), organizations.ConstraintViolation, organizations.LastAttached)
	attached, _, err := h.PoliciesForTarget(t.Context(), account, organizations.ServiceControl, all)
	if err != nil || len(attached) != 1 || attached[0].ID != organizations.FullAWSAccess || !attached[0].AWSManaged {
		t.Fatalf("a new account has %+v, %v", attached, err)
	}
	var last string
	for i := range 4 {
		last = h.scp(t, fmt.Sprint("p", i))
		mustDo(t, h.AttachPolicy(t.Context(), last, account))
	}
	broke(t, h.AttachPolicy(t.Context(), last, account), organizations.DuplicateAttachment, "")
	sixth := h.scp(t, "sixth")
	broke(t, h.AttachPolicy(t.Context(), sixth, account), organizations.ConstraintViolation, organizations.TooManyAttached)
	broke(t, h.DetachPolicy(t.Context(), sixth, account), organizations.PolicyNotAttached, "")
	broke(t, h.AttachPolicy(t.Context(), sixth, "000000000000"), organizations.TargetNotFound, "")
	broke(t, h.AttachPolicy(t.Context(), "p-none0000", account), organizations.PolicyNotFound, "")
	mustDo(t, h.DetachPolicy(t.Context(), organizations.FullAWSAccess, account))

	targets, _, err := h.TargetsForPolicy(t.Context(), organizations.FullAWSAccess, all)
	if err != nil || len(targets) != 2 {
		t.Fatalf("targets = %+v, %v", targets, err)
	}
	names := map[string]string{}
	for _, target := range targets {
		names[target.ID] = target.Name
	}
	if names[h.org.Root] != "Root" || names[string(management)] != "Management" {
		t.Errorf("targets = %+v", targets)
	}
}

func TestPolicyTypes(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	id := h.scp(t, "NoS3")
	mustDo(t, h.AttachPolicy(t.Context(), id, string(account)))
	_, err := h.EnablePolicyType(t.Context(), h.org.Root, organizations.ServiceControl)
	broke(t, err, organizations.PolicyTypeEnabled, "")
	_, err = h.EnablePolicyType(t.Context(), h.org.Root, "WEATHER_POLICY")
	broke(t, err, organizations.PolicyTypeUnavailable, "")
	_, err = h.EnablePolicyType(t.Context(), "r-none", organizations.ServiceControl)
	broke(t, err, organizations.RootNotFound, "")

	if org, err := h.DisablePolicyType(t.Context(), h.org.Root, organizations.ServiceControl); err != nil || org.Has(organizations.ServiceControl) {
		t.Fatalf("disabled: %+v, %v", org, err)
	}
	broke(t, h.AttachPolicy(t.Context(), id, string(account)), organizations.PolicyTypeNotEnabled, "")
	if c, err := h.ControlPolicies(t.Context(), account); err != nil || !c.Exempt || c.Levels != nil {
		t.Errorf("while disabled: %+v, %v", c, err)
	}
	unit := h.unit(t, h.org.Root, "made meanwhile")
	if org, err := h.EnablePolicyType(t.Context(), h.org.Root, organizations.ServiceControl); err != nil || !org.Has(organizations.ServiceControl) {
		t.Fatalf("enabled: %+v, %v", org, err)
	}
	for _, target := range []string{h.org.Root, unit.ID, string(account), string(management)} {
		got, _, err := h.PoliciesForTarget(t.Context(), target, organizations.ServiceControl, all)
		if err != nil || len(got) != 1 || got[0].ID != organizations.FullAWSAccess {
			t.Errorf("enabled again, %s has %+v, %v", target, got, err)
		}
	}
}

func TestResourceControlPoliciesFollowThePath(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	if c, err := h.ResourceControlPolicies(t.Context(), account); err != nil || !c.Exempt || c.Levels != nil || c.OrgID != h.org.ID {
		t.Errorf("before they are enabled: %+v, %v", c, err)
	}
	_, err := h.EnablePolicyType(t.Context(), h.org.Root, organizations.ResourceControl)
	mustDo(t, err)
	ou := h.unit(t, h.org.Root, "Workloads") // made after, and so given the policy
	mustDo(t, h.MoveAccount(t.Context(), account, h.org.Root, ou.ID))
	p, err := h.CreatePolicy(t.Context(), organizations.Policy{
		Type: organizations.ResourceControl, Name: "NoAssume",
		Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}`,
	}, nil)
	mustDo(t, err)
	mustDo(t, h.AttachPolicy(t.Context(), p.ID, ou.ID))

	c, err := h.ResourceControlPolicies(t.Context(), account)
	mustDo(t, err)
	var names []string
	for _, level := range c.Levels {
		for _, d := range level {
			names = append(names, d.Name)
		}
	}
	if c.Exempt || len(c.Levels) != 3 || fmt.Sprint(names) != "[RCPFullAWSAccess RCPFullAWSAccess NoAssume RCPFullAWSAccess]" &&
		fmt.Sprint(names) != "[RCPFullAWSAccess NoAssume RCPFullAWSAccess RCPFullAWSAccess]" {
		t.Errorf("control = %+v of %v", c, names)
	}
	if c.Levels[0][0].ARN != "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess" {
		t.Errorf("AWS's policy is %s", c.Levels[0][0].ARN)
	}
	if c, err := h.ControlPolicies(t.Context(), account); err != nil || len(c.Levels[1]) != 1 {
		t.Errorf("service control policies = %+v, %v", c, err)
	}
	if c, err := h.ResourceControlPolicies(t.Context(), management); err != nil || !c.Exempt || c.Levels != nil {
		t.Errorf("of the management account: %+v, %v", c, err)
	}
	broke(t, h.DetachPolicy(t.Context(), organizations.RCPFullAWSAccess, ou.ID), organizations.InvalidInput, organizations.NonDetachable)
}

func TestABillingOrganizationHasNoPolicies(t *testing.T) {
	h := open(t)
	mustDo(t, h.CreateStandalone(t.Context(), "444455556666", "Other", "other@example.net"))
	org, err := h.CreateOrganization(t.Context(), organizations.NewOrganization{Management: "444455556666", Features: organizations.ConsolidatedBilling})
	mustDo(t, err)
	_, err = h.As("444455556666").EnablePolicyType(t.Context(), org.Root, organizations.ServiceControl)
	broke(t, err, organizations.ConstraintViolation, organizations.NotAllFeatures)
	_, err = h.As("444455556666").Account(t.Context(), management)
	broke(t, err, organizations.AccountNotFound, "")
}

func TestControlPoliciesFollowThePath(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	upper := h.unit(t, h.org.Root, "Upper")
	ou := h.unit(t, upper.ID, "Lower")
	mustDo(t, h.MoveAccount(t.Context(), account, h.org.Root, ou.ID))
	mustDo(t, h.AttachPolicy(t.Context(), h.scp(t, "NoS3"), upper.ID))

	c, err := h.ControlPolicies(t.Context(), account)
	mustDo(t, err)
	if c.OrgID != h.org.ID || c.Management != management || c.Exempt || c.Path != ou.Path {
		t.Errorf("control = %+v", c)
	}
	var counts []int
	for _, level := range c.Levels {
		counts = append(counts, len(level))
	}
	if fmt.Sprint(counts) != "[1 2 1 1]" {
		t.Fatalf("policies per level = %v, want root 1, Upper 2, Lower 1, account 1", counts)
	}
	for _, d := range c.Levels[1] {
		if d.Document == "" || !strings.HasPrefix(d.ARN, "arn:aws:organizations::") || d.Name == "" {
			t.Errorf("document = %+v", d)
		}
	}
	if c, err := h.ControlPolicies(t.Context(), management); err != nil || !c.Exempt || c.OrgID != h.org.ID || c.Levels != nil {
		t.Errorf("of the management account: %+v, %v", c, err)
	}
	mustDo(t, h.CreateStandalone(t.Context(), "999988887777", "alone", "alone@example.net"))
	if c, err := h.ControlPolicies(t.Context(), "999988887777"); err != nil || c.OrgID != "" || !c.Exempt {
		t.Errorf("of a standalone account: %+v, %v", c, err)
	}
	_, err = h.ControlPolicies(t.Context(), "000000000000")
	broke(t, err, organizations.AccountNotFound, "")
}
