package ssoadminapi

import (
	"context"
	"reflect"
	"strings"

	"foyer/internal/application"
	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/wire"
)

// A reach says whether an account that neither owns an instance nor is denied
// it for good may ask for an operation on it at all, before any policy is asked.
type reach func(ctx context.Context, call *wire.Call, i instance.Instance, input reflect.Value) (bool, error)

// reads demands sso:<operation> on what the members name. Callers must be in
// the instance's account, in one that administers for it, or in that of the
// application: no policy of any other account reaches the instance.
func (s *Service) reads(operation string, members ...string) wire.Authorization {
	return s.demands(operation, members, s.administers)
}

func (s *Service) administers(ctx context.Context, call *wire.Call, i instance.Instance, input reflect.Value) (bool, error) {
	if named := text(input, theApplication) + text(input, theResource); strings.Contains(named, ":application/") {
		if account, _ := application.ParseARN(named); account == call.Caller.Account {
			return s.inOrganizationOf(ctx, call, i)
		}
	}
	return s.Delegated(ctx, call.Caller.Account)
}

// changes is reads for what changes roles in accounts. Only the management
// account itself may change those in the management account.
func (s *Service) changes(operation string, members ...string) wire.Authorization {
	return s.demands(operation, members, func(ctx context.Context, call *wire.Call, i instance.Instance, input reflect.Value) (bool, error) {
		may, err := s.Delegated(ctx, call.Caller.Account)
		if err != nil || !may || text(input, theTarget) == string(i.Owner) {
			return false, err
		}
		there, err := s.Assignments.Provisioned(ctx, i.Owner, text(input, theSet))
		return !there, err
	})
}

// owns is reads for what the instance's own account alone may do.
func (s *Service) owns(operation string, members ...string) wire.Authorization {
	return s.demands(operation, members, func(context.Context, *wire.Call, instance.Instance, reflect.Value) (bool, error) { return false, nil })
}

// brings is reads for what every member of the organization may do for
// applications of its own: they are filtered by its account.
func (s *Service) brings(operation string, members ...string) wire.Authorization {
	return s.demands(operation, members, func(ctx context.Context, call *wire.Call, i instance.Instance, input reflect.Value) (bool, error) {
		if may, err := s.Delegated(ctx, call.Caller.Account); err != nil || may {
			return may, err
		}
		if input.FieldByName("Filter").IsValid() && filteredAccount(input) != string(call.Caller.Account) {
			return false, nil
		}
		return s.inOrganizationOf(ctx, call, i)
	})
}

// filteredAccount is the account to whose applications a listing is narrowed; ""
// when to none.
func filteredAccount(input reflect.Value) string {
	filter := input.FieldByName("Filter")
	if !filter.IsValid() || filter.IsNil() {
		return ""
	}
	if named := text(filter.Elem(), theApplication); named != "" {
		account, _ := application.ParseARN(named)
		return string(account)
	}
	return text(filter.Elem(), "ApplicationAccount")
}

// demands makes an Authorization; others says what callers of other accounts
// than the instance's may ask for at all.
func (s *Service) demands(operation string, members []string, others reach) wire.Authorization {
	action := "sso:" + operation
	return func(ctx context.Context, call *wire.Call, in any) ([]wire.Demand, error) {
		input := reflect.ValueOf(in).Elem()
		i, err := s.Instance.ByARN(ctx, instanceNamed(input))
		switch {
		case err == nil && call.Caller.Account != i.Owner:
			may := false
			if !i.OfAccount {
				if may, err = others(ctx, call, i, input); err != nil {
					return nil, err
				}
			}
			if !may {
				return nil, denied(call, action, instanceNamed(input))
			}
		case err != nil && fault.Of(err) != fault.NotFound: // without an instance, the operation says so
			return nil, err
		}
		return s.on(ctx, call, action, i, input, members)
	}
}

// instanceNamed is the ARN of the instance that the input is about.
func instanceNamed(input reflect.Value) string {
	for _, member := range []string{theInstance, theApplication, theIssuer, theResource} {
		if named := text(input, member); named != "" {
			return instanceOf(named)
		}
	}
	return ""
}

// instanceOf is the ARN of the instance that a resource belongs to, or is.
func instanceOf(resourceARN string) string {
	name, err := arn.Parse(resourceARN)
	if err != nil {
		return ""
	}
	path := strings.Split(name.Resource, "/")
	if len(path) < 2 {
		return ""
	}
	return "arn:" + arn.Partition + ":sso:::instance/" + path[1]
}

func (s *Service) on(ctx context.Context, call *wire.Call, action string, i instance.Instance, input reflect.Value, members []string) ([]wire.Demand, error) {
	if len(members) == 0 {
		return []wire.Demand{{Action: action, Resource: "*"}}, nil
	}
	demands := make([]wire.Demand, len(members))
	for n, member := range members {
		keys := requestTags(input)
		if i.Region != "" {
			keys["sso:PrimaryRegion"] = []string{i.Region}
		}
		name := resourceARN(call, i, input, member)
		if account := filteredAccount(input); account != "" {
			keys["sso:ApplicationAccount"] = []string{account}
		}
		if strings.Contains(name, ":application/") {
			account, _ := application.ParseARN(name)
			keys["sso:ApplicationAccount"] = []string{string(account)}
		}
		switch member {
		case theSet, theInstance, theResource, theApplication, theIssuer:
			tags, err := s.Tagging.Held(ctx, name)
			if err != nil {
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
func resourceARN(call *wire.Call, i instance.Instance, input reflect.Value, member string) string {
	named := text(input, member)
	switch member {
	case theTarget, theAccount:
		if named == "" {
			named = "*"
		}
		return "arn:" + arn.Partition + ":sso:::account/" + named
	case anySet:
		return "arn:" + arn.Partition + ":sso:::permissionSet/" + i.ID + "/*"
	case anyApplication:
		return "arn:" + arn.Partition + ":sso::" + string(call.Caller.Account) + ":application/" + i.ID + "/*"
	case anyIssuer:
		return "arn:" + arn.Partition + ":sso::" + string(i.Owner) + ":trustedTokenIssuer/" + i.ID + "/*"
	}
	return named
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
