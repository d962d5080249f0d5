package foyer

import (
	"io"
	"slices"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/company"
	"foyer/internal/federation"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
)

func TestASeededCompanyIsTheSameEachTimeAndWorks(t *testing.T) {
	outside := Outside{Now: time.Now, Stdout: io.Discard, Stderr: io.Discard}
	var first, second Ready
	config := Config{Data: t.TempDir(), Listen: "127.0.0.1:0", LogLevel: "error"}
	for _, c := range []struct {
		ready  *Ready
		config Config
	}{{&first, Config{Data: t.TempDir()}}, {&second, config}} {
		var err error
		if *c.ready, err = Seed(t.Context(), c.config, "small", outside, func(string, int, int) {}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(first.Accounts, second.Accounts) || first.InstanceARN != second.InstanceARN || len(first.Accounts) != company.Small.Accounts+1 {
		t.Errorf("two companies differ: %d accounts and %d", len(first.Accounts), len(second.Accounts))
	}
	if first.RootSecretAccessKey == second.RootSecretAccessKey || first.Users[0].Password == second.Users[0].Password {
		t.Error("two companies share a secret")
	}
	if _, err := Seed(t.Context(), config, "small", outside, func(string, int, int) {}); err == nil {
		t.Error("a store that was seeded is seeded again")
	}
	s, err := New(t.Context(), config, outside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r, ctx := s.rooms, t.Context()
	u, found, err := r.userByName(ctx, company.Small.User(3).UserName)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	who := federation.Person{UserID: u.ID, UserName: u.UserName}
	accounts, _, err := r.federation.Accounts(ctx, u.ID, paging.Page{Limit: 100})
	if err != nil || len(accounts) == 0 {
		t.Fatalf("accounts = %v, %v", accounts, err)
	}
	roles, _, err := r.federation.Roles(ctx, u.ID, accounts[0].ID, paging.Page{Limit: 100})
	if err != nil || len(roles) == 0 {
		t.Fatalf("roles = %v, %v", roles, err)
	}
	if _, err := r.federation.Credentials(ctx, who, accounts[0].ID, roles[0].Name); err != nil {
		t.Errorf("credentials: %v", err)
	}
	outdated, _, err := r.provisioning.SetsIn(ctx, arn.AccountID(company.Small.AccountID(0)), provisioning.Outdated, paging.Page{Limit: 100})
	if err != nil || len(outdated) != 0 {
		t.Errorf("outdated from the start: %v, %v", outdated, err)
	}
	compared, after, left := 0, "", len(first.Accounts)
	for left > 0 {
		c, err := r.provisioning.Compare(ctx, after)
		if err != nil || len(c.Found) != 0 || c.Left != left-c.Compared {
			t.Fatalf("drift after %d of %d accounts: %+v, %v", compared, len(first.Accounts), c, err)
		}
		compared, after, left = compared+c.Compared, c.Next, c.Left
	}
	if compared != len(first.Accounts) || after != "" {
		t.Errorf("%d accounts were compared and %q is next; there are %d", compared, after, len(first.Accounts))
	}
}
