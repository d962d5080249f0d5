package policygrant

import (
	"net/netip"
	"slices"
	"strings"
)

// Public lists the statements of a resource's policy that let everybody do some
// action of a service, or fails with ErrTooComplex. Everybody is whom nothing
// fixed holds back: no principal that has a name, and no condition that asks for
// fixed values of what a caller cannot choose, its account or its network. This
// is what AWS publishes as the meaning of public, for S3 first of all.
func Public(p *Policy, service string) (all []Found, err error) {
	wanted := actionsOf(choice{patterns: []string{service + ":*"}})
	b := &budget{left: maxWork}
	for _, s := range p.allow {
		if !s.who.anybody() || slices.ContainsFunc(s.when, condition.pins) {
			continue
		}
		if slices.ContainsFunc(classes(b, wanted, s, p.deny), func(about []bool) bool {
			l := language{budget: b}.in(s.resources.open())
			for _, d := range chosen(p.deny, about) {
				if d.keepsOut(s) {
					l = l.out(d.resources.certain())
				}
			}
			return l.hasText()
		}) {
			all = append(all, s.Found)
		}
	}
	return all, b.err()
}

// anybody reports whether p has principals that no name tells.
func (p principals) anybody() bool {
	return p.most() || !p.but && slices.ContainsFunc(p.names, unnamed)
}

// most reports whether p has everybody, but for some who have names.
func (p principals) most() bool {
	return p.everyone || p.but && !slices.ContainsFunc(p.names, unnamed)
}

// unnamed reports whether a name is that of all of a kind.
func unnamed(name string) bool { return strings.HasSuffix(name, ":*") }

// keepsOut reports whether a denial leaves nobody of what allowed lets
// everybody do, or nobody but whom something fixed tells.
func (s statement) keepsOut(allowed statement) bool {
	if !s.who.most() {
		return false
	}
	// What it leaves are those who break one of its conditions.
	return !slices.ContainsFunc(s.when, func(c condition) bool {
		met := slices.ContainsFunc(allowed.when, func(a condition) bool { return a.implies(c) })
		return !met && !c.negated().pins()
	})
}

// opposites are operators of which one holds where the other does not.
var opposites = map[string]string{
	"stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequalsignorecase", "stringnotlike": "stringlike",
	"arnnotequals": "arnequals", "arnnotlike": "arnlike", "notipaddress": "ipaddress",
}

// negated is the condition that holds where c does not; without an operator
// when none that could tell anybody does. A missing key meets negated operators,
// and those IfExists, and so does not meet their opposites.
func (c condition) negated() condition {
	quantifier, bare, quantified := strings.Cut(strings.TrimSuffix(c.operator, "ifexists"), ":")
	if !quantified {
		quantifier, bare = "", quantifier
	}
	c.operator = opposites[bare]
	switch {
	case c.operator == "" || quantifier == "foranyvalue": // which leaves those without the key
		c.operator = ""
	case quantifier == "forallvalues":
		c.operator = "foranyvalue:" + c.operator
	}
	return c
}

// telling are the keys whose fixed values tell who calls, or from where. The
// value is how they may be written besides fixed.
var telling = map[string]func(value string) bool{
	"aws:principalaccount": nil, "aws:principalorgid": nil, "aws:principalservicename": nil, "aws:userid": nil,
	"aws:sourceaccount": nil, "aws:sourceowner": nil, "aws:sourceorgid": nil,
	"aws:sourcevpc": nil, "aws:sourcevpce": nil, "aws:vpceaccount": nil, "aws:vpceorgid": nil,
	"aws:principalorgpaths": inOrganization, "aws:sourceorgpaths": inOrganization, "aws:vpceorgpaths": inOrganization,
	"aws:principalarn": inAccount, "aws:sourcearn": inAccount, "aws:sourcevpcarn": inAccount,
	"kms:calleraccount": nil, "s3:dataaccesspointaccount": nil, "s3:dataaccesspointarn": inAccount,
	"elasticfilesystem:accesspointarn": inAccount,
}

// fixing are the operators that a missing key does not meet, and whether * and ?
// are wild in their values.
var fixing = map[string]bool{
	"stringequals": false, "stringequalsignorecase": false, "stringlike": true, "arnequals": true, "arnlike": true,
}

// pins reports whether c holds only for callers that fixed values tell.
func (c condition) pins() bool {
	operator := strings.TrimPrefix(c.operator, "foranyvalue:")
	if c.key == "aws:sourceip" && operator == "ipaddress" {
		return !slices.ContainsFunc(c.values, wideNetwork)
	}
	if c.key == "elasticfilesystem:accessedviamounttarget" && operator == "bool" {
		return !slices.ContainsFunc(c.values, func(v string) bool { return !strings.EqualFold(v, "true") })
	}
	enough, tells := telling[c.key]
	wild, fixes := fixing[operator]
	return tells && fixes && !slices.ContainsFunc(c.values, func(v string) bool {
		fixed := !strings.Contains(v, "${") && (!wild || !strings.ContainsAny(v, "*?"))
		return !fixed && (enough == nil || !enough(v))
	})
}

// inAccount reports whether an ARN's account is fixed.
func inAccount(value string) bool {
	parts := strings.SplitN(value, ":", 6)
	return len(parts) == 6 && len(parts[4]) == 12 && strings.Trim(parts[4], "0123456789") == ""
}

// inOrganization reports whether a path's organization is fixed.
func inOrganization(value string) bool {
	id, _, found := strings.Cut(value, "/")
	return found && strings.HasPrefix(id, "o-") && !strings.ContainsAny(id, "*?$")
}

// The widest networks that are not everybody's.
const (
	widestV4 = 8
	widestV6 = 32
)

// wideNetwork reports whether a value is a network that too many are in. What
// is no network holds nobody.
func wideNetwork(value string) bool {
	network, err := netip.ParsePrefix(value)
	switch {
	case err != nil:
		return strings.Contains(value, "${")
	case network.Addr().Is4():
		return network.Bits() < widestV4
	default:
		return network.Bits() < widestV6
	}
}
