package policycheck_test

import (
	"testing"

	"foyer/internal/awsmanaged"
	"foyer/internal/policycheck"
)

// TestManagedPolicies checks policies that AWS itself publishes, of which few
// have mistakes: those name what is gone, or was never published.
func TestManagedPolicies(t *testing.T) {
	t.Parallel()
	policies, mistakes := 0, map[string]int{}
	for i, p := range awsmanaged.All() {
		if i%10 != 0 {
			continue
		}
		policies++
		seen := map[string]bool{}
		for _, f := range policycheck.Check(p.Document(), policycheck.Identity) {
			for _, l := range f.Locations {
				if l.From.Offset > l.To.Offset || l.To.Offset > len([]rune(p.Document())) {
					t.Errorf("%s: %s stands at %+v", p.Name, f.Code, l)
				}
			}
			if f.Type == policycheck.Error && !seen[f.Code] {
				seen[f.Code] = true
				mistakes[f.Code]++
			}
		}
	}
	for code, n := range mistakes {
		if n*20 > policies {
			t.Errorf("%d of %d policies have %s", n, policies, code)
		}
	}
}

func TestAdministratorAccess(t *testing.T) {
	t.Parallel()
	p, _ := awsmanaged.Find("arn:aws:iam::aws:policy/AdministratorAccess")
	want := map[string]bool{"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE": true, "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE": true}
	findings := policycheck.Check(p.Document(), policycheck.Identity)
	for _, f := range findings {
		if !want[f.Code] {
			t.Errorf("unexpected %s: %s", f.Code, f.Details)
		}
	}
	if len(findings) != len(want) {
		t.Errorf("%d findings, want %d", len(findings), len(want))
	}
}
