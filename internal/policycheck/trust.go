package policycheck

import (
	"regexp"
	"slices"
	"strings"

	"foyer/internal/jsontree"
)

// domain is what names an OIDC provider, with the path of its issuer.
var domain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+(:[0-9]+)?(/[^\s]*)?$`)

// The actions by which somebody gets a session of a role, in lower case.
const (
	assumeRole    = "sts:assumerole"
	assumeWithWeb = "sts:assumerolewithwebidentity"
	assumeSAML    = "sts:assumerolewithsaml"
)

// trust checks that principals and actions of a trust policy fit together.
func (c *checker) trust(s *statement) {
	value, ok := s.find("Principal")
	if !ok || value.node.Kind != jsontree.Object {
		return
	}
	for i := range value.node.Members {
		m := &value.node.Members[i]
		for _, p := range value.member(m).items() {
			if p.node.Kind == jsontree.String {
				c.trusted(s, m.Name, p)
			}
		}
	}
}

// trusted checks one principal of a trust policy.
func (c *checker) trusted(s *statement, kind string, p place) {
	name := p.node.Text
	wrong := []string{assumeWithWeb, assumeSAML}
	switch {
	case kind == "Service" && strings.EqualFold(name, "rolesanywhere.amazonaws.com"):
		if s.allow && !s.notAction && !s.allows(assumeRole, "sts:setsourceidentity", "sts:tagsession") {
			c.found(rolesAnywhere, s.place)
		}
	case kind == "Federated":
		saml, web := federated(name)
		switch {
		case saml:
			wrong = []string{assumeRole, assumeWithWeb}
		case web:
			wrong = []string{assumeRole, assumeSAML}
		default:
			c.found(trustFederated, p)
			return
		}
	}
	if s.notAction {
		return
	}
	for _, a := range s.actions {
		if slices.Contains(wrong, strings.ToLower(a.node.Text)) {
			c.add(mismatchedAction, []Location{c.at(a), c.at(p)}, a.node.Text, name)
		}
	}
}

// federated tells whether a principal is a provider of SAML or of OIDC; of
// neither where it has the form of none.
func federated(name string) (saml, web bool) {
	if !strings.HasPrefix(name, "arn:") {
		return false, domain.MatchString(name)
	}
	parts := splitARN(name)
	if len(parts) != 6 || parts[2] != "iam" {
		return false, false
	}
	return strings.HasPrefix(parts[5], "saml-provider/"), strings.HasPrefix(parts[5], "oidc-provider/")
}

// allows reports whether some action pattern of s matches each of actions.
func (s *statement) allows(actions ...string) bool {
	for _, action := range actions {
		if !slices.ContainsFunc(s.actions, func(p place) bool { return contains(strings.ToLower(p.node.Text), action) }) {
			return false
		}
	}
	return true
}
