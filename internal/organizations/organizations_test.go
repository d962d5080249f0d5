package organizations_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/sqlstore"
)

const management = arn.AccountID("111122223333")

// house is a service with an organization, and what it told the ports.
type house struct {
	*organizations.Service
	organizations.Acting // as the management account
	org                  organizations.Organization
	roles                []organizations.AccountRole
	linked               []arn.AccountID
	gone                 []organizations.Departure
	now                  time.Time
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), func() time.Time { return h.now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	h.Service = &organizations.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		Mint: mint.Mint{Source: rand.Reader},
		PutRoles: func(_ context.Context, roles []organizations.AccountRole) error {
			h.roles = append(h.roles, roles...)
			return nil
		},
		Link: func(_ context.Context, id arn.AccountID) error {
			h.linked = append(h.linked, id)
			return nil
		},
		Gone: func(_ context.Context, d organizations.Departure) error {
			h.gone = append(h.gone, d)
			return nil
		},
	}
	if err := h.CreateStandalone(t.Context(), management, "Management", "root@example.net"); err != nil {
		t.Fatal(err)
	}
	h.org, err = h.CreateOrganization(t.Context(), organizations.NewOrganization{
		Management: management, ControlEnabled: true, TrustedServices: []string{"sso.amazonaws.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Acting = h.As(management)
	return h
}

func (h *house) member(t testing.TB, name string) arn.AccountID {
	t.Helper()
	all, err := h.CreateAccounts(t.Context(), management, []organizations.NewAccount{{Name: name, Email: name + "@example.net"}})
	if err != nil {
		t.Fatal(err)
	}
	if all[0].State != organizations.Succeeded {
		t.Fatalf("creation of %s: %+v", name, all[0])
	}
	return all[0].Account
}

func (h *house) unit(t testing.TB, parent, name string) organizations.Unit {
	t.Helper()
	u, err := h.CreateUnit(t.Context(), parent, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (h *house) scp(t testing.TB, name string) string {
	t.Helper()
	p, err := h.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.ServiceControl, Name: name, Content: denyS3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

const denyS3 = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// broke fails the test unless err is a refusal for rule and reason.
func broke(t testing.TB, err error, rule organizations.Rule, reason string) {
	t.Helper()
	r, ok := errors.AsType[*organizations.Refusal](err)
	if !ok || r.Rule != rule || r.Reason != reason {
		t.Errorf("err = %#v (%v), want rule %d and reason %q", err, err, rule, reason)
	}
}

var all = paging.Page{Limit: 100}

func TestOrganizationIsNamedAsAWSNamesIt(t *testing.T) {
	h := open(t)
	id := h.member(t, "prod")
	ou := h.unit(t, h.org.Root, "Workloads")
	for got, prefix := range map[string]string{
		h.org.ID:                    "o-",
		h.org.Root:                  "r-",
		ou.ID:                       "ou-" + strings.TrimPrefix(h.org.Root, "r-") + "-",
		h.org.ARN():                 "arn:aws:organizations::111122223333:organization/" + h.org.ID,
		h.org.RootARN():             "arn:aws:organizations::111122223333:root/" + h.org.ID + "/" + h.org.Root,
		h.org.TargetARN(ou.ID):      "arn:aws:organizations::111122223333:ou/" + h.org.ID + "/" + ou.ID,
		h.org.TargetARN(string(id)): "arn:aws:organizations::111122223333:account/" + h.org.ID + "/" + string(id),
		h.org.TargetARN(h.org.Root): h.org.RootARN(),
		h.org.PolicyARN("SERVICE_CONTROL_POLICY", organizations.FullAWSAccess): "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
		h.org.PolicyARN("SERVICE_CONTROL_POLICY", "p-abcdefgh"):                "arn:aws:organizations::111122223333:policy/" + h.org.ID + "/service_control_policy/p-abcdefgh",
	} {
		if !strings.HasPrefix(got, prefix) {
			t.Errorf("%s does not begin with %s", got, prefix)
		}
	}
	account, err := h.Acting.Account(t.Context(), id)
	mustDo(t, err)
	if account.ARN != h.org.AccountARN(id) || account.Path != h.org.ID+"/"+h.org.Root+"/"+string(id)+"/" ||
		account.ParentID != h.org.Root || account.JoinedMethod != organizations.Created || account.Status() != "ACTIVE" {
		t.Errorf("account = %+v", account)
	}
}

func TestCreateAccountIsInProgressThenDone(t *testing.T) {
	h := open(t)
	asked, err := h.CreateAccount(t.Context(), organizations.NewAccount{Name: "dev", Email: "dev@example.net", RoleName: "Admin", Tags: map[string]string{"team": "a"}})
	mustDo(t, err)
	if asked.State != organizations.InProgress || asked.Account != "" || !strings.HasPrefix(asked.ID, "car-") || len(asked.ID) != 36 {
		t.Errorf("answer = %+v", asked)
	}
	done, err := h.CreateStatus(t.Context(), asked.ID)
	mustDo(t, err)
	if done.State != organizations.Succeeded || !done.Account.Valid() {
		t.Fatalf("status = %+v", done)
	}
	if len(h.roles) != 1 || h.roles[0].Name != "Admin" || h.roles[0].Account != done.Account ||
		!strings.Contains(h.roles[0].TrustPolicy, "arn:aws:iam::111122223333:root") ||
		h.roles[0].ManagedPolicyARNs[0] != "arn:aws:iam::aws:policy/AdministratorAccess" {
		t.Errorf("roles = %+v", h.roles)
	}
	tags, _, err := h.Tags(t.Context(), string(done.Account), all)
	if err != nil || len(tags) != 1 || tags[0].Value != "a" {
		t.Errorf("tags = %v, %v", tags, err)
	}

	again, err := h.CreateAccount(t.Context(), organizations.NewAccount{Name: "dev2", Email: "DEV@example.net"})
	mustDo(t, err)
	failed, err := h.CreateStatus(t.Context(), again.ID)
	if err != nil || failed.State != organizations.Failed || failed.Failure != organizations.EmailExists || failed.Account != "" {
		t.Errorf("second account of one address: %+v, %v", failed, err)
	}
	only, _, err := h.CreateStatuses(t.Context(), []organizations.CreateState{organizations.Failed}, all)
	if err != nil || len(only) != 1 || only[0].ID != again.ID {
		t.Errorf("failed creations = %+v, %v", only, err)
	}
	_, err = h.CreateStatus(t.Context(), "car-0123456789")
	broke(t, err, organizations.CreateStatusNotFound, "")
}

func TestAccountLimit(t *testing.T) {
	h := open(t)
	h.Limits.Accounts = 2
	got, err := h.CreateAccounts(t.Context(), management, []organizations.NewAccount{
		{ID: "222233334444", Name: "a", Email: "a@example.net"}, {Name: "b", Email: "b@example.net"},
	})
	mustDo(t, err)
	if got[0].Account != "222233334444" || got[1].Failure != organizations.LimitExceeded {
		t.Errorf("creations = %+v", got)
	}
}

func TestAThousandAccounts(t *testing.T) {
	h := open(t)
	wanted := make([]organizations.NewAccount, 1000)
	for i := range wanted {
		wanted[i] = organizations.NewAccount{Name: fmt.Sprint("a", i), Email: fmt.Sprintf("a%d@example.net", i)}
	}
	_, err := h.CreateAccounts(t.Context(), management, wanted)
	mustDo(t, err)
	seen, page := map[arn.AccountID]bool{}, paging.Page{Limit: 300}
	for {
		accounts, next, err := h.Acting.Accounts(t.Context(), page)
		mustDo(t, err)
		for _, a := range accounts {
			seen[a.ID] = true
		}
		if next == "" {
			break
		}
		page.After = next
	}
	if len(seen) != 1001 {
		t.Errorf("listed %d accounts, want 1,001", len(seen))
	}
}

func TestWhoMayAsk(t *testing.T) {
	h := open(t)
	member, delegate := h.member(t, "plain"), h.member(t, "security")
	mustDo(t, h.RegisterDelegate(t.Context(), delegate, "sso.amazonaws.com"))
	mustDo(t, h.CreateStandalone(t.Context(), "999988887777", "alone", "alone@example.net"))

	_, err := h.As("999988887777").Organization(t.Context())
	broke(t, err, organizations.NotInUse, "")
	if org, err := h.As(member).Organization(t.Context()); err != nil || org.ID != h.org.ID || org.Email != "root@example.net" {
		t.Errorf("a member sees %+v, %v", org, err)
	}
	_, _, err = h.As(member).Accounts(t.Context(), all)
	broke(t, err, organizations.AccessDenied, "")
	if _, _, err := h.As(delegate).Accounts(t.Context(), all); err != nil {
		t.Errorf("a delegated administrator may not list accounts: %v", err)
	}
	_, err = h.As(delegate).CreateUnit(t.Context(), h.org.Root, "x", nil)
	broke(t, err, organizations.AccessDenied, "")
	_, err = h.CreateOrganization(t.Context(), organizations.NewOrganization{Management: member})
	broke(t, err, organizations.AlreadyInOrganization, "")
}

func TestUnits(t *testing.T) {
	h := open(t)
	top := h.unit(t, h.org.Root, "Top")
	_, err := h.CreateUnit(t.Context(), h.org.Root, "Top", nil)
	broke(t, err, organizations.DuplicateUnit, "")
	below := h.unit(t, top.ID, "Top") // another parent, same name
	if want := h.org.ID + "/" + h.org.Root + "/" + top.ID + "/" + below.ID + "/"; below.Path != want {
		t.Errorf("path = %s, want %s", below.Path, want)
	}
	other := h.unit(t, h.org.Root, "Other")
	_, err = h.RenameUnit(t.Context(), other.ID, "Top")
	broke(t, err, organizations.DuplicateUnit, "")
	if u, err := h.RenameUnit(t.Context(), other.ID, "New"); err != nil || u.Name != "New" || u.ARN == "" {
		t.Errorf("renamed = %+v, %v", u, err)
	}
	broke(t, h.DeleteUnit(t.Context(), top.ID), organizations.UnitNotEmpty, "")
	mustDo(t, h.DeleteUnit(t.Context(), below.ID))
	mustDo(t, h.DeleteUnit(t.Context(), top.ID))
	broke(t, h.DeleteUnit(t.Context(), top.ID), organizations.UnitNotFound, "")
	_, err = h.CreateUnit(t.Context(), "r-none", "x", nil)
	broke(t, err, organizations.ParentNotFound, "")

	parent := h.org.Root
	for depth := 1; depth <= 5; depth++ {
		parent = h.unit(t, parent, fmt.Sprint("depth", depth)).ID
	}
	_, err = h.CreateUnit(t.Context(), parent, "depth6", nil)
	broke(t, err, organizations.ConstraintViolation, organizations.TooDeep)
	children, _, err := h.UnitsForParent(t.Context(), h.org.Root, all)
	if err != nil || len(children) != 2 {
		t.Errorf("units of the root: %+v, %v", children, err)
	}
}

func TestMoveAccount(t *testing.T) {
	h := open(t)
	id, ou := h.member(t, "prod"), h.unit(t, h.org.Root, "Workloads")
	for name, tt := range map[string]struct {
		id       arn.AccountID
		from, to string
		rule     organizations.Rule
	}{
		"an unknown account":   {"000000000000", h.org.Root, ou.ID, organizations.AccountNotFound},
		"from nowhere":         {id, "ou-none-00000000", ou.ID, organizations.SourceParentNotFound},
		"from where it is not": {id, ou.ID, ou.ID, organizations.SourceParentNotFound},
		"to nowhere":           {id, h.org.Root, "ou-none-00000000", organizations.DestinationParentNotFound},
		"to where it is":       {id, h.org.Root, h.org.Root, organizations.DuplicateAccount},
	} {
		t.Run(name, func(t *testing.T) {
			broke(t, h.MoveAccount(t.Context(), tt.id, tt.from, tt.to), tt.rule, "")
		})
	}
	mustDo(t, h.MoveAccount(t.Context(), id, h.org.Root, ou.ID))
	if parent, err := h.Parent(t.Context(), string(id)); err != nil || parent != ou.ID {
		t.Errorf("parent = %s, %v", parent, err)
	}
	if parent, err := h.Parent(t.Context(), ou.ID); err != nil || parent != h.org.Root {
		t.Errorf("parent of the unit = %s, %v", parent, err)
	}
	_, err := h.Parent(t.Context(), "000000000000")
	broke(t, err, organizations.ChildNotFound, "")
	if under, _, err := h.AccountsForParent(t.Context(), ou.ID, all); err != nil || len(under) != 1 || under[0].ID != id {
		t.Errorf("accounts under the unit: %+v, %v", under, err)
	}
	broke(t, h.DeleteUnit(t.Context(), ou.ID), organizations.UnitNotEmpty, "")
}

func TestCloseAccount(t *testing.T) {
	h := open(t)
	id := h.member(t, "old")
	broke(t, h.CloseAccount(t.Context(), management), organizations.ConstraintViolation, organizations.ManagementStays)
	mustDo(t, h.CloseAccount(t.Context(), id))
	if a, err := h.DescribeAccount(t.Context(), id); err != nil || a.State != organizations.Closed || a.Closed.IsZero() {
		t.Errorf("closed account = %+v, %v", a, err)
	}
	broke(t, h.CloseAccount(t.Context(), id), organizations.AccountAlreadyClosed, "")
	for i := range 9 {
		mustDo(t, h.CloseAccount(t.Context(), h.member(t, fmt.Sprint("old", i))))
	}
	broke(t, h.CloseAccount(t.Context(), h.member(t, "one more")), organizations.ConstraintViolation, organizations.TooManyClosed)
	if c, err := h.ControlPolicies(t.Context(), id); err != nil || !c.Suspended {
		t.Errorf("control of a closed account = %+v, %v", c, err)
	}
}

func TestDelegatedAdministrators(t *testing.T) {
	h := open(t)
	one, two := h.member(t, "one"), h.member(t, "two")
	const sso, analyzer = "sso.amazonaws.com", "access-analyzer.amazonaws.com"
	broke(t, h.RegisterDelegate(t.Context(), management, sso), organizations.ConstraintViolation, organizations.ManagementDelegates)
	broke(t, h.RegisterDelegate(t.Context(), one, "nonsense"), organizations.InvalidInput, organizations.UnknownService)
	broke(t, h.RegisterDelegate(t.Context(), one, analyzer), organizations.ConstraintViolation, organizations.ServiceAccessMissing)
	broke(t, h.DeregisterDelegate(t.Context(), one, sso), organizations.AccountNotRegistered, "")
	mustDo(t, h.EnableServiceAccess(t.Context(), analyzer))
	mustDo(t, h.RegisterDelegate(t.Context(), one, sso))
	mustDo(t, h.RegisterDelegate(t.Context(), one, analyzer))
	broke(t, h.RegisterDelegate(t.Context(), one, sso), organizations.AccountAlreadyRegistered, "")
	broke(t, h.RegisterDelegate(t.Context(), two, sso), organizations.ConstraintViolation, organizations.TooManyDelegates)
	broke(t, h.DisableServiceAccess(t.Context(), sso), organizations.ConstraintViolation, organizations.DelegateExists)
	broke(t, h.CloseAccount(t.Context(), one), organizations.ConstraintViolation, organizations.DelegateStays)
	if is, err := h.DelegatedAdministrator(t.Context(), one, sso); err != nil || !is {
		t.Errorf("DelegatedAdministrator = %t, %v", is, err)
	}
	if got, _, err := h.Delegates(t.Context(), "", all); err != nil || len(got) != 1 || got[0].ID != one || got[0].Since.IsZero() {
		t.Errorf("delegates = %+v, %v", got, err)
	}
	if got, _, err := h.DelegatedServices(t.Context(), one, all); err != nil || len(got) != 2 || got[0].Principal != analyzer {
		t.Errorf("services of one = %+v, %v", got, err)
	}
	mustDo(t, h.DeregisterDelegate(t.Context(), one, sso))
	mustDo(t, h.DisableServiceAccess(t.Context(), sso))
	if got, _, err := h.ServiceAccess(t.Context(), all); err != nil || len(got) != 1 || got[0].Principal != analyzer {
		t.Errorf("trusted services = %+v, %v", got, err)
	}
}

func TestTags(t *testing.T) {
	h := open(t)
	ou := h.unit(t, h.org.Root, "Workloads")
	mustDo(t, h.Tag(t.Context(), ou.ID, map[string]string{"a": "1", "b": "2"}))
	mustDo(t, h.Tag(t.Context(), ou.ID, map[string]string{"a": "3"}))
	mustDo(t, h.Untag(t.Context(), ou.ID, []string{"b", "none"}))
	if tags, _, err := h.Tags(t.Context(), ou.ID, all); err != nil || len(tags) != 1 || tags[0].Value != "3" {
		t.Errorf("tags = %v, %v", tags, err)
	}
	broke(t, h.Tag(t.Context(), "000000000000", nil), organizations.TargetNotFound, "")
	broke(t, h.Tag(t.Context(), ou.ID, map[string]string{"aws:x": ""}), organizations.InvalidInput, organizations.SystemTag)
	many := map[string]string{}
	for i := range 50 {
		many[fmt.Sprint(i)] = ""
	}
	broke(t, h.Tag(t.Context(), ou.ID, many), organizations.ConstraintViolation, organizations.TooManyTags)
}

func BenchmarkControlPolicies(b *testing.B) {
	h := open(b)
	id := h.member(b, "prod")
	for b.Loop() {
		if _, err := h.ControlPolicies(b.Context(), id); err != nil {
			b.Fatal(err)
		}
	}
}
