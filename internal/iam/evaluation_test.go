package iam_test

import (
	"slices"
	"testing"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/paging"
)

func TestPrincipalPoliciesHoldThoseOfGroups(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	user := createUser(t, s, "ann").Ref()
	_, err := s.CreateGroup(ctx, account, "devs", "")
	must(t, err)
	must(t, s.AddToGroup(ctx, account, "devs", "ann"))
	group := iam.Ref{Account: account, Kind: iam.GroupKind, Name: "devs"}
	own := createPolicy(t, s, account, "/", "own")
	must(t, s.AttachPolicy(ctx, user, own.ARN))
	must(t, s.AttachPolicy(ctx, group, admin))
	must(t, s.PutInlinePolicy(ctx, user, "mine", allow))
	must(t, s.PutInlinePolicy(ctx, group, "ours", allow))
	must(t, s.SetBoundary(ctx, user, own.ARN))

	held, err := s.PrincipalPolicies(ctx, account, caller.User, "ann")
	must(t, err)
	var names []string
	for _, d := range held.Documents {
		if d.Document == "" {
			t.Errorf("%s has no document", d.Name)
		}
		names = append(names, d.Name)
	}
	slices.Sort(names)
	if want := []string{"AdministratorAccess", "mine", "ours", "own"}; !slices.Equal(names, want) {
		t.Errorf("held policies %v, want %v", names, want)
	}
	if held.Boundary == nil || held.Boundary.ARN != own.ARN || held.Boundary.Document != allow {
		t.Errorf("boundary = %+v", held.Boundary)
	}
	denyAll := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	_, err = s.CreateVersion(ctx, account, own.ARN, denyAll, true)
	must(t, err)
	held, err = s.PrincipalPolicies(ctx, account, caller.User, "ann")
	must(t, err)
	if held.Boundary.Document != denyAll {
		t.Error("the boundary is not the version in force")
	}

	root, err := s.PrincipalPolicies(ctx, account, caller.Root, "")
	if err != nil || len(root.Documents) != 0 {
		t.Errorf("root holds %v, %v", root, err)
	}
	_, err = s.PrincipalPolicies(ctx, account, caller.AssumedRole, "gone")
	refused(t, err, fault.NotFound, "gone")
}

func TestListingsPage(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	for _, name := range []string{"b", "A", "c", "D"} {
		createRole(t, s, name)
	}
	var got []string
	page := paging.Page{Limit: 3}
	for {
		roles, next, err := s.Roles(ctx, account, "/", page)
		must(t, err)
		for _, r := range roles {
			got = append(got, r.Name)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if want := []string{"A", "b", "c", "D"}; !slices.Equal(got, want) {
		t.Errorf("roles %v, want %v", got, want)
	}
}

func TestPoliciesListing(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	createPolicy(t, s, account, "/", "idle")
	used := createPolicy(t, s, account, "/team/", "used")
	bound := createPolicy(t, s, account, "/", "bound")
	role := createRole(t, s, "Deploy").Ref()
	must(t, s.AttachPolicy(ctx, role, used.ARN))
	must(t, s.AttachPolicy(ctx, role, readOnly))
	must(t, s.SetBoundary(ctx, role, bound.ARN))
	for name, tt := range map[string]struct {
		q    iam.PoliciesQuery
		want []string
	}{
		"the account's own":    {iam.PoliciesQuery{Scope: "Local"}, []string{"bound", "idle", "used"}},
		"below a path":         {iam.PoliciesQuery{Scope: "Local", PathPrefix: "/team/"}, []string{"used"}},
		"those that are used":  {iam.PoliciesQuery{OnlyAttached: true}, []string{"bound", "used", "ReadOnlyAccess"}},
		"AWS's that are used":  {iam.PoliciesQuery{Scope: "AWS", OnlyAttached: true}, []string{"ReadOnlyAccess"}},
		"those that are bound": {iam.PoliciesQuery{Usage: iam.AsBoundary}, []string{"bound"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, limit := range []int{1, 2, 100} {
				var got []string
				for page := (paging.Page{Limit: limit}); ; {
					all, next, err := s.Policies(ctx, account, tt.q, page)
					must(t, err)
					for _, p := range all {
						got = append(got, p.Name)
					}
					if page.After = next; next == "" {
						break
					}
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("%d a page: %v, want %v", limit, got, tt.want)
				}
			}
		})
	}
	for usage, want := range map[iam.Usage]int{iam.AnyUsage: 1, iam.AsPermissions: 1, iam.AsBoundary: 0} {
		all, _, err := s.EntitiesForPolicy(ctx, account, iam.EntitiesQuery{PolicyARN: used.ARN, Usage: usage}, whole)
		must(t, err)
		if len(all) != want {
			t.Errorf("entities for usage %q: %v, want %d", usage, all, want)
		}
	}
}
