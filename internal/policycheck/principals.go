package policycheck

import (
	"slices"
	"strings"

	"foyer/internal/jsontree"
)

// principalKeys are the kinds of principals.
var principalKeys = []string{"AWS", "CanonicalUser", "Federated", "Service"}

// kindNames are what AWS's sentences call the kinds that have no principals.
var kindNames = map[Kind]string{Identity: "IDENTITY_POLICY", ServiceControl: "SERVICE_CONTROL_POLICY"}

// principals checks the Principal or NotPrincipal of a statement.
func (c *checker) principals(s *statement) {
	value, ok := s.find("Principal")
	not := false
	if !ok {
		value, not = s.find("NotPrincipal")
	}
	present := ok || not
	switch {
	case !present && c.kind.hasPrincipal():
		c.found(missingPrincipal, s.place)
		return
	case !present:
		return
	case c.kind == ServiceControl:
		c.found(scpPrincipal, value)
		return
	case !c.kind.hasPrincipal():
		c.found(unsupportedPrincipal, value, kindNames[c.kind])
		return
	}
	switch {
	case not && c.kind == Trust:
		c.found(trustNotPrincipal, value)
	case not && s.allow:
		c.found(allowNotPrincipal, value)
	}
	switch {
	case c.kind == Trust && value.node.Kind == jsontree.String && value.node.Text == "*":
		c.found(trustWildcard, value)
	case c.kind == ResourceControl && (not || value.node.Kind != jsontree.String || value.node.Text != "*"):
		c.found(rcpPrincipal, value)
	case value.node.Kind == jsontree.String && value.node.Text == "*":
	case value.node.Kind != jsontree.Object:
		c.found(principalFormat, value)
	case len(value.node.Members) == 0:
		c.found(emptyPrincipal, value)
	default:
		for i := range value.node.Members {
			c.principalKind(s, value, &value.node.Members[i])
		}
	}
}

func (c *checker) principalKind(s *statement, in place, m *jsontree.Member) {
	if !slices.Contains(principalKeys, m.Name) {
		c.add(principalKey, []Location{c.atName(in, m)}, m.Name)
		return
	}
	names := in.member(m)
	if len(names.items()) == 0 {
		c.found(emptyPrincipals, names)
	}
	for _, p := range names.items() {
		if p.node.Kind != jsontree.String {
			c.found(dataType, p)
			continue
		}
		c.noVariable(p)
		name := p.node.Text
		switch {
		case name == "*" && m.Name != "Federated":
		case strings.ContainsAny(name, "*?"):
			c.found(principalWildcard, p, m.Name)
		case m.Name == "Federated" && c.kind == Resource && s.hasResource():
			c.found(federatedResource, p)
		case m.Name == "AWS" && strings.HasPrefix(name, "AROA"):
			c.found(roleID, p, name)
		case m.Name == "AWS" && strings.HasPrefix(name, "AIDA"):
			c.found(userID, p, name)
		}
	}
}
