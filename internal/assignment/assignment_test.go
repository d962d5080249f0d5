package assignment_test

import (
	"testing"

	"foyer/internal/assignment"
)

func TestAnAssignmentSurvivesItsKey(t *testing.T) {
	a := assignment.Assignment{Account: "111122223333", Set: "arn:aws:sso:::permissionSet/ssoins-1/ps-1", PrincipalType: assignment.Group, PrincipalID: "g"}
	if got := assignment.ParseKey(a.Key()); got != a {
		t.Errorf("ParseKey(%q) = %+v", a.Key(), got)
	}
	for _, text := range []string{"", "a|b|c", "a|b|c|d|e"} {
		if got := assignment.ParseKey(text); got != (assignment.Assignment{}) {
			t.Errorf("ParseKey(%q) = %+v, want none", text, got)
		}
	}
}
