package identitystoreapi

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"testing"
	"time"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/wire"
)

// Each operation demands its action on the types of resources that the Service
// Authorization Reference names for it, no more and no fewer.
func TestDemandsAreThoseOfTheReference(t *testing.T) {
	kinds := map[string]string{
		"User": "user", "AllUsers": "user", "Group": "group", "AllGroups": "group",
		"GroupMembership": "membership", "AllGroupMemberships": "membership",
	}
	service, ok := actioncatalogue.Find("identitystore")
	if !ok {
		t.Fatal("the catalogue has no identity store")
	}
	for operation, objects := range demanded {
		action, ok := service.Action(operation)
		if !ok {
			t.Errorf("the reference has no %s", operation)
			continue
		}
		want, got := map[string]bool{}, map[string]bool{}
		for _, r := range action.Resources {
			if r.Type != "Identitystore" {
				want[kinds[r.Type]] = true
			}
		}
		for _, o := range objects {
			got[o.kind] = true
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s demands %v, want %v", operation, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
	}
}

// What a request cannot say of a user or group that is about to be made, or of
// all of them, and what no operation can.
var unsaid = map[string][]string{
	"CreateUser":  {"identitystore:UserExternalIdIssuers", "identitystore:ReservedUserId"}, // neither can be given
	"CreateGroup": {"identitystore:GroupExternalIdIssuers"},                                // it cannot be given
	"ListUsers":   {"identitystore:UserExternalIdIssuers"},                                 // about no user in particular
	"ListGroups":  {"identitystore:GroupExternalIdIssuers"},                                // about no group in particular
}

// Each operation fills in the condition keys that the reference names for it.
func TestKeysAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	s, user, group := furnish(t)
	inputs := map[string]any{
		"DescribeUser": &DescribeUserRequest{IdentityStoreId: ourStore, UserId: user}, "UpdateUser": &UpdateUserRequest{IdentityStoreId: ourStore, UserId: user},
		"DeleteUser": &DeleteUserRequest{IdentityStoreId: ourStore, UserId: user}, "DescribeGroup": &DescribeGroupRequest{IdentityStoreId: ourStore, GroupId: group},
		"UpdateGroup": &UpdateGroupRequest{IdentityStoreId: ourStore, GroupId: group}, "DeleteGroup": &DeleteGroupRequest{IdentityStoreId: ourStore, GroupId: group},
		"CreateUser": &CreateUserRequest{IdentityStoreId: ourStore}, "CreateGroup": &CreateGroupRequest{IdentityStoreId: ourStore},
		"GetUserId": &GetUserIdRequest{IdentityStoreId: ourStore}, "GetGroupId": &GetGroupIdRequest{IdentityStoreId: ourStore},
		"ListUsers": &ListUsersRequest{IdentityStoreId: ourStore}, "ListGroups": &ListGroupsRequest{IdentityStoreId: ourStore},
		"CreateGroupMembership": &CreateGroupMembershipRequest{IdentityStoreId: ourStore}, "DescribeGroupMembership": &DescribeGroupMembershipRequest{IdentityStoreId: ourStore},
		"DeleteGroupMembership": &DeleteGroupMembershipRequest{IdentityStoreId: ourStore}, "GetGroupMembershipId": &GetGroupMembershipIdRequest{IdentityStoreId: ourStore},
		"ListGroupMemberships": &ListGroupMembershipsRequest{IdentityStoreId: ourStore}, "ListGroupMembershipsForMember": &ListGroupMembershipsForMemberRequest{IdentityStoreId: ourStore},
		"IsMemberInGroups": &IsMemberInGroupsRequest{IdentityStoreId: ourStore},
	}
	service, _ := actioncatalogue.Find("identitystore")
	values := map[string]string{
		"identitystore:PrimaryRegion": "eu-central-1", "identitystore:UserExternalIdIssuers": issuer, "identitystore:GroupExternalIdIssuers": issuer,
	}
	for operation, authorize := range s.authorizations() {
		demands, err := authorize(t.Context(), &wire.Call{Caller: caller.Caller{Account: owner}}, inputs[operation])
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		action, _ := service.Action(operation)
		for _, d := range demands {
			for _, key := range action.Keys {
				want := []string{values[key]}
				if slices.Contains(unsaid[operation], key) {
					want = nil
				}
				if !slices.Equal(d.Context[key], want) {
					t.Errorf("%s on %s has %s %q, want %q", operation, d.Resource, key, d.Context[key], want)
				}
			}
			for key := range d.Context {
				if !slices.Contains(action.Keys, key) {
					t.Errorf("%s has %s, which the reference does not name", operation, key)
				}
			}
		}
	}
}

// Whose store it is decides who may ask for anything in it.
func TestAStoreIsForItsAccountAndThoseThatAdministerIt(t *testing.T) {
	t.Parallel()
	s, _, _ := furnish(t)
	for name, tt := range map[string]struct {
		account arn.AccountID
		store   string
		want    string // the store's ARN; "" for refused
	}{
		"the owner":                       {owner, ourStore, "arn:aws:identitystore::111122223333:identitystore/" + ourStore},
		"a delegated administrator":       {delegate, ourStore, "arn:aws:identitystore::111122223333:identitystore/" + ourStore},
		"somebody else":                   {member, ourStore, ""},
		"an account's own":                {member, theirStore, "arn:aws:identitystore::444455556666:identitystore/" + theirStore},
		"an account's, from the owner":    {owner, theirStore, ""},
		"an account's, from the delegate": {delegate, theirStore, ""},
		"none":                            {member, "d-0000000000", "arn:aws:identitystore::444455556666:identitystore/d-0000000000"},
	} {
		demands, err := s.authorizations()["ListUsers"](t.Context(), &wire.Call{Caller: caller.Caller{Account: tt.account}}, &ListUsersRequest{IdentityStoreId: tt.store})
		if tt.want == "" {
			if fault.Of(err) != fault.Denied {
				t.Errorf("%s: %v, want Denied", name, err)
			}
			continue
		}
		if err != nil || demands[0].Resource != tt.want {
			t.Errorf("%s: %v, %v; want %s first", name, demands, err, tt.want)
		}
	}
}

const (
	ourStore   = "d-90671a2b3c"
	theirStore = "d-0123456789"
	owner      = arn.AccountID("111122223333")
	member     = arn.AccountID("444455556666")
	delegate   = arn.AccountID("777788889999")
	issuer     = "https://idp.example"
)

// furnish makes a service over two stores, with a user and a group in ours that
// another provider knows too.
func furnish(t *testing.T) (s *Service, user, group string) {
	t.Helper()
	db := storetest.Memory(t, time.Now)
	d := &directory.Directory{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) directory.Tx { return tx }), View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) directory.Reader { return tx }),
		Mint: mint.Mint{Source: rand.Reader}, Now: time.Now, StoreID: func(context.Context) (string, error) { return ourStore, nil },
		Others: func(_ context.Context, id string) (bool, error) { return id == theirStore, nil },
	}
	known := []directory.ExternalID{{Issuer: issuer, ID: "1"}}
	err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
		if _, err := tx.PutDirectoryGroup(t.Context(), directory.Group{ID: "g", Store: ourStore, DisplayName: "Makers", ExternalIDs: known}); err != nil {
			return err
		}
		_, err := tx.PutDirectoryUser(t.Context(), directory.User{ID: "u", Store: ourStore, Attributes: directory.Attributes{UserName: "ann"}, ExternalIDs: known})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Service{
		Directory: d,
		Stores: func(_ context.Context, id string) (instance.Instance, bool, error) {
			if id == theirStore {
				return instance.Instance{IdentityStore: id, Owner: member, Region: "eu-central-1", OfAccount: true}, true, nil
			}
			return instance.Instance{IdentityStore: id, Owner: owner, Region: "eu-central-1"}, id == ourStore, nil
		},
		Delegated: func(_ context.Context, account arn.AccountID) (bool, error) { return account == delegate, nil },
	}, "u", "g"
}
