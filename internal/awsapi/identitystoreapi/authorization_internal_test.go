package identitystoreapi

import (
	"maps"
	"slices"
	"testing"

	"foyer/internal/actioncatalogue"
)

// Each operation demands its action on the types of resources that the Service
// Authorization Reference names for it, no more and no fewer.
func TestDemandsAreThoseOfTheReference(t *testing.T) {
	kinds := map[string]string{
		"User": "user", "AllUsers": "user", "Group": "group", "AllGroups": "group",
		"GroupMembership": "membership", "AllGroupMemberships": "membership",
	}
	service, ok := actioncatalogue.Find("identitystore")
	if !ok {
		t.Fatal("the catalogue has no identity store")
	}
	for operation, objects := range demanded {
		action, ok := service.Action(operation)
		if !ok {
			t.Errorf("the reference has no %s", operation)
			continue
		}
		want, got := map[string]bool{}, map[string]bool{}
		for _, r := range action.Resources {
			if r.Type != "Identitystore" {
				want[kinds[r.Type]] = true
			}
		}
		for _, o := range objects {
			got[o.kind] = true
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s demands %v, want %v", operation, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
}
