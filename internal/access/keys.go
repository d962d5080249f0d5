package access

import (
	"strconv"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
)

// Lookup implements policy.Context: the condition keys of a request, worked out
// when a policy asks about them. The keys of the call, its principal and its
// resource come before those of the demand and of the session, which can
// therefore not pose as them.
func (q *inquiry) Lookup(key string) ([]string, bool) {
	if rest, global := strings.CutPrefix(key, "aws:"); global {
		if v, known := q.global(rest); known {
			return v, v != nil
		}
	}
	if v, found := named(q.demand.Context, key); found {
		return v, true
	}
	if s := q.call.Caller.Session; s != nil {
		return named(s.Context, key)
	}
	return nil, false
}

// named finds a key whatever its case.
func named(all map[string][]string, key string) ([]string, bool) {
	for name, values := range all {
		if strings.EqualFold(name, key) {
			return values, true
		}
	}
	return nil, false
}

// global answers for the keys that AWS has for all services, without their
// aws:. known is false for a key that it does not know; a known key without
// values is not in the request.
func (q *inquiry) global(key string) (values []string, known bool) {
	if tag, ok := strings.CutPrefix(key, "principaltag/"); ok {
		return q.principalTag(tag), true
	}
	if rest, ok := strings.CutPrefix(key, "principal"); ok {
		return q.ofPrincipal(rest)
	}
	if v, known := q.ofCall(key); known {
		return v, true
	}
	if v, known := q.ofResource(key); known {
		return v, true
	}
	return q.ofCredentials(key)
}

// ofCall answers for what the edge knows of the request.
func (q *inquiry) ofCall(key string) (values []string, known bool) {
	c := q.call
	switch key {
	case "currenttime":
		return one(c.Time.UTC().Format(time.RFC3339)), true
	case "epochtime":
		return one(strconv.FormatInt(c.Time.Unix(), 10)), true
	case "securetransport":
		return one(strconv.FormatBool(c.Secure)), true
	case "sourceip":
		if !c.SourceIP.IsValid() {
			return nil, true
		}
		return one(c.SourceIP.String()), true
	case "useragent":
		return some(c.UserAgent), true
	case "requestedregion":
		return some(c.Region), true
	case "viaawsservice":
		return one("false"), true
	case "calledvia", "calledviafirst", "calledvialast":
		return nil, true // no service calls on somebody's behalf
	case "assumedroot":
		if s := c.Caller.Session; c.Caller.Kind == caller.Root && s != nil && len(s.PolicyARNs) > 0 {
			return one("true"), true // a root session for a task
		}
		return nil, true
	default:
		return nil, false
	}
}

// ofPrincipal answers for the keys that begin with aws:Principal.
func (q *inquiry) ofPrincipal(key string) (values []string, known bool) {
	c := &q.call.Caller
	switch key {
	case "arn":
		if c.Session != nil && c.Session.OfRole() {
			return one(c.Session.RoleARN), true
		}
		return some(c.ARN), true
	case "account":
		return some(string(c.Account)), true
	case "orgid":
		return some(q.place.OrgID), true
	case "orgpaths":
		return some(q.place.Path), true
	case "type":
		return some(principalTypes[c.Kind]), true
	case "isawsservice":
		if c.Kind == caller.Anonymous {
			return nil, true
		}
		return one(strconv.FormatBool(c.Kind == caller.Service)), true
	case "servicename", "servicenameslist":
		if c.Kind != caller.Service {
			return nil, true
		}
		return some(c.Name), true
	default:
		return nil, false
	}
}

// principalTypes are the values of aws:PrincipalType.
var principalTypes = [...]string{
	caller.Anonymous: "Anonymous", caller.Root: "Account", caller.User: "User", caller.AssumedRole: "AssumedRole", caller.Service: "", caller.FederatedUser: "FederatedUser",
}

// principalTag answers for aws:PrincipalTag/<key>. A session's tag hides that
// of its role.
func (q *inquiry) principalTag(key string) []string {
	if s := q.call.Caller.Session; s != nil {
		for name, value := range s.Tags {
			if strings.EqualFold(name, key) {
				return one(value)
			}
		}
	}
	return q.rights.tags[key]
}

// ofCredentials answers for what the caller's credentials are.
func (q *inquiry) ofCredentials(key string) (values []string, known bool) {
	c := &q.call.Caller
	switch key {
	case "userid":
		return some(c.ID), true
	case "username":
		if c.Kind != caller.User {
			return nil, true
		}
		return some(c.Name), true
	case "tokenissuetime", "multifactorauthpresent", "multifactorauthage", "sourceidentity", "federatedprovider":
		if c.Session == nil {
			return nil, true // long-term keys have none of these
		}
		return ofSession(c.Session, key, q.call.Time), true
	default:
		return nil, false
	}
}

func ofSession(s *caller.Session, key string, now time.Time) []string {
	switch key {
	case "tokenissuetime":
		return one(s.Issued.UTC().Format(time.RFC3339))
	case "multifactorauthpresent":
		return one(strconv.FormatBool(s.MFA))
	case "multifactorauthage":
		if !s.MFA {
			return nil
		}
		return one(strconv.FormatInt(int64(now.Sub(s.Issued)/time.Second), 10))
	case "sourceidentity":
		return some(s.SourceIdentity)
	default:
		return some(s.Provider)
	}
}

// ofResource answers for whose the resource is. A resource whose ARN names no
// account is its owner's.
func (q *inquiry) ofResource(key string) (values []string, known bool) {
	switch key {
	case "resourceaccount":
		return some(string(q.resourceAccount())), true
	case "resourceorgid":
		if a := q.resourceAccount(); a != q.owner && a != q.ownerPlace.Management {
			return nil, true
		}
		return some(q.ownerPlace.OrgID), true
	case "resourceorgpaths":
		if q.resourceAccount() != q.owner {
			return nil, true
		}
		return some(q.ownerPlace.Path), true
	default:
		return nil, false
	}
}

func (q *inquiry) resourceAccount() arn.AccountID {
	a, err := arn.Parse(q.demand.Resource)
	if err != nil || a.Account == "" {
		return q.owner
	}
	return a.Account
}

func one(value string) []string { return []string{value} }

// some is value, unless there is none.
func some(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}
