package organizations_test

import (
	"slices"
	"strings"
	"testing"

	"foyer/internal/fault"
	"foyer/internal/organizations"
)

func TestReach(t *testing.T) {
	t.Parallel()
	h := open(t)
	unit := h.unit(t, h.org.Root, "Workloads")
	inside, outside := h.member(t, "inside"), h.member(t, "outside")
	if err := h.MoveAccount(t.Context(), inside, h.org.Root, unit.ID); err != nil {
		t.Fatal(err)
	}
	policy := h.scp(t, "NoS3")
	if err := h.AttachPolicy(t.Context(), policy, unit.ID); err != nil {
		t.Fatal(err)
	}
	root := h.org.ID + "/" + h.org.Root
	for name, tt := range map[string]struct {
		path, policy string
		accounts     []string
		levels       []int // how many policies on each; none when nothing binds
	}{
		"the root holds every account but the one that manages": {root, "", []string{string(inside), string(outside)}, []int{1}},
		"a unit, with what is above it":                         {root + "/" + unit.ID, "", []string{string(inside)}, []int{1, 2}},
		"an account":                                            {root + "/" + unit.ID + "/" + string(inside) + "/", "", []string{string(inside)}, []int{1, 2, 1}},
		"the management account is bound by nothing":            {root + "/" + string(management), "", []string{string(management)}, nil},
		"one policy": {root, policy, []string{string(inside), string(outside)}, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reach, err := h.Reach(t.Context(), tt.path, tt.policy)
			if err != nil {
				t.Fatal(err)
			}
			var accounts []string
			for _, a := range reach.Accounts {
				accounts = append(accounts, string(a.ID))
				if !strings.HasPrefix(a.Path, strings.TrimSuffix(tt.path, "/")) || strings.HasSuffix(a.Path, "/") {
					t.Errorf("path %s", a.Path)
				}
			}
			slices.Sort(tt.accounts)
			var levels []int
			for _, l := range reach.Levels {
				levels = append(levels, len(l))
			}
			if !slices.Equal(accounts, tt.accounts) || !slices.Equal(levels, tt.levels) {
				t.Errorf("accounts %v, levels %v; want %v, %v", accounts, levels, tt.accounts, tt.levels)
			}
		})
	}
	for name, tt := range map[string]struct {
		as           organizations.Acting
		path, policy string
		kind         fault.Kind
	}{
		"a member":              {h.As(inside), root, "", fault.Denied},
		"another organization":  {h.Acting, "o-aaaaaaaaaa/" + h.org.Root, "", fault.Invalid},
		"an account elsewhere":  {h.Acting, root + "/" + string(inside), "", fault.Invalid},
		"a unit that is not":    {h.Acting, root + "/ou-none-00000000", "", fault.Invalid},
		"a policy that is none": {h.Acting, root, "p-00000000", fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := tt.as.Reach(t.Context(), tt.path, tt.policy); fault.Of(err) != tt.kind || err == nil {
				t.Errorf("%v, want kind %d", err, tt.kind)
			}
		})
	}
}
