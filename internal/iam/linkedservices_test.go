package iam

import (
	"testing"

	"foyer/internal/arn"
	"foyer/internal/awsmanaged"
)

func TestEveryLinkedServiceHasItsPolicy(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range linkedServices {
		if _, found := awsmanaged.Find(arn.IAM(awsOwner, servicePolicies+l.policy)); !found {
			t.Errorf("%s: there is no policy %s", l.principal(), l.policy)
		}
		if seen[l.principal()] {
			t.Errorf("%s is there twice", l.principal())
		}
		seen[l.principal()] = true
	}
}

func TestOnlySomeServicesTakeASuffix(t *testing.T) {
	for principal, want := range map[string]string{
		"autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling_blue",
		"ecs.amazonaws.com":         "",
	} {
		linked, err := linkedServiceOf(principal)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := linked.roleName("blue"); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", principal, got, err, want)
		}
	}
}
