package ssoadminapi

import (
	"context"
	"reflect"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/wire"
)

// The members by which requests name what they touch.
const (
	theSet      = "PermissionSetArn"
	theInstance = "InstanceArn"
	theTarget   = "TargetId"
	theAccount  = "AccountId"
	theResource = "ResourceArn"
)

// authorizations tells what each operation demands: its own action on all that
// it names (Service Authorization Reference, AWS IAM Identity Center).
func (s *Service) authorizations() map[string]wire.Authorization {
	return map[string]wire.Authorization{
		"ListInstances": wire.Demands(func(*wire.Call, *ListInstancesRequest) []wire.Demand {
			return []wire.Demand{{Action: "sso:ListInstances", Resource: "*"}}
		}),
		"DescribeInstance": s.reads("DescribeInstance", theInstance),

		"CreatePermissionSet":   s.reads("CreatePermissionSet", theInstance),
		"DescribePermissionSet": s.reads("DescribePermissionSet", theSet, theInstance),
		"ListPermissionSets":    s.reads("ListPermissionSets", theInstance),
		"UpdatePermissionSet":   s.changes("UpdatePermissionSet", theSet, theInstance),
		"DeletePermissionSet":   s.changes("DeletePermissionSet", theSet, theInstance),

		"AttachManagedPolicyToPermissionSet":                    s.changes("AttachManagedPolicyToPermissionSet", theSet, theInstance),
		"DetachManagedPolicyFromPermissionSet":                  s.changes("DetachManagedPolicyFromPermissionSet", theSet, theInstance),
		"ListManagedPoliciesInPermissionSet":                    s.reads("ListManagedPoliciesInPermissionSet", theSet, theInstance),
		"AttachCustomerManagedPolicyReferenceToPermissionSet":   s.changes("AttachCustomerManagedPolicyReferenceToPermissionSet", theSet, theInstance),
		"DetachCustomerManagedPolicyReferenceFromPermissionSet": s.changes("DetachCustomerManagedPolicyReferenceFromPermissionSet", theSet, theInstance),
		"ListCustomerManagedPolicyReferencesInPermissionSet":    s.reads("ListCustomerManagedPolicyReferencesInPermissionSet", theSet, theInstance),
		"PutInlinePolicyToPermissionSet":                        s.changes("PutInlinePolicyToPermissionSet", theSet, theInstance),
		"GetInlinePolicyForPermissionSet":                       s.reads("GetInlinePolicyForPermissionSet", theSet, theInstance),
		"DeleteInlinePolicyFromPermissionSet":                   s.changes("DeleteInlinePolicyFromPermissionSet", theSet, theInstance),
		"PutPermissionsBoundaryToPermissionSet":                 s.changes("PutPermissionsBoundaryToPermissionSet", theSet, theInstance),
		"GetPermissionsBoundaryForPermissionSet":                s.reads("GetPermissionsBoundaryForPermissionSet", theSet, theInstance),
		"DeletePermissionsBoundaryFromPermissionSet":            s.changes("DeletePermissionsBoundaryFromPermissionSet", theSet, theInstance),

		"TagResource":         s.reads("TagResource", theResource),
		"UntagResource":       s.reads("UntagResource", theResource),
		"ListTagsForResource": s.reads("ListTagsForResource", theResource),

		"CreateAccountAssignment":                 s.changes("CreateAccountAssignment", theSet, theInstance, theTarget),
		"DeleteAccountAssignment":                 s.changes("DeleteAccountAssignment", theSet, theInstance, theTarget),
		"ListAccountAssignments":                  s.reads("ListAccountAssignments", theSet, theInstance, theAccount),
		"ListAccountAssignmentsForPrincipal":      s.reads("ListAccountAssignmentsForPrincipal", theInstance),
		"DescribeAccountAssignmentCreationStatus": s.reads("DescribeAccountAssignmentCreationStatus", theInstance),
		"DescribeAccountAssignmentDeletionStatus": s.reads("DescribeAccountAssignmentDeletionStatus", theInstance),
		"ListAccountAssignmentCreationStatus":     s.reads("ListAccountAssignmentCreationStatus", theInstance),
		"ListAccountAssignmentDeletionStatus":     s.reads("ListAccountAssignmentDeletionStatus", theInstance),

		"ProvisionPermissionSet":                  s.changes("ProvisionPermissionSet", theSet, theInstance, theTarget),
		"DescribePermissionSetProvisioningStatus": s.reads("DescribePermissionSetProvisioningStatus", theInstance),
		"ListPermissionSetProvisioningStatus":     s.reads("ListPermissionSetProvisioningStatus", theInstance),
		"ListPermissionSetsProvisionedToAccount":  s.reads("ListPermissionSetsProvisionedToAccount", theInstance, theAccount),
		"ListAccountsForProvisionedPermissionSet": s.reads("ListAccountsForProvisionedPermissionSet", theSet, theInstance),
	}
}

// reads demands sso:<operation> on what the members name. Callers must be in
// the instance's account or in one that administers for it: no policy of any
// other account reaches the instance.
func (s *Service) reads(operation string, members ...string) wire.Authorization {
	return s.demands(operation, members, func(context.Context, instance.Instance, reflect.Value) (bool, error) { return true, nil })
}

// changes is reads for what changes roles in accounts. Only the management
// account itself may change those in the management account.
func (s *Service) changes(operation string, members ...string) wire.Authorization {
	return s.demands(operation, members, func(ctx context.Context, i instance.Instance, input reflect.Value) (bool, error) {
		if text(input, theTarget) == string(i.Owner) {
			return false, nil
		}
		there, err := s.Assignments.Provisioned(ctx, i.Owner, text(input, theSet))
		return !there, err
	})
}

// demands makes an Authorization; delegates says what callers of an
// administering account may ask for at all.
func (s *Service) demands(operation string, members []string, delegates func(context.Context, instance.Instance, reflect.Value) (bool, error)) wire.Authorization {
	action := "sso:" + operation
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		input := reflect.ValueOf(in).Elem()
		first := resourceARN(input, members[0])
		i, err := s.Instance.Instance(ctx)
		switch {
		case err == nil && call.Caller.Account != i.Owner:
			may, err := s.Delegated(ctx, call.Caller.Account)
			if err == nil && may {
				may, err = delegates(ctx, i, input)
			}
			if err != nil {
				return nil, err
			}
			if !may {
				return nil, denied(call, action, first)
			}
		case err != nil && fault.Of(err) != fault.NotFound: // without an instance, the operation says so
			return nil, err
		}
		return s.on(ctx, action, input, members)
	}
}

func (s *Service) on(ctx context.Context, action string, input reflect.Value, members []string) ([]wire.Demand, error) {
	demands := make([]wire.Demand, len(members))
	for n, member := range members {
		keys := requestTags(input)
		name := resourceARN(input, member)
		if member == theSet || member == theInstance || member == theResource {
			tags, err := s.PermissionSets.Tags(ctx, name)
			if err != nil && fault.Of(err) != fault.NotFound { // what is not there has no tags
				return nil, err
			}
			for key, value := range tags {
				keys["aws:ResourceTag/"+key] = []string{value}
			}
		}
		demands[n] = wire.Demand{Action: action, Resource: name, Context: keys}
	}
	return demands, nil
}

// resourceARN names what a member of the input names.
func resourceARN(input reflect.Value, member string) string {
	named := text(input, member)
	if member != theTarget && member != theAccount {
		return named
	}
	if named == "" {
		named = "*"
	}
	return "arn:" + arn.Partition + ":sso:::account/" + named
}

// text is a string member of the input; "" when it is absent or has none.
func text(input reflect.Value, member string) string {
	field := input.FieldByName(member)
	if field.IsValid() && field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	if !field.IsValid() {
		return ""
	}
	return field.String()
}

// requestTags are the condition keys of the tags in a request.
func requestTags(input reflect.Value) map[string][]string {
	keys := map[string][]string{}
	if field := input.FieldByName("Tags"); field.IsValid() {
		tags, _ := field.Interface().([]Tag)
		for _, t := range tags {
			keys["aws:RequestTag/"+t.Key] = []string{t.Value}
			keys["aws:TagKeys"] = append(keys["aws:TagKeys"], t.Key)
		}
	}
	if field := input.FieldByName("TagKeys"); field.IsValid() {
		if tagKeys, ok := field.Interface().([]string); ok {
			keys["aws:TagKeys"] = tagKeys
		}
	}
	return keys
}

// denied words a refusal that no policy can lift.
func denied(call *wire.Call, action, resourceARN string) error {
	return fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s", call.Caller.ARN, action, resourceARN)
}
