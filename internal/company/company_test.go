package company_test

import (
	"testing"

	"foyer/internal/arn"
	"foyer/internal/company"
)

// sizes are those whose every row a test can look at in no time.
var sizes = []company.Size{company.Small, company.Medium}

func TestNothingIsThereTwice(t *testing.T) {
	for _, s := range sizes {
		once := func(kind string, n int, key func(int) any) {
			t.Helper()
			seen := map[any]int{}
			for i := range n {
				k := key(i)
				if first, twice := seen[k]; twice {
					t.Fatalf("%s: %s %d and %d are both %v", s.Name, kind, first, i, k)
				}
				seen[k] = i
			}
		}
		once("user", s.Users, func(n int) any { return s.User(n).UserName })
		once("group", s.Groups, func(n int) any { name, _ := s.Group(n); return name })
		once("account", s.Accounts, func(n int) any { return s.AccountID(n) })
		once("account name", s.Accounts, func(n int) any { name, _, _ := s.Account(n); return name })
		once("set", s.Sets, func(n int) any { return s.Set(n).Name })
		once("assignment", s.Assignments, func(n int) any { return s.Assignment(n) })
		for n := range s.Users {
			seen := map[int]bool{}
			for _, g := range s.GroupsOf(n) {
				if seen[g] || g < 0 || g >= s.Groups {
					t.Fatalf("%s: user %d is in group %d twice, or there is none", s.Name, n, g)
				}
				seen[g] = true
			}
			if len(seen)*s.Users != s.Memberships || !seen[0] {
				t.Fatalf("%s: user %d is in %d groups", s.Name, n, len(seen))
			}
		}
	}
}

func TestEverythingIsThere(t *testing.T) {
	for _, s := range sizes {
		groups, sets, accounts := map[int]bool{}, map[int]bool{}, map[int]bool{}
		for n := range s.Assignments {
			a := s.Assignment(n)
			if a.Account < 0 || a.Account >= s.Accounts || a.Set < 0 || a.Set >= s.Sets {
				t.Fatalf("%s: assignment %d is %+v", s.Name, n, a)
			}
			sets[a.Set], accounts[a.Account] = true, true
			if !a.User {
				groups[a.Principal] = true
			}
		}
		if len(groups) != s.Groups || len(sets) != s.Sets || len(accounts) < s.Accounts*9/10 {
			t.Errorf("%s: %d groups, %d sets and %d accounts are assigned", s.Name, len(groups), len(sets), len(accounts))
		}
		if id := arn.AccountID(s.AccountID(s.Accounts - 1)); !id.Valid() {
			t.Errorf("%s: account id %q", s.Name, id)
		}
	}
}

func TestASizeIsFoundByItsName(t *testing.T) {
	for _, s := range company.Sizes() {
		if got, err := company.Named(s.Name); err != nil || got != s {
			t.Errorf("Named(%q) = %+v, %v", s.Name, got, err)
		}
	}
	if _, err := company.Named("vast"); err == nil {
		t.Error("there is a vast company")
	}
}
