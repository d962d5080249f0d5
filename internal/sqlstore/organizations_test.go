package sqlstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// The rules are organizations' own, and tested there: this is whether both
// databases understand the statements behind them.
func TestAnOrganizationsLife(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	storetest.Each(t, func() time.Time { return now }, func(t *testing.T, db *sqlstore.DB) {
		const manager, invited = arn.AccountID("111122223333"), arn.AccountID("444455556666")
		s := &organizations.Service{
			InTx:     sqlstore.Through(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
			View:     sqlstore.Viewed(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
			Mint:     mint.Mint{Source: rand.Reader},
			PutRoles: func(context.Context, []organizations.AccountRole) error { return nil },
			Limits:   organizations.Limits{Wait: time.Nanosecond},
		}
		ctx, all := t.Context(), paging.Page{Limit: 100}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.CreateStandalone(ctx, manager, "Management", "root@example.net"))
		must(s.CreateStandalone(ctx, invited, "Invited", "Invited@example.net"))
		org, err := s.CreateOrganization(ctx, organizations.NewOrganization{Management: manager, ControlEnabled: true})
		must(err)
		as := s.As(manager)

		h, err := as.Invite(ctx, organizations.Invitation{Party: "invited@example.net", Type: organizations.EmailParty, Tags: map[string]string{"a": "b"}})
		must(err)
		if h.Account != invited {
			t.Errorf("invited %q", h.Account)
		}
		for _, f := range []organizations.HandshakeFilter{{}, {Action: organizations.InviteAction}} {
			if got, _, err := s.As(invited).HandshakesForAccount(ctx, f, all); err != nil || len(got) != 1 || got[0].Tags["a"] != "b" || got[0].ARN != h.ARN {
				t.Errorf("filter %+v: %+v, %v", f, got, err)
			}
		}
		_, err = s.As(invited).Accept(ctx, h.ID)
		must(err)
		if got, _, err := as.HandshakesForOrganization(ctx, organizations.HandshakeFilter{Parent: h.ID}, all); err != nil || len(got) != 0 {
			t.Errorf("children: %+v, %v", got, err)
		}

		root, err := as.EnablePolicyType(ctx, org.Root, organizations.TagPolicy)
		must(err)
		if !slices.Equal(root.Enabled, []organizations.PolicyType{organizations.ServiceControl, organizations.TagPolicy}) {
			t.Errorf("enabled: %v", root.Enabled)
		}
		for i := range 3 {
			p, err := as.CreatePolicy(ctx, organizations.Policy{
				Type: organizations.TagPolicy, Name: fmt.Sprint("p", i), Content: fmt.Sprintf(`{"tags":{"k%d":{"tag_key":{"@@assign":"K%d"}}}}`, i, i),
			}, nil)
			must(err)
			must(as.AttachPolicy(ctx, p.ID, org.Root))
		}
		if n, _, err := as.Policies(ctx, organizations.TagPolicy, all); err != nil || len(n) != 3 {
			t.Errorf("policies: %+v, %v", n, err)
		}
		if p, err := as.EffectivePolicy(ctx, organizations.TagPolicy, string(invited)); err != nil || !p.Updated.Equal(now) {
			t.Errorf("effective: %+v, %v", p, err)
		}
		_, err = as.DisablePolicyType(ctx, org.Root, organizations.TagPolicy)
		must(err)
		if n, _, err := as.PoliciesForTarget(ctx, org.Root, organizations.ServiceControl, all); err != nil || len(n) != 1 {
			t.Errorf("service control policies of the root: %+v, %v", n, err)
		}
		const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"organizations:List*","Resource":"*"}]}`
		for range 2 {
			_, err = as.PutResourcePolicy(ctx, document, nil)
			must(err)
		}
		if p, err := as.ResourcePolicy(ctx); err != nil || p.Content != document {
			t.Errorf("resource policy: %+v, %v", p, err)
		}

		made, err := s.CreateAccounts(ctx, manager, []organizations.NewAccount{{Name: "made", Email: "made@example.net"}})
		must(err)
		must(as.CloseAccount(ctx, made[0].Account))
		now = now.Add(91 * 24 * time.Hour)
		if n, err := s.Purge(ctx, 10); err != nil || n != 1 {
			t.Errorf("purged %d, %v", n, err)
		}
		must(as.RemoveAccount(ctx, invited))
		must(as.DeleteOrganization(ctx))
		if accounts, _, err := s.Accounts(ctx, all); err != nil || len(accounts) != 3 {
			t.Errorf("accounts: %+v, %v", accounts, err)
		}
		now = now.Add(-91 * 24 * time.Hour)
	})
}
