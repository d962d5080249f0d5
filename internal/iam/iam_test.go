package iam_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
)

const (
	account  arn.AccountID = "111122223333"
	other    arn.AccountID = "444455556666"
	allow                  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`
	trust                  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	admin                  = "arn:aws:iam::aws:policy/AdministratorAccess"
	readOnly               = "arn:aws:iam::aws:policy/ReadOnlyAccess"
)

var whole = paging.Page{Limit: 100}

// open returns a service over an empty store whose clock stands still.
func open(t testing.TB) *iam.Service {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: bytes.Repeat([]byte{7}, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	see := func(tx *sqlstore.Tx) iam.Tx { return tx }
	return &iam.Service{
		InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see),
		Mint: mint.Mint{Source: rand.Reader}, Ring: ring,
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails unless err is a fault of this kind whose message holds text.
func refused(t testing.TB, err error, kind fault.Kind, text string) {
	t.Helper()
	if fault.Of(err) != kind || err == nil || !strings.Contains(fault.Message(err), text) {
		t.Errorf("err = %v (kind %d), want kind %d saying %q", err, fault.Of(err), kind, text)
	}
}

func createRole(t testing.TB, s *iam.Service, name string) iam.Role {
	t.Helper()
	role, err := s.CreateRole(t.Context(), iam.NewRole{Account: account, Name: name, TrustPolicy: trust})
	must(t, err)
	return role
}

func createUser(t testing.TB, s *iam.Service, name string) iam.Entity {
	t.Helper()
	user, err := s.CreateUser(t.Context(), iam.NewUser{Account: account, Name: name})
	must(t, err)
	return user
}

func createPolicy(t testing.TB, s *iam.Service, a arn.AccountID, path, name string) iam.Policy {
	t.Helper()
	p, err := s.CreatePolicy(t.Context(), iam.NewPolicy{Account: a, Name: name, Path: path, Document: allow})
	must(t, err)
	return p
}

func TestCreateRoleRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	createRole(t, s, "Deploy")
	for name, tt := range map[string]struct {
		role iam.NewRole
		kind fault.Kind
		text string
	}{
		"a name that differs only in case": {iam.NewRole{Name: "deploy", TrustPolicy: trust}, fault.Conflict, "Role with name deploy already exists."},
		"a reserved name":                  {iam.NewRole{Name: "AWSReservedSSO_x", TrustPolicy: trust}, fault.Invalid, "AWSReservedSSO_"},
		"a reserved path":                  {iam.NewRole{Name: "x", Path: "/aws-reserved/x/", TrustPolicy: trust}, fault.Invalid, "/aws-reserved/"},
		"a service's path":                 {iam.NewRole{Name: "x", Path: "/aws-service-role/x/", TrustPolicy: trust}, fault.Invalid, "/aws-service-role/"},
		"a trust policy that is no JSON":   {iam.NewRole{Name: "x", TrustPolicy: "{"}, fault.Invalid, ""},
		"a trust policy with a resource":   {iam.NewRole{Name: "x", TrustPolicy: allow}, fault.Invalid, ""},
		"too long a trust policy":          {iam.NewRole{Name: "x", TrustPolicy: strings.Replace(trust, "ec2", strings.Repeat("e", 2048), 1)}, fault.Quota, "ACLSizePerRole: 2048"},
		"too long a session":               {iam.NewRole{Name: "x", TrustPolicy: trust, MaxSession: 13 * time.Hour}, fault.Invalid, "43200"},
		"a boundary that does not exist":   {iam.NewRole{Name: "x", TrustPolicy: trust, BoundaryARN: "arn:aws:iam::aws:policy/None"}, fault.NotFound, "does not exist or is not attachable"},
		"a boundary that is no policy":     {iam.NewRole{Name: "x", TrustPolicy: trust, BoundaryARN: "arn:aws:iam::111122223333:role/x"}, fault.Invalid, "is not valid"},
		"a tag of AWS's":                   {iam.NewRole{Name: "x", TrustPolicy: trust, Tags: []iam.Tag{{Key: "aws:x"}}}, fault.Invalid, "aws:"},
		"a tag twice":                      {iam.NewRole{Name: "x", TrustPolicy: trust, Tags: []iam.Tag{{Key: "a"}, {Key: "A"}}}, fault.Invalid, "Duplicate tag keys"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.role.Account = account
			_, err := s.CreateRole(t.Context(), tt.role)
			refused(t, err, tt.kind, tt.text)
		})
	}
	if _, err := s.Role(t.Context(), account, "x"); fault.Of(err) != fault.NotFound {
		t.Errorf("a refused role stands: %v", err)
	}
}

func TestRoleIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := open(t)
	want, err := s.CreateRole(t.Context(), iam.NewRole{
		Account: account, Name: "Deploy", Path: "/ops/", Description: "ships", TrustPolicy: trust,
		MaxSession: 2 * time.Hour, BoundaryARN: readOnly, Tags: []iam.Tag{{Key: "team", Value: "ops"}},
	})
	must(t, err)
	got, err := s.Role(t.Context(), account, "deploy")
	must(t, err)
	if got.ARN != "arn:aws:iam::111122223333:role/ops/Deploy" || !strings.HasPrefix(got.ID, "AROA") || len(got.ID) != 21 ||
		got.Tags["team"] != "ops" || got.MaxSession != want.MaxSession || got.TrustPolicy != trust || got.BoundaryARN != readOnly || !got.Created.Equal(want.Created) {
		t.Errorf("Role() = %+v, want %+v", got, want)
	}
	_, err = s.Role(t.Context(), other, "Deploy")
	refused(t, err, fault.NotFound, "The role with name Deploy cannot be found.")
}

func TestDeletingDemandsThatNothingHangsOn(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	role := createRole(t, s, "Deploy").Ref()
	must(t, s.AttachPolicy(ctx, role, admin))
	refused(t, s.DeleteRole(ctx, account, "Deploy"), fault.Conflict, "Cannot delete entity, must detach all policies first.")
	must(t, s.DetachPolicy(ctx, role, admin))
	must(t, s.PutInlinePolicy(ctx, role, "p", allow))
	err := s.DeleteRole(ctx, account, "Deploy")
	refused(t, err, fault.Conflict, "Cannot delete entity, must delete policies first.")
	if _, ok := errors.AsType[*iam.InUse](err); !ok {
		t.Errorf("%T is not an InUse", err)
	}
	must(t, s.DeleteInlinePolicy(ctx, role, "p"))
	must(t, s.DeleteRole(ctx, account, "Deploy"))
	refused(t, s.DeleteRole(ctx, account, "Deploy"), fault.NotFound, "Deploy")

	createUser(t, s, "ann")
	key, err := s.CreateAccessKey(ctx, account, "ann")
	must(t, err)
	refused(t, s.DeleteUser(ctx, account, "ann"), fault.Conflict, "must delete access keys first.")
	must(t, s.DeleteAccessKey(ctx, account, "ann", key.ID))
	_, err = s.CreateGroup(ctx, account, "devs", "")
	must(t, err)
	must(t, s.AddToGroup(ctx, account, "devs", "ann"))
	refused(t, s.DeleteUser(ctx, account, "ann"), fault.Conflict, "must remove users from group first.")
	refused(t, s.DeleteGroup(ctx, account, "devs"), fault.Conflict, "must remove users from group first.")
	must(t, s.RemoveFromGroup(ctx, account, "devs", "ann"))
	must(t, s.DeleteUser(ctx, account, "ann"))
	must(t, s.DeleteGroup(ctx, account, "devs"))
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	createUser(t, s, "ann")
	user := iam.Ref{Account: account, Kind: iam.UserKind, Name: "ann"}
	for i := range 11 {
		p := createPolicy(t, s, account, "/", "p"+string(rune('a'+i)))
		err := s.AttachPolicy(ctx, user, p.ARN)
		if i < 10 {
			must(t, err)
			must(t, s.AttachPolicy(ctx, user, p.ARN)) // twice is no error
		} else {
			refused(t, err, fault.Quota, "Cannot exceed quota for PoliciesPerUser: 10")
		}
	}
	for range 2 {
		_, err := s.CreateAccessKey(ctx, account, "ann")
		must(t, err)
	}
	_, err := s.CreateAccessKey(ctx, account, "ann")
	refused(t, err, fault.Quota, "Cannot exceed quota for AccessKeysPerUser: 2")

	long := strings.Replace(allow, "s3:Get*", "s3:"+strings.Repeat("G", 1200), 1)
	must(t, s.PutInlinePolicy(ctx, user, "one", long))
	must(t, s.PutInlinePolicy(ctx, user, "one", long)) // replacing does not count twice
	refused(t, s.PutInlinePolicy(ctx, user, "two", long), fault.Quota, "Maximum policy size of 2048 bytes exceeded for user ann")

	_, err = s.CreatePolicy(ctx, iam.NewPolicy{Account: account, Name: "big", Document: strings.Replace(allow, "s3:Get*", "s3:"+strings.Repeat("G", 6100), 1)})
	refused(t, err, fault.Quota, "Cannot exceed quota for PolicySize: 6144")
	_, err = s.CreatePolicy(ctx, iam.NewPolicy{Account: account, Name: "airy", Document: allow + strings.Repeat(" ", 7000)})
	must(t, err)
	for i := range 11 {
		name := "g" + string(rune('a'+i))
		_, err := s.CreateGroup(ctx, account, name, "")
		must(t, err)
		err = s.AddToGroup(ctx, account, name, "ann")
		if i < 10 {
			must(t, err)
		} else {
			refused(t, err, fault.Quota, "Cannot exceed quota for GroupsPerUser: 10")
		}
	}
}

func TestAttachingWhatCannotBe(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	role := createRole(t, s, "Deploy").Ref()
	foreign := createPolicy(t, s, other, "/", "theirs")
	for policyARN, want := range map[string]struct {
		kind fault.Kind
		text string
	}{
		"arn:aws:iam::aws:policy/NoSuchPolicy": {fault.NotFound, "Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable."},
		foreign.ARN:                            {fault.NotFound, "does not exist or is not attachable."},
		"arn:aws:iam::111122223333:user/ann":   {fault.Invalid, "is not valid"},
		"what is not an ARN at all":            {fault.Invalid, "is not valid"},
		"arn:aws:iam::aws:policy/aws-service-role/AWSSSOServiceRolePolicy": {fault.Invalid, "Cannot attach a Service Role Policy to a Customer Role."},
	} {
		refused(t, s.AttachPolicy(ctx, role, policyARN), want.kind, want.text)
	}
	refused(t, s.DetachPolicy(ctx, role, admin), fault.NotFound, admin)
	refused(t, s.PutInlinePolicy(ctx, role, "p", trust), fault.Invalid, "")
}

func TestVersions(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	p := createPolicy(t, s, account, "/team/", "Reader")
	if p.ARN != "arn:aws:iam::111122223333:policy/team/Reader" {
		t.Errorf("ARN = %s", p.ARN)
	}
	_, err := s.CreatePolicy(ctx, iam.NewPolicy{Account: account, Name: "reader", Document: allow})
	refused(t, err, fault.Conflict, "A policy called reader already exists. Duplicate names are not allowed.")
	for range 4 {
		_, err := s.CreateVersion(ctx, account, p.ARN, allow, true)
		must(t, err)
	}
	_, err = s.CreateVersion(ctx, account, p.ARN, allow, false)
	refused(t, err, fault.Quota, "A managed policy can have up to 5 versions.")
	refused(t, s.DeleteVersion(ctx, account, p.ARN, "v5"), fault.Conflict, "Cannot delete the default version of a policy.")
	must(t, s.SetDefaultVersion(ctx, account, p.ARN, "v2"))
	must(t, s.DeleteVersion(ctx, account, p.ARN, "v5"))
	v, err := s.CreateVersion(ctx, account, p.ARN, allow, false)
	must(t, err)
	if v.ID() != "v6" || v.Default {
		t.Errorf("the sixth version is %s (default %t), want v6", v.ID(), v.Default)
	}
	first, next, err := s.Versions(ctx, account, p.ARN, paging.Page{Limit: 3})
	must(t, err)
	rest, end, err := s.Versions(ctx, account, p.ARN, paging.Page{After: next, Limit: 3})
	must(t, err)
	if len(first) != 3 || len(rest) != 2 || end != "" || first[0].ID() != "v6" || !rest[0].Default {
		t.Errorf("pages %v, %v, %q", first, rest, end)
	}
	refused(t, s.DeletePolicy(ctx, account, p.ARN), fault.Conflict, "more than one version")
	for _, id := range []string{"v1", "v3", "v4", "v6"} {
		must(t, s.DeleteVersion(ctx, account, p.ARN, id))
	}
	role := createRole(t, s, "Deploy").Ref()
	must(t, s.SetBoundary(ctx, role, p.ARN))
	refused(t, s.DeletePolicy(ctx, account, p.ARN), fault.Conflict, "Cannot delete a policy attached to entities.")
	must(t, s.SetBoundary(ctx, role, ""))
	refused(t, s.SetBoundary(ctx, role, ""), fault.NotFound, "boundary")
	must(t, s.DeletePolicy(ctx, account, p.ARN))
	_, err = s.Policy(ctx, account, p.ARN)
	refused(t, err, fault.NotFound, "Policy "+p.ARN+" was not found.")
	refused(t, s.DeletePolicy(ctx, account, admin), fault.Denied, "managed by AWS")
}

func TestKeysKnowTheirOwner(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	user, err := s.CreateUser(ctx, iam.NewUser{Account: account, Name: "ann", Path: "/ops/"})
	must(t, err)
	key, err := s.CreateAccessKey(ctx, account, "ann")
	must(t, err)
	owner, found, err := s.KeyOwner(ctx, key.ID)
	must(t, err)
	if !found || owner.UserARN != user.ARN || owner.UserID != user.ID || !owner.Secret.Equal(key.Secret) || !owner.Active || owner.Root {
		t.Errorf("KeyOwner() = %+v", owner)
	}
	must(t, s.SetAccessKeyActive(ctx, account, "ann", key.ID, false))
	owner, _, err = s.KeyOwner(ctx, key.ID)
	must(t, err)
	if owner.Active {
		t.Error("an inactive key is active")
	}
	refused(t, s.DeleteAccessKey(ctx, account, "", key.ID), fault.NotFound, "The Access Key with id "+key.ID+" cannot be found.")

	must(t, s.CreateRootKey(ctx, account, "root", key.Secret))
	refused(t, s.CreateRootKey(ctx, other, "root", key.Secret), fault.Conflict, "root")
	owner, found, err = s.KeyOwner(ctx, "root")
	must(t, err)
	if !found || !owner.Root || owner.UserARN != "arn:aws:iam::111122223333:root" || owner.UserID != string(account) {
		t.Errorf("KeyOwner(root) = %+v", owner)
	}
	if _, found, err := s.KeyOwner(ctx, "AKIANOBODY"); found || err != nil {
		t.Errorf("an unknown key has an owner: %v", err)
	}
}

func TestRenamedUserKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), t.Context()
	ann, _ := createUser(t, s, "ann"), createUser(t, s, "bob")
	must(t, s.PutInlinePolicy(ctx, ann.Ref(), "p", allow))
	refused(t, s.UpdateUser(ctx, account, "ann", "BOB", ""), fault.Conflict, "User with name BOB already exists.")
	must(t, s.UpdateUser(ctx, account, "ann", "Anne", "/x/"))
	anne, err := s.User(ctx, account, "anne")
	must(t, err)
	if anne.ID != ann.ID || anne.ARN != "arn:aws:iam::111122223333:user/x/Anne" {
		t.Errorf("renamed user is %+v", anne)
	}
	if _, err := s.InlinePolicy(ctx, anne.Ref(), "p"); err != nil {
		t.Error(err)
	}
}
