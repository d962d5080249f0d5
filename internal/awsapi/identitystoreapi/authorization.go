package identitystoreapi

import (
	"context"
	"reflect"

	"foyer/internal/arn"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/wire"
)

// An object is a kind of thing that an operation is about, and the member of
// the input that names it: "" where that is any of them.
type object struct{ kind, member string }

// The objects of the service's operations.
var (
	anyUser       = object{"user", ""}
	anyGroup      = object{"group", ""}
	anyMembership = object{"membership", ""}
	theUser       = object{"user", "UserId"}
	theGroup      = object{"group", "GroupId"}
	theGroups     = object{"group", "GroupIds"}
	theMember     = object{"user", "MemberId"}
	theMembership = object{"membership", "MembershipId"}
	itsGroup      = object{"group", "MembershipId"}
	itsUser       = object{"user", "MembershipId"}
)

// demanded tells what each operation is about beside the store itself (Service
// Authorization Reference, AWS Identity Store).
var demanded = map[string][]object{
	"CreateUser":                    nil,
	"DescribeUser":                  {theUser},
	"UpdateUser":                    {theUser},
	"DeleteUser":                    {theUser},
	"GetUserId":                     {anyUser},
	"ListUsers":                     {anyUser},
	"CreateGroup":                   nil,
	"DescribeGroup":                 {theGroup},
	"UpdateGroup":                   {theGroup},
	"DeleteGroup":                   {theGroup},
	"GetGroupId":                    {anyGroup},
	"ListGroups":                    {anyGroup},
	"CreateGroupMembership":         {theGroup, theMember},
	"DescribeGroupMembership":       {theMembership, itsGroup, itsUser},
	"DeleteGroupMembership":         {theMembership, itsGroup, itsUser},
	"GetGroupMembershipId":          {theGroup, anyMembership, theMember},
	"ListGroupMemberships":          {anyMembership, theGroup},
	"ListGroupMembershipsForMember": {anyMembership, theMember},
	"IsMemberInGroups":              {anyMembership, theGroups, theMember},
}

func (s *Service) authorizations() map[string]wire.Authorization {
	all := make(map[string]wire.Authorization, len(demanded))
	for operation, objects := range demanded {
		all[operation] = s.on(operation, objects)
	}
	return all
}

// on demands identitystore:<operation> on the store and on the objects that the
// input names. Callers of other accounts than the owner's are refused here, but
// for those that administer the organization's instance: no policy of theirs
// reaches into this account. A store that there is not counts as the caller's
// own, so that the operation says that it is missing.
func (s *Service) on(operation string, objects []object) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		input := reflect.ValueOf(in).Elem()
		action, store := "identitystore:"+operation, input.FieldByName("IdentityStoreId").String()
		i, found, err := s.Stores(ctx, store)
		if err != nil {
			return nil, err
		}
		if !found {
			i = instance.Instance{IdentityStore: store, Owner: call.Caller.Account}
		}
		may, err := s.reaches(ctx, call, i)
		if err != nil {
			return nil, err
		}
		if !may {
			return nil, fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s", call.Caller.ARN, action, i.IdentityStoreARN())
		}
		demands := []wire.Demand{{Action: action, Resource: i.IdentityStoreARN()}}
		if !found {
			return demands, nil
		}
		d, err := s.Directory.In(ctx, store)
		if err != nil {
			return nil, err
		}
		keys := map[string][]string{"identitystore:PrimaryRegion": {i.Region}}
		demands[0].Context = keys
		for _, o := range objects {
			ids, err := idsOf(ctx, d, o, input)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				demands = append(demands, wire.Demand{Action: action, Resource: "arn:" + arn.Partition + ":identitystore:::" + o.kind + "/" + id, Context: keys})
			}
		}
		return demands, issuersInto(ctx, d, keys, objects, input)
	}
}

// reaches reports whether a caller's account may ask for anything in a store.
func (s *Service) reaches(ctx context.Context, call *wire.Call, i instance.Instance) (bool, error) {
	if call.Caller.Account == i.Owner || i.OfAccount {
		return call.Caller.Account == i.Owner, nil
	}
	return s.Delegated(ctx, call.Caller.Account)
}

// idsOf are those of an object that the input names. What a membership that does
// not exist joins is left out: the operation says that it is missing.
func idsOf(ctx context.Context, d *directory.Directory, o object, input reflect.Value) ([]string, error) {
	switch o {
	case theGroups:
		ids, _ := input.FieldByName(o.member).Interface().([]string)
		return ids, nil
	case theMember:
		if m, ok := input.FieldByName(o.member).Interface().(*MemberId); ok && m != nil {
			return []string{wire.Given(m.UserId)}, nil
		}
		return []string{""}, nil
	case itsGroup, itsUser:
		m, err := d.Membership(ctx, directory.MembershipID(input.FieldByName(o.member).String()))
		switch {
		case fault.Of(err) == fault.NotFound:
			return nil, nil
		case err != nil:
			return nil, err
		case o == itsGroup:
			return []string{string(m.Group)}, nil
		}
		return []string{string(m.User)}, nil
	}
	if o.member == "" {
		return []string{"*"}, nil
	}
	return []string{input.FieldByName(o.member).String()}, nil
}

// issuersInto puts into keys by whom else the one user or group that an
// operation is about is known. Nothing is said of users and groups that there
// are not, nor of memberships.
func issuersInto(ctx context.Context, d *directory.Directory, keys map[string][]string, objects []object, input reflect.Value) error {
	if len(objects) != 1 {
		return nil
	}
	var (
		key      string
		external []directory.ExternalID
		err      error
	)
	switch objects[0] {
	case theUser:
		var u directory.User
		u, err = d.User(ctx, directory.UserID(input.FieldByName("UserId").String()))
		key, external = "identitystore:UserExternalIdIssuers", u.ExternalIDs
	case theGroup:
		var g directory.Group
		g, err = d.Group(ctx, directory.GroupID(input.FieldByName("GroupId").String()))
		key, external = "identitystore:GroupExternalIdIssuers", g.ExternalIDs
	}
	for _, e := range external {
		keys[key] = append(keys[key], e.Issuer)
	}
	if fault.Of(err) == fault.NotFound {
		return nil
	}
	return err
}
