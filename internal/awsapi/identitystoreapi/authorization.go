package identitystoreapi

import (
	"context"
	"reflect"

	"foyer/internal/fault"
	"foyer/internal/wire"
)

const all = "*"

// resource is an ARN of the identity store service (Service Authorization
// Reference, AWS Identity Store).
func resource(kind, id string) string { return "arn:aws:identitystore:::" + kind + "/" + id }

// authorizations tells what each operation demands: its own action on the
// store and on the users, groups and memberships it names.
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"CreateUser":                    s.on("CreateUser", "user", all),
		"DescribeUser":                  s.on("DescribeUser", "user", "UserId"),
		"UpdateUser":                    s.on("UpdateUser", "user", "UserId"),
		"DeleteUser":                    s.on("DeleteUser", "user", "UserId"),
		"GetUserId":                     s.on("GetUserId", "user", all),
		"ListUsers":                     s.on("ListUsers", "user", all),
		"CreateGroup":                   s.on("CreateGroup", "group", all),
		"DescribeGroup":                 s.on("DescribeGroup", "group", "GroupId"),
		"UpdateGroup":                   s.on("UpdateGroup", "group", "GroupId"),
		"DeleteGroup":                   s.on("DeleteGroup", "group", "GroupId"),
		"GetGroupId":                    s.on("GetGroupId", "group", all),
		"ListGroups":                    s.on("ListGroups", "group", all),
		"CreateGroupMembership":         s.on("CreateGroupMembership", "group", "GroupId"),
		"DescribeGroupMembership":       s.on("DescribeGroupMembership", "membership", "MembershipId"),
		"DeleteGroupMembership":         s.on("DeleteGroupMembership", "membership", "MembershipId"),
		"GetGroupMembershipId":          s.on("GetGroupMembershipId", "group", "GroupId"),
		"ListGroupMemberships":          s.on("ListGroupMemberships", "group", "GroupId"),
		"ListGroupMembershipsForMember": s.on("ListGroupMembershipsForMember", "membership", all),
		"IsMemberInGroups":              s.on("IsMemberInGroups", "membership", all),
	}
}

// on demands identitystore:<operation> on the store and on the resource that
// the input's member names. Callers of other accounts than the owner's and its
// delegated administrators' are refused here: no policy of theirs reaches into
// this account.
func (s *Service) on(operation, kind, member string) wire.Authorization {
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		fields := reflect.ValueOf(in).Elem()
		store, id := fields.FieldByName("IdentityStoreId").String(), all
		if member != all {
			id = fields.FieldByName(member).String()
		}
		action := "identitystore:" + operation
		storeARN := "arn:aws:identitystore::" + string(s.Owner()) + ":identitystore/" + store
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
		return []wire.Demand{{Action: action, Resource: storeARN}, {Action: action, Resource: resource(kind, id)}}, nil
	}
}
