package directory_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/quota"
	"foyer/internal/sqlstore"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const storeID = "d-90671a2b3c"

type gone struct {
	resource directory.Resource
	id       string
}

func open(t *testing.T) (*directory.Directory, *[]gone) {
	t.Helper()
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	var deleted []gone
	return &directory.Directory{
		InTx:    sqlstore.Through(db, func(tx *sqlstore.Tx) directory.Tx { return tx }),
		View:    sqlstore.Viewed(db, func(tx *sqlstore.Tx) directory.Reader { return tx }),
		Mint:    mint.Mint{Source: rand.Reader},
		Now:     func() time.Time { return now },
		StoreID: func(context.Context) (string, error) { return storeID, nil },
		Gone: func(_ context.Context, r directory.Resource, id string) error {
			deleted = append(deleted, gone{r, id})
			return nil
		},
	}, &deleted
}

func ann() directory.Attributes {
	return directory.Attributes{
		UserName: "Ann", DisplayName: "Ann Lee", Name: directory.Name{GivenName: "Ann", FamilyName: "Lee"},
		Emails: []directory.Value{{Value: "ann@example.net", Type: "work", Primary: true}},
	}
}

func create(t *testing.T, d *directory.Directory, a directory.Attributes) directory.User {
	t.Helper()
	u, err := d.CreateUser(t.Context(), "test", a)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAUserIsFoundByIdNameAndEmail(t *testing.T) {
	d, _ := open(t)
	u := create(t, d, ann())
	if !strings.HasPrefix(string(u.ID), "90671a2b3c-") {
		t.Errorf("id %s does not begin with the store's digits", u.ID)
	}
	for name, find := range map[string]func() (directory.User, error){
		"id":                    func() (directory.User, error) { return d.User(t.Context(), u.ID) },
		"user name, other case": func() (directory.User, error) { return d.UserBy(t.Context(), directory.ByUserName, "aNN") },
		"email, other case":     func() (directory.User, error) { return d.UserBy(t.Context(), directory.ByEmail, "ANN@example.net") },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := find()
			if err != nil || got.ID != u.ID || got.UserName != "Ann" || got.Email() != "ann@example.net" || !got.Stamp.Created.Equal(now) {
				t.Errorf("found %+v, %v", got, err)
			}
		})
	}
}

func TestAttributesMustBeComplete(t *testing.T) {
	d, _ := open(t)
	for name, change := range map[string]func(*directory.Attributes){
		"no user name":              func(a *directory.Attributes) { a.UserName = "" },
		"no display name":           func(a *directory.Attributes) { a.DisplayName = "" },
		"no given name":             func(a *directory.Attributes) { a.Name.GivenName = "" },
		"no family name":            func(a *directory.Attributes) { a.Name.FamilyName = " " },
		"a reserved name":           func(a *directory.Attributes) { a.UserName = "AdminiStrator" },
		"a space in the user name":  func(a *directory.Attributes) { a.UserName = "ann lee" },
		"two e-mail addresses":      func(a *directory.Attributes) { a.Emails = append(a.Emails, directory.Value{Value: "b@example.net"}) },
		"an e-mail without a value": func(a *directory.Attributes) { a.Emails[0].Value = "" },
	} {
		t.Run(name, func(t *testing.T) {
			a := ann()
			change(&a)
			if _, err := d.CreateUser(t.Context(), "test", a); fault.Of(err) != fault.Invalid {
				t.Errorf("err = %v, want Invalid", err)
			}
		})
	}
}

func TestNamesAreUniqueWithoutCase(t *testing.T) {
	d, _ := open(t)
	create(t, d, ann())
	same := ann()
	same.UserName, same.Emails = "ANN", nil
	mail := ann()
	mail.UserName = "bob"
	for want, a := range map[string]directory.Attributes{"Duplicate UserName": same, "Duplicate email": mail} {
		_, err := d.CreateUser(t.Context(), "test", a)
		if _, ok := errors.AsType[*directory.Taken](err); !ok || fault.Message(err) != want {
			t.Errorf("err = %v, want %s", err, want)
		}
	}
	if _, err := d.CreateGroup(t.Context(), "test", "Admins", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateGroup(t.Context(), "test", "ADMINS", ""); fault.Message(err) != "Duplicate GroupDisplayName" {
		t.Errorf("err = %v", err)
	}
}

func op(path, value string) directory.Operation {
	return directory.Operation{Path: path, Value: json.RawMessage(value)}
}

func TestUpdateUser(t *testing.T) {
	for name, tt := range map[string]struct {
		ops  []directory.Operation
		ok   bool
		want func(directory.User) bool
	}{
		"a text attribute":           {ops: []directory.Operation{op("displayName", `"A. Lee"`)}, ok: true, want: func(u directory.User) bool { return u.DisplayName == "A. Lee" }},
		"in the API's capitals":      {ops: []directory.Operation{op("DisplayName", `"A. Lee"`)}, ok: true, want: func(u directory.User) bool { return u.DisplayName == "A. Lee" }},
		"a part of the name":         {ops: []directory.Operation{op("name.middleName", `"B."`)}, ok: true, want: func(u directory.User) bool { return u.Name.MiddleName == "B." && u.Name.GivenName == "Ann" }},
		"a list, replaced whole":     {ops: []directory.Operation{op("emails", `[{"Value":"a@example.net","Primary":true}]`)}, ok: true, want: func(u directory.User) bool { return u.Email() == "a@example.net" && u.Emails[0].Type == "" }},
		"null removes":               {ops: []directory.Operation{op("emails", `null`)}, ok: true, want: func(u directory.User) bool { return len(u.Emails) == 0 }},
		"an extension's attribute":   {ops: []directory.Operation{op("aws:identitystore:enterprise.department", `"Ops"`)}, ok: true, want: func(u directory.User) bool { return u.Extensions[0].Value["department"] == "Ops" }},
		"a required one stays":       {ops: []directory.Operation{op("displayName", ``)}},
		"a path that does not exist": {ops: []directory.Operation{op("shoeSize", `"44"`)}},
		"a value of another kind":    {ops: []directory.Operation{op("displayName", `["x"]`)}},
		"a path through a text":      {ops: []directory.Operation{op("displayName.x", `"y"`)}},
		"all or none":                {ops: []directory.Operation{op("title", `"Dr"`), op("shoeSize", `"44"`)}},
		"not JSON":                   {ops: []directory.Operation{op("title", `{`)}},
		"an empty text":              {ops: []directory.Operation{op("title", `""`)}},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := open(t)
			u := create(t, d, ann())
			err := d.UpdateUser(t.Context(), "admin", u.ID, tt.ops)
			got, readErr := d.User(t.Context(), u.ID)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if !tt.ok {
				if fault.Of(err) != fault.Invalid || got.Title != "" || got.DisplayName != "Ann Lee" {
					t.Errorf("err = %v, user = %+v; want Invalid and no change", err, got)
				}
				return
			}
			if err != nil || !tt.want(got) || got.Stamp.UpdatedBy != "admin" {
				t.Errorf("err = %v, user = %+v", err, got)
			}
		})
	}
}

func TestDeletingAUserTakesItsMembershipsAlong(t *testing.T) {
	d, deleted := open(t)
	u := create(t, d, ann())
	g, err := d.CreateGroup(t.Context(), "test", "Admins", "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.AddMember(t.Context(), "test", g.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddMember(t.Context(), "test", g.ID, u.ID); fault.Of(err) != fault.Conflict {
		t.Errorf("adding twice: %v, want Conflict", err)
	}
	if in, err := d.InGroups(t.Context(), u.ID, []directory.GroupID{g.ID}); err != nil || !in[0] {
		t.Errorf("InGroups = %v, %v", in, err)
	}
	if err := d.DeleteUser(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Membership(t.Context(), m.ID); fault.Of(err) != fault.NotFound {
		t.Errorf("membership of a deleted user: %v, want NotFound", err)
	}
	if len(*deleted) != 1 || (*deleted)[0] != (gone{directory.UserResource, string(u.ID)}) {
		t.Errorf("told as gone: %v", *deleted)
	}
	err = d.DeleteUser(t.Context(), u.ID)
	if m, ok := errors.AsType[*directory.Missing](err); !ok || m.Resource != directory.UserResource || m.ID != string(u.ID) {
		t.Errorf("second delete: %v, want Missing USER", err)
	}
}

func TestListingsPage(t *testing.T) {
	d, _ := open(t)
	for _, name := range []string{"a", "b", "c"} {
		a := ann()
		a.UserName, a.Emails = name, nil
		create(t, d, a)
	}
	seen, after := 0, ""
	for range 4 {
		users, next, err := d.Users(t.Context(), paging.Page{After: after, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		seen += len(users)
		if after = next; next == "" {
			break
		}
	}
	if seen != 3 {
		t.Errorf("saw %d users, want 3", seen)
	}
}

func TestQuotas(t *testing.T) {
	d, _ := open(t)
	d.Quotas = quota.Quotas{Users: 2, Groups: 2, GroupsPerUser: 1}
	u := create(t, d, ann())
	bob := ann()
	bob.UserName, bob.Emails = "bob", nil
	create(t, d, bob)
	bob.UserName = "bea"
	if _, err := d.CreateUser(t.Context(), "test", bob); fault.Of(err) != fault.Quota {
		t.Errorf("a third user: %v, want Quota", err)
	}
	var groups []directory.GroupID
	for _, name := range []string{"a", "b", "c"} {
		g, err := d.CreateGroup(t.Context(), "test", name, "")
		if name == "c" {
			if fault.Of(err) != fault.Quota {
				t.Errorf("a third group: %v, want Quota", err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, g.ID)
	}
	if _, err := d.AddMember(t.Context(), "test", groups[0], u.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddMember(t.Context(), "test", groups[1], u.ID); fault.Of(err) != fault.Quota {
		t.Errorf("a second membership: %v, want Quota", err)
	}
	d.Quotas.GroupsPerUser = quota.Unlimited
	if _, err := d.AddMember(t.Context(), "test", groups[1], u.ID); err != nil {
		t.Errorf("a second membership without a quota: %v", err)
	}
}

// Stores have nothing to do with each other: names are taken in one alone, and
// ids of one mean nothing in another.
func TestEachStoreIsItsOwn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	ours, _ := open(t)
	if _, err := ours.In(ctx, otherStore); fault.Of(err) != fault.NotFound {
		t.Fatalf("a store that there is not: %v", err)
	}
	ours.Others = func(_ context.Context, id string) (bool, error) { return id == otherStore, nil }
	theirs, err := ours.In(ctx, otherStore)
	if err != nil {
		t.Fatal(err)
	}
	us, them := create(t, ours, ann()), create(t, theirs, ann()) // same name, same address
	if !strings.HasPrefix(string(them.ID), otherStore[2:]) {
		t.Errorf("their id is %s", them.ID)
	}
	if _, err := theirs.CreateUser(ctx, "test", ann()); fault.Of(err) != fault.Conflict {
		t.Errorf("a name that is taken in the store: %v", err)
	}
	group, err := ours.CreateGroup(ctx, "test", "Makers", "")
	if err != nil {
		t.Fatal(err)
	}
	theirGroup, err := theirs.CreateGroup(ctx, "test", "Makers", "")
	if err != nil {
		t.Fatal(err)
	}
	membership, err := theirs.AddMember(ctx, "test", theirGroup.ID, them.ID)
	if err != nil {
		t.Fatal(err)
	}
	for call, err := range map[string]error{
		"describe":          second(ours.User(ctx, them.ID)),
		"update":            ours.UpdateUser(ctx, "test", them.ID, []directory.Operation{{Path: "title", Value: []byte(`"x"`)}}),
		"disable":           ours.SetDisabled(ctx, "test", them.ID, true),
		"delete":            ours.DeleteUser(ctx, them.ID),
		"describe group":    second(ours.Group(ctx, theirGroup.ID)),
		"update group":      ours.UpdateGroup(ctx, "test", theirGroup.ID, []directory.Operation{{Path: "description", Value: []byte(`"x"`)}}),
		"delete group":      ours.DeleteGroup(ctx, theirGroup.ID),
		"their group":       second(ours.AddMember(ctx, "test", theirGroup.ID, us.ID)),
		"their user":        second(ours.AddMember(ctx, "test", group.ID, them.ID)),
		"membership":        second(ours.Membership(ctx, membership.ID)),
		"remove":            ours.RemoveMember(ctx, membership.ID),
		"their memberships": third(ours.MembershipsOf(ctx, them.ID, paging.Page{Limit: 10})),
		"their members":     third(ours.Members(ctx, theirGroup.ID, paging.Page{Limit: 10})),
		"is member":         second(ours.InGroups(ctx, us.ID, []directory.GroupID{theirGroup.ID})),
	} {
		if fault.Of(err) != fault.NotFound {
			t.Errorf("%s by an id of another store: %v, want NotFound", call, err)
		}
	}
	if found, err := ours.Has(ctx, directory.UserResource, string(them.ID)); found || err != nil {
		t.Errorf("Has by an id of another store: %t, %v", found, err)
	}
	if err := theirs.Empty(ctx); err != nil {
		t.Fatal(err)
	}
	users, _, err := theirs.Users(ctx, paging.Page{Limit: 10})
	if err != nil || len(users) > 0 {
		t.Errorf("an emptied store has %v, %v", users, err)
	}
	users, _, err = ours.Users(ctx, paging.Page{Limit: 10})
	if err != nil || len(users) != 1 || users[0].ID != us.ID {
		t.Errorf("our store has %v, %v", users, err)
	}
}

// otherStore is the identity store of an account's instance.
const otherStore = "d-0123456789"

func second[A any](_ A, err error) error { return err }

func third[A, B any](_ A, _ B, err error) error { return err }
