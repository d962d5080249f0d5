package favourite_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/favourite"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

// each runs a test on every store; the clock goes on a second with each reading.
func each(t *testing.T, test func(t *testing.T, s *favourite.Service)) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	storetest.Each(t, func() time.Time { now = now.Add(time.Second); return now }, func(t *testing.T, db *sqlstore.DB) {
		test(t, &favourite.Service{
			InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) favourite.Tx { return tx }),
			View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) favourite.Reader { return tx }),
		})
	})
}

func account(n int) arn.AccountID { return arn.AccountID(fmt.Sprintf("%012d", n)) }

func want(t *testing.T, s *favourite.Service, userID string, accounts []arn.AccountID, roles []favourite.Role) {
	t.Helper()
	gotAccounts, gotRoles, err := s.Of(t.Context(), userID)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(gotAccounts, accounts) || !slices.Equal(gotRoles, roles) {
		t.Errorf("%s has %v and %v, want %v and %v", userID, gotAccounts, gotRoles, accounts, roles)
	}
}

func TestMarkIsIdempotentAndOwn(t *testing.T) {
	each(t, func(t *testing.T, s *favourite.Service) {
		for _, n := range []int{1, 2, 1} {
			if err := s.Mark(t.Context(), "ann", account(n), true); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Mark(t.Context(), "bob", account(3), true); err != nil {
			t.Fatal(err)
		}
		want(t, s, "ann", []arn.AccountID{account(2), account(1)}, nil)
		for range 2 {
			if err := s.Mark(t.Context(), "ann", account(2), false); err != nil {
				t.Fatal(err)
			}
		}
		want(t, s, "ann", []arn.AccountID{account(1)}, nil)
		want(t, s, "bob", []arn.AccountID{account(3)}, nil)
	})
}

func TestOnlyTheLatestAreKept(t *testing.T) {
	each(t, func(t *testing.T, s *favourite.Service) {
		var accounts []arn.AccountID
		for n := range favourite.MostAccounts + 2 {
			accounts = append(accounts, account(n))
			if err := s.Mark(t.Context(), "ann", account(n), true); err != nil {
				t.Fatal(err)
			}
		}
		var roles []favourite.Role
		for n := range favourite.MostRoles + 2 {
			roles = append(roles, favourite.Role{Account: account(n / 2), Name: fmt.Sprint("role ", n)})
		}
		roles = append(roles, roles[4]) // taken again
		for _, r := range roles {
			if err := s.Taken(t.Context(), "ann", r); err != nil {
				t.Fatal(err)
			}
		}
		slices.Reverse(accounts)
		slices.Reverse(roles)
		latest := append(slices.Clone(roles[:6]), roles[7:favourite.MostRoles+1]...) // roles[6] is the first time of roles[0]
		want(t, s, "ann", accounts[:favourite.MostAccounts], latest)

		if err := s.Taken(t.Context(), "bob", roles[0]); err != nil {
			t.Fatal(err)
		}
		if err := s.Forget(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		want(t, s, "ann", nil, nil)
		want(t, s, "bob", nil, roles[:1])
	})
}
