package access

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
)

// simulatedKeys are the condition keys of a simulated request about a resource
// of owner.
type simulatedKeys struct {
	keys  map[string][]string
	owner string
}

// Lookup implements policy.Context.
func (k simulatedKeys) Lookup(key string) ([]string, bool) {
	if values, ok := k.keys[key]; ok {
		return values, true
	}
	if key == "aws:resourceaccount" && k.owner != "" {
		return []string{k.owner}, true
	}
	return nil, false
}

// readContext checks the condition keys that are given.
func (m *simulation) readContext() error {
	m.keys = make(map[string][]string, len(m.ask.Context))
	for _, e := range m.ask.Context {
		key := strings.ToLower(e.Name)
		if _, there := m.keys[key]; there {
			return fault.Newf(fault.Invalid, "Duplicate context key: %s.", e.Name)
		}
		kind, isList := strings.CutSuffix(e.Type, "List")
		if e.Type != "" && !isList && len(e.Values) != 1 {
			return fault.Newf(fault.Invalid, "Context key %s expected a single value, but received %d.", e.Type, len(e.Values))
		}
		for _, v := range e.Values {
			if form := wrongForm(kind, v); form != "" {
				return fault.Newf(fault.Invalid, "Invalid context value for key %s: expected %s.", e.Name, form)
			}
		}
		m.keys[key] = e.Values
	}
	return nil
}

// wrongForm is what a value of a type ought to be, where it is not. Of booleans
// AWS takes every text.
func wrongForm(kind, value string) string {
	switch kind {
	case "numeric":
		if n, err := strconv.ParseFloat(value, 64); err != nil || n != n || n-n != 0 {
			return "numeric format"
		}
	case "date":
		if !isDate(value) {
			return "DateTime format"
		}
	case "ip":
		if _, err := netip.ParseAddr(value); err != nil {
			if _, err := netip.ParsePrefix(value); err != nil {
				return "IP address"
			}
		}
	case "binary":
		if _, err := base64.StdEncoding.DecodeString(value); err != nil {
			return "base-64 encoded binary format"
		}
	}
	return ""
}

func isDate(value string) bool {
	if _, err := strconv.ParseInt(value, 10, 64); err == nil {
		return true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04:05"} {
		if _, err := time.Parse(layout, value); err == nil {
			return true
		}
	}
	return false
}

// set adds a key, unless it was given.
func (m *simulation) set(key, value string) {
	if _, given := m.keys[key]; !given && value != "" && m.keys != nil {
		m.keys[key] = []string{value}
	}
}

// ofSource adds the keys that the source itself brings into a request.
func (m *simulation) ofSource(ref iam.Ref, held iam.PrincipalPolicies, place *Place) {
	if ref.Kind == iam.GroupKind {
		return // a group makes no requests
	}
	if m.ask.Caller == "" {
		m.ask.Caller = held.ARN
	}
	if m.ask.Caller != held.ARN {
		return
	}
	for tag, value := range held.Tags {
		m.set("aws:principaltag/"+strings.ToLower(tag), value)
	}
	m.set("aws:principalorgid", place.OrgID)
	m.set("aws:principalorgpaths", place.Path)
	if ref.Kind == iam.UserKind {
		m.set("aws:userid", held.ID)
	}
}

// identify reads who makes the request, and adds the keys that say so.
func (m *simulation) identify() error {
	m.principal = policy.Principal{Type: policy.User, Account: string(m.ask.Account)}
	if m.ask.Caller == "" {
		return nil
	}
	a, err := arn.Parse(m.ask.Caller)
	kind, name, _ := strings.Cut(a.Resource, "/")
	last := name[strings.LastIndexByte(name, '/')+1:]
	if err != nil || a.Account == "" || a.Service != "iam" && a.Service != "sts" || last == "" && kind != "root" {
		return noEntity(m.ask.Caller)
	}
	m.principal.Account, m.principal.ARN = string(a.Account), m.ask.Caller
	m.set("aws:principalarn", m.ask.Caller)
	m.set("aws:principalaccount", string(a.Account))
	switch kind {
	case "user":
		m.set("aws:username", last)
		m.set("aws:principaltype", "User")
	case "role":
		m.principal.Type, m.principal.ARN, m.principal.Origin = policy.Session, "", m.ask.Caller // a session that has no name
		m.set("aws:principaltype", "AssumedRole")
	case "assumed-role":
		role, _, _ := strings.Cut(name, "/")
		m.principal.Type, m.principal.Origin = policy.Session, arn.IAM(a.Account, "role/"+role)
		m.set("aws:principaltype", "AssumedRole")
	case "federated-user":
		m.principal.Type = policy.Session
		m.set("aws:principaltype", "FederatedUser")
	case "root":
		m.principal.Type = policy.Root
		m.set("aws:principaltype", "Account")
	}
	return nil
}

// readOwner reads who owns the resources that do not say.
func (m *simulation) readOwner() error {
	if m.ask.ResourceOwner == "" {
		return nil
	}
	a, err := arn.Parse(m.ask.ResourceOwner)
	if err != nil || a.Service != "iam" || !a.Account.Valid() || a.Resource != "root" {
		return fault.Newf(fault.Invalid, "'%s' is not a valid as a Resource Owner.", m.ask.ResourceOwner)
	}
	m.owner = string(a.Account)
	return nil
}
