package access_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"foyer/internal/access"
	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/sts"
	"foyer/internal/wire"
)

const management = arn.AccountID("111122223333")

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// house is an organization of a management account and a member in a unit,
// behind a gate whose reads are remembered.
type house struct {
	db     *sqlstore.DB
	iam    *iam.Service
	org    organizations.Acting // as the management account
	root   string
	unit   string
	member arn.AccountID
	gate   *access.Gate
	ident  *access.Identifier
	minter *sts.Minter
	reads  int // of rights, from the store
}

func open(t testing.TB) *house {
	t.Helper()
	clock := func() time.Time { return now }
	h := &house{db: storetest.Memory(t, clock)}
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	must(t, err)
	ids := mint.Mint{Source: rand.Reader}
	h.iam = &iam.Service{
		InTx: sqlstore.Through(h.db, func(tx *sqlstore.Tx) iam.Tx { return tx }),
		View: sqlstore.Viewed(h.db, func(tx *sqlstore.Tx) iam.Tx { return tx }),
		Mint: ids, Ring: ring,
	}
	orgs := &organizations.Service{
		InTx: sqlstore.Through(h.db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		View: sqlstore.Viewed(h.db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		Mint: ids, PutRoles: func(context.Context, []organizations.AccountRole) error { return nil },
	}
	facts := &access.Facts{IAM: h.iam, Organizations: orgs}
	h.gate = &access.Gate{
		Rights: sqlstore.Remember(h.db, func(ctx context.Context, p access.Principal) (*access.Rights, error) {
			h.reads++
			return facts.Rights(ctx, p)
		}),
		Place: sqlstore.Remember(h.db, facts.Place), Policy: sqlstore.Remember(h.db, facts.Policy),
		Messages: &access.Messages{Ring: ring},
	}
	h.minter = &sts.Minter{Ring: ring, Mint: ids, Now: clock}
	h.ident = &access.Identifier{Keys: sqlstore.Remember(h.db, facts.KeyOwner), Sessions: h.minter}

	must(t, orgs.CreateStandalone(t.Context(), management, "Management", "root@example.net"))
	org, err := orgs.CreateOrganization(t.Context(), organizations.NewOrganization{Management: management, ControlEnabled: true})
	must(t, err)
	h.org, h.root = orgs.As(management), org.Root
	made, err := orgs.CreateAccounts(t.Context(), management, []organizations.NewAccount{{Name: "prod", Email: "prod@example.net"}})
	must(t, err)
	h.member = made[0].Account
	unit, err := h.org.CreateUnit(t.Context(), h.root, "Prod", nil)
	must(t, err)
	h.unit = unit.ID
	must(t, h.org.MoveAccount(t.Context(), h.member, h.root, h.unit))
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// statement is a policy document of one statement on every resource.
func statement(effect, actions string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"Only","Effect":%q,"Action":%q,"Resource":"*"}]}`, effect, actions)
}

// user makes a user with inline policies and a key, and returns it as a caller.
func (h *house) user(t testing.TB, account arn.AccountID, name string, documents ...string) caller.Caller {
	t.Helper()
	u, err := h.iam.CreateUser(t.Context(), iam.NewUser{Account: account, Name: name, Path: "/people/", Tags: []iam.Tag{{Key: "Team", Value: "red"}}})
	must(t, err)
	h.inline(t, u.Ref(), documents...)
	return caller.Caller{Kind: caller.User, Account: account, ARN: u.ARN, ID: u.ID, Name: name}
}

func (h *house) inline(t testing.TB, ref iam.Ref, documents ...string) {
	t.Helper()
	for i, d := range documents {
		must(t, h.iam.PutInlinePolicy(t.Context(), ref, fmt.Sprint("p", i), d))
	}
}

const trustAccounts = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`

func (h *house) role(t testing.TB, account arn.AccountID, name string, documents ...string) iam.Role {
	t.Helper()
	r, err := h.iam.CreateRole(t.Context(), iam.NewRole{
		Account: account, Name: name, Path: "/ops/", TrustPolicy: trustAccounts, Tags: []iam.Tag{{Key: "Team", Value: "red"}, {Key: "env", Value: "prod"}},
	})
	must(t, err)
	h.inline(t, r.Ref(), documents...)
	return r
}

// session is a caller with a session of r, changed by change if there is one.
func session(r iam.Role, change func(*caller.Session)) caller.Caller {
	s := &caller.Session{
		AccessKeyID: "ASIAEXAMPLEEXAMPLE12", Account: r.Account, RoleARN: r.ARN, RoleID: r.ID, Name: "release", Issued: now.Add(-time.Minute),
	}
	if change != nil {
		change(s)
	}
	return sts.Caller(s)
}

func root(account arn.AccountID) caller.Caller {
	return caller.Caller{Kind: caller.Root, Account: account, ARN: arn.IAM(account, "root"), ID: string(account)}
}

func by(c caller.Caller) *wire.Call {
	return &wire.Call{Caller: c, Time: now, Region: "eu-central-1", SourceIP: netip.MustParseAddr("203.0.113.9"), Secure: true, UserAgent: "aws-cli/2.30"}
}

// managed makes a customer managed policy and returns its ARN.
func (h *house) managed(t testing.TB, account arn.AccountID, name, document string) string {
	t.Helper()
	p, err := h.iam.CreatePolicy(t.Context(), iam.NewPolicy{Account: account, Name: name, Document: document})
	must(t, err)
	return p.ARN
}

// scp attaches a service control policy, in place of FullAWSAccess when instead.
func (h *house) scp(t testing.TB, target, name, document string, instead bool) {
	t.Helper()
	p, err := h.org.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.ServiceControl, Name: name, Content: document}, nil)
	must(t, err)
	must(t, h.org.AttachPolicy(t.Context(), p.ID, target))
	if instead {
		must(t, h.org.DetachPolicy(t.Context(), organizations.FullAWSAccess, target))
	}
}

// said fails unless err is the denial whose sentence ends so; "" means no error.
func said(t testing.TB, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want == "":
	case err == nil:
		t.Errorf("allowed, want %q", want)
	case fault.Of(err) != fault.Denied || fault.Message(err) != want:
		t.Errorf("refused with kind %d:\n got %s\nwant %s", fault.Of(err), fault.Message(err), want)
	}
}

// controlled is the organization with a service control policy over its member.
type controlled struct{ org, policy, none string }

func (h *house) control(t testing.TB) controlled {
	t.Helper()
	org, err := h.org.Organization(t.Context())
	must(t, err)
	c := controlled{org: org.ID, none: statement("Deny", "none:None")}
	p, err := h.org.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.ServiceControl, Name: "conditions", Content: c.none}, nil)
	must(t, err)
	must(t, h.org.AttachPolicy(t.Context(), p.ID, string(h.member)))
	c.policy = p.ID
	return c
}

func change(document string) organizations.PolicyChange {
	return organizations.PolicyChange{Content: &document}
}
