package embeddedaccounts_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/embeddedaccounts"
	"foyer/internal/embeddedaccounts/accountstest"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/sts"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.Stop()
	os.Exit(code)
}

func TestConformance(t *testing.T) {
	storetest.Each(t, time.Now, func(t *testing.T, db *sqlstore.DB) {
		accounts := 0 // every plane is on the same store, with accounts of its own
		accountstest.Run(t, func(t *testing.T) accountstest.Plane {
			accounts += 2
			return plane(t, db, accounts)
		})
	})
}

func plane(t *testing.T, db *sqlstore.DB, n int) accountstest.Plane {
	t.Helper()
	m := mint.Mint{Source: rand.Reader}
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	people := &iam.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) iam.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) iam.Tx { return tx }), Mint: m, Ring: ring,
	}
	org := &organizations.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }), Mint: m,
		PutRoles: func(context.Context, []organizations.AccountRole) error { return nil },
	}
	p := accountstest.Plane{
		Accounts: &embeddedaccounts.Accounts{
			Unit: db.Unit, IAM: people, Organizations: org, Now: time.Now, Region: "us-east-1",
			STS: &sts.Service{Minter: sts.Minter{Ring: ring, Mint: m, Now: time.Now}, IAM: people},
		},
		Now: time.Now, One: account(n), Two: account(n + 1), Nobody: "999999999999",
		PutPolicy: func(t *testing.T, account arn.AccountID, path, name string) {
			t.Helper()
			if _, err := people.CreatePolicy(t.Context(), iam.NewPolicy{
				Account: account, Path: path, Name: name, Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
			}); err != nil {
				t.Fatal(err)
			}
		},
		Role: func(t *testing.T, account arn.AccountID, name string) (accountstest.Role, bool) {
			return read(t, people, account, name)
		},
		Spoil: func(t *testing.T, account arn.AccountID, name string) {
			t.Helper()
			if err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
				role, _, err := tx.IAMRole(t.Context(), account, name)
				if err != nil {
					return err
				}
				role.BoundaryARN = ""
				return tx.UpdateIAMEntity(t.Context(), role.Entity)
			}); err != nil {
				t.Fatal(err)
			}
		},
	}
	for _, id := range []arn.AccountID{p.One, p.Two} {
		if err := org.CreateStandalone(t.Context(), id, "Account "+string(id), string(id)+"@example.net"); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func account(n int) arn.AccountID {
	digits := []byte("111122220000")
	digits[10], digits[11] = byte('0'+n/10), byte('0'+n%10)
	return arn.AccountID(digits)
}

func read(t *testing.T, people *iam.Service, account arn.AccountID, name string) (accountstest.Role, bool) {
	t.Helper()
	role, err := people.Role(t.Context(), account, name)
	if fault.Of(err) == fault.NotFound {
		return accountstest.Role{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	out := accountstest.Role{
		ARN: role.ARN, Path: role.Path, Description: role.Description, TrustPolicy: role.TrustPolicy, MaxSession: role.MaxSession, Boundary: role.BoundaryARN,
	}
	ref := iam.Ref{Account: account, Kind: iam.RoleKind, Name: name}
	attached, _, err := people.AttachedPolicies(t.Context(), ref, "", paging.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range attached {
		out.Attached = append(out.Attached, a.ARN)
	}
	out.Inline, err = people.InlinePolicy(t.Context(), ref, "AwsSSOInlinePolicy")
	if err != nil && fault.Of(err) != fault.NotFound {
		t.Fatal(err)
	}
	return out, true
}
