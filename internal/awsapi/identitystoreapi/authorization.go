package identitystoreapi

import (
	"context"
	"reflect"

	"foyer/internal/directory"
	"foyer/internal/fault"
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
// input names. Callers of other accounts than the owner's and its delegated
// administrators' are refused here: no policy of theirs reaches into this
// account.
func (s *Service) on(operation string, objects []object) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		input := reflect.ValueOf(in).Elem()
		action := "identitystore:" + operation
		storeARN := "arn:aws:identitystore::" + string(s.Owner()) + ":identitystore/" + input.FieldByName("IdentityStoreId").String()
		may := call.Caller.Account == s.Owner()
		if !may {
			var err error
			if may, err = s.Delegated(ctx, call.Caller.Account); err != nil {
				return nil, err
			}
		}
		if !may {
			return nil, fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s", call.Caller.ARN, action, storeARN)
		}
		demands := []wire.Demand{{Action: action, Resource: storeARN}}
		for _, o := range objects {
			ids, err := s.ids(ctx, o, input)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				demands = append(demands, wire.Demand{Action: action, Resource: "arn:aws:identitystore:::" + o.kind + "/" + id})
			}
		}
		return demands, nil
	}
}

// ids are those of an object that the input names. What a membership that does
// not exist joins is left out: the operation says that it is missing.
func (s *Service) ids(ctx context.Context, o object, input reflect.Value) ([]string, error) {
	switch o {
	case theGroups:
		ids, _ := input.FieldByName(o.member).Interface().([]string)
		return ids, nil
	case theMember:
		if m, ok := input.FieldByName(o.member).Interface().(*MemberId); ok && m != nil {
			return []string{given(m.UserId)}, nil
		}
		return []string{""}, nil
	case itsGroup, itsUser:
		m, err := s.Directory.Membership(ctx, directory.MembershipID(input.FieldByName(o.member).String()))
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
