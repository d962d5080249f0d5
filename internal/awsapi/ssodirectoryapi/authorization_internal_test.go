package ssodirectoryapi

import (
	"strings"
	"testing"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/wire"
)

// Each operation demands an action that the Service Authorization Reference has,
// which is about no resource there, and has no condition keys.
func TestDemandsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	s := &Service{Owner: func() arn.AccountID { return "111122223333" }}
	contract := s.API()
	for operation, authorize := range contract.Authorize {
		demands, err := authorize(t.Context(), &wire.Call{Caller: caller.Caller{Account: "111122223333"}}, contract.Operations[operation].New())
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		for _, d := range demands {
			prefix, name, _ := strings.Cut(d.Action, ":")
			service, ok := actioncatalogue.Find(prefix)
			if !ok {
				t.Errorf("%s demands %s, whose service the reference does not have", operation, d.Action)
				continue
			}
			action, ok := service.Action(name)
			if !ok || len(action.Resources) > 0 || len(action.Keys) > 0 || d.Resource != "*" {
				t.Errorf("%s demands %s on %s; the reference has %+v", operation, d.Action, d.Resource, action)
			}
		}
	}
}
