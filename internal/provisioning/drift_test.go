package provisioning_test

import (
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/iam"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/provisioning"
	"foyer/internal/sqlstore"
)

// drift wants what FindDrift finds in the management account to be some
// properties, in order; none for none.
func (h *house) drift(t *testing.T, properties ...string) {
	t.Helper()
	found, err := h.provision.FindDrift(t.Context(), []arn.AccountID{management})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found {
		for _, difference := range d.Differences {
			got = append(got, difference.Property)
		}
	}
	if strings.Join(got, ", ") != strings.Join(properties, ", ") {
		t.Fatalf("drift = %q, want %q", got, properties)
	}
}

// repaired has what drifted repaired, and wants it to succeed.
func (h *house) repaired(t *testing.T, later time.Duration) {
	t.Helper()
	o, found, err := h.provision.Repair(t.Context(), []arn.AccountID{management})
	if err != nil || len(found) == 0 {
		t.Fatalf("found %v, %v", found, err)
	}
	h.drift(t) // what is about to be written is no drift
	if err := h.work(t, later); err != nil {
		t.Fatal(err)
	}
	h.wantStatus(t, o, provisioning.Succeeded)
	h.drift(t)
}

// behind changes the store behind the back of the rooms.
func (h *house) behind(t *testing.T, change func(*sqlstore.Tx, iam.Role) error, role iam.Role) {
	t.Helper()
	if err := h.db.InTx(t.Context(), func(tx *sqlstore.Tx) error { return change(tx, role) }); err != nil {
		t.Fatal(err)
	}
}

func TestDriftIsFoundAndRepaired(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		const inline = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
		for _, err := range []error{
			h.sets.Attach(t.Context(), set, "arn:aws:iam::aws:policy/ReadOnlyAccess"),
			h.sets.PutInline(t.Context(), set, inline),
			h.sets.PutBoundary(t.Context(), set, permissionset.Boundary{ManagedPolicyARN: "arn:aws:iam::aws:policy/PowerUserAccess"}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		h.assign(t, set, management)
		h.drift(t) // the job is about to write it
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		h.drift(t)
		role, _ := h.role(t, "Reader", set)
		i, err := h.instance.Instance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		later := time.Minute
		for property, change := range map[string]func(*sqlstore.Tx, iam.Role) error{
			"AssumeRolePolicyDocument": func(tx *sqlstore.Tx, r iam.Role) error {
				r.TrustPolicy = strings.Replace(r.TrustPolicy, "Allow", "Deny", 1)
				return tx.UpdateIAMRole(t.Context(), r)
			},
			"MaxSessionDuration": func(tx *sqlstore.Tx, r iam.Role) error {
				r.MaxSession = time.Hour
				return tx.UpdateIAMRole(t.Context(), r)
			},
			"AttachedPolicies": func(tx *sqlstore.Tx, r iam.Role) error {
				return tx.PutIAMAttachment(t.Context(), management, r.ID, "arn:aws:iam::aws:policy/AdministratorAccess")
			},
			"PermissionsBoundary": func(tx *sqlstore.Tx, r iam.Role) error {
				r.BoundaryARN = ""
				return tx.UpdateIAMEntity(t.Context(), r.Entity)
			},
			"InlinePolicy AwsSSOInlinePolicy": func(tx *sqlstore.Tx, r iam.Role) error {
				_, err := tx.DeleteIAMInlinePolicy(t.Context(), r.ID, "AwsSSOInlinePolicy")
				return err
			},
			"InlinePolicy Backdoor": func(tx *sqlstore.Tx, r iam.Role) error {
				return tx.PutIAMInlinePolicy(t.Context(), r.ID, "Backdoor", strings.Replace(inline, "s3:GetObject", "*", 1), 100)
			},
			"SAMLMetadataDocument": func(tx *sqlstore.Tx, _ iam.Role) error {
				return tx.DeleteSAMLProvider(t.Context(), management, i.ProviderName(management))
			},
			"Role": func(tx *sqlstore.Tx, r iam.Role) error { return tx.DeleteIAMEntities(t.Context(), []string{r.ID}) },
		} {
			h.behind(t, change, role)
			h.drift(t, property)
			h.repaired(t, later)
			later += time.Minute
			role, _ = h.role(t, "Reader", set)
		}
	})
}

func TestARoleThatNobodyIsAssignedGoes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		h.assign(t, set, management)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		role, _ := h.role(t, "Reader", set)
		for _, name := range []string{role.Name, "AWSReservedSSO_Reader_0123456789abcdef", "AWSReservedSSO_Gone_0123456789abcdef", "AWSReservedSSO_odd"} {
			if _, err := h.iam.PutProtectedRoles(t.Context(), []iam.ProtectedRole{{
				Account: management, Name: name, Path: role.Path, TrustPolicy: role.TrustPolicy, MaxSession: role.MaxSession,
			}}); err != nil {
				t.Fatal(err)
			}
		}
		h.drift(t, "Role", "Role", "Role") // the fourth is the one that should be there
		h.repaired(t, time.Minute)
		sets, _, err := h.provision.SetsIn(t.Context(), management, "", paging.Page{Limit: 10})
		if err != nil || len(sets) != 1 {
			t.Errorf("provisioned: %v, %v", sets, err)
		}
		roles, _, err := h.iam.Roles(t.Context(), management, role.Path, paging.Page{Limit: 10})
		if err != nil || len(roles) != 1 || roles[0].ID != role.ID {
			t.Errorf("roles = %v, %v", roles, err)
		}
	})
}

func TestARoleThatWaitsForItsUpdateIsNoDrift(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		h.assign(t, set, management)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		if err := h.sets.Attach(t.Context(), set, "arn:aws:iam::aws:policy/ReadOnlyAccess"); err != nil {
			t.Fatal(err)
		}
		h.drift(t)
	})
}

func TestAnAccountThatIsGoneIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set, other := h.set(t, "Reader"), h.set(t, "Writer")
		h.assign(t, set, management)
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		waiting := h.assign(t, other, management)
		o, err := h.provision.AccountGone(t.Context(), management)
		if err != nil || o.Left != 2 {
			t.Fatalf("%+v, %v", o, err)
		}
		got := h.wantStatus(t, waiting, provisioning.Failed)
		if !strings.Contains(got.Reason, string(management)) {
			t.Errorf("reason = %q", got.Reason)
		}
		if err := h.work(t, time.Minute); err != nil {
			t.Fatal(err)
		}
		if o = h.wantStatus(t, o, provisioning.Succeeded); o.Done != 2 || o.Failed+o.Left != 0 {
			t.Errorf("progress = %+v", o.Progress)
		}
		if _, found := h.role(t, "Reader", set); found {
			t.Error("the role is still there")
		}
		if sets, _, err := h.provision.SetsIn(t.Context(), management, "", paging.Page{Limit: 10}); err != nil || len(sets) != 0 {
			t.Errorf("provisioned: %v, %v", sets, err)
		}
		if h.assigned(t, set)+h.assigned(t, other) != 0 {
			t.Error("somebody is still assigned")
		}
	})
}

func TestARequestAboutManyCountsWhatIsDone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		set := h.set(t, "Reader")
		accounts := manyAccounts(t, h, 5)
		for _, account := range accounts {
			h.assign(t, set, account)
		}
		if err := h.work(t, time.Second); err != nil {
			t.Fatal(err)
		}
		if _, err := h.iam.CreatePolicy(t.Context(), iam.NewPolicy{
			Account: accounts[0], Path: "/", Name: "Extra", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		}); err != nil {
			t.Fatal(err)
		}
		if err := h.sets.Reference(t.Context(), set, permissionset.PolicyRef{Path: "/", Name: "Extra"}); err != nil {
			t.Fatal(err)
		}
		o, err := h.provision.Begin(t.Context(), provisioning.Request{Kind: provisioning.KindProvision, Set: set})
		if err != nil || o.Left != 5 {
			t.Fatalf("%+v, %v", o, err)
		}
		running, err := h.provision.Running(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range running {
			want := provisioning.Running{Kind: r.Kind}
			if r.Kind == provisioning.KindProvision {
				want.Requests, want.Left = 1, 5
			}
			if r != want {
				t.Errorf("running = %+v, want %+v", r, want)
			}
		}
		if err := h.work(t, time.Minute); err != nil {
			t.Fatal(err)
		}
		if o = h.wantStatus(t, o, provisioning.Failed); o.Done != 1 || o.Failed != 4 || o.Left != 0 {
			t.Errorf("progress = %+v", o.Progress)
		}
		first, next, err := h.provision.Failures(t.Context(), o.Kind, o.ID, paging.Page{Limit: 3})
		if err != nil || len(first) != 3 || next == "" {
			t.Fatalf("failures = %v, %q, %v", first, next, err)
		}
		rest, next, err := h.provision.Failures(t.Context(), o.Kind, o.ID, paging.Page{After: next, Limit: 3})
		if err != nil || len(rest) != 1 || next != "" || rest[0].Account != accounts[4] || !strings.Contains(rest[0].Reason, "Extra") {
			t.Errorf("failures = %v, %q, %v", rest, next, err)
		}
	})
}
