package policycheck

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/jsontree"
	"foyer/internal/policy"
)

// condition is one key under one operator.
type condition struct {
	operator string
	policy.Operator
	key    string
	values place
}

// conditions checks the Condition of a statement.
func (c *checker) conditions(s *statement, block place) {
	if block.node.Kind != jsontree.Object {
		c.found(dataType, block)
		return
	}
	if len(block.node.Members) == 0 {
		c.found(emptyConditionObject, block)
	}
	for i := range block.node.Members {
		m := &block.node.Members[i]
		keys := block.member(m)
		operator, ok := policy.ParseOperator(m.Name)
		switch {
		case strings.HasSuffix(m.Name, "NullIfExists"):
			c.add(nullIfExists, []Location{c.atName(block, m)})
		case !ok:
			c.add(invalidOperator, []Location{c.atName(block, m)}, m.Name)
		case keys.node.Kind != jsontree.Object:
			c.found(dataType, keys)
		default:
			if operator.Type == policy.NullOperator && (operator.ForAll || operator.ForAny) {
				c.add(nullQualifier, []Location{c.atName(block, m)})
			}
			c.block(s, m.Name, operator, keys)
		}
	}
	for i := range block.node.Members {
		c.pairs(s, block.member(&block.node.Members[i]))
	}
}

// block checks the keys under one operator.
func (c *checker) block(s *statement, name string, operator policy.Operator, keys place) {
	if len(keys.node.Members) == 0 {
		c.found(emptyConditionObject, keys)
	}
	spelled := map[string]string{}
	for i := range keys.node.Members {
		m := &keys.node.Members[i]
		folded := strings.ToLower(m.Name)
		s.conditionKey[folded] = true
		at := []Location{c.atName(keys, m)}
		if _, twice := spelled[folded]; twice {
			c.add(keyCase, at, m.Name)
		}
		spelled[folded] = m.Name
		if newer, old := renamed[folded]; old {
			c.add(deprecatedKey, at, m.Name, newer)
			continue
		}
		k := lookUp(m.Name)
		if k.mistake != nil {
			c.add(*k.mistake, at, k.args...)
			continue
		}
		one := condition{name, operator, m.Name, keys.member(m)}
		c.fits(&one, k.kind, at)
		c.values(&one)
	}
}

// pairs finds keys that say little without another.
func (c *checker) pairs(s *statement, keys place) {
	for i := range keys.node.Members {
		m := &keys.node.Members[i]
		with := paired[strings.ToLower(m.Name)]
		if len(with) > 0 && s.allow && !slices.ContainsFunc(with, func(other string) bool { return s.conditionKey[strings.ToLower(other)] }) {
			c.add(pairedKeys, []Location{c.atName(keys, m)}, m.Name, strings.Join(with, ", "))
		}
	}
}

// operatorsOf are the types of operators for a type of key, the best first.
var operatorsOf = map[actioncatalogue.KeyType][]policy.OperatorType{
	actioncatalogue.String:    {policy.StringOperator},
	actioncatalogue.Strings:   {policy.StringOperator},
	actioncatalogue.ARN:       {policy.ARNOperator, policy.StringOperator},
	actioncatalogue.ARNs:      {policy.ARNOperator, policy.StringOperator},
	actioncatalogue.Bool:      {policy.BoolOperator},
	actioncatalogue.Bools:     {policy.BoolOperator},
	actioncatalogue.Date:      {policy.DateOperator, policy.NumericOperator},
	actioncatalogue.IPAddress: {policy.IPOperator},
	actioncatalogue.Numeric:   {policy.NumericOperator},
}

// fits checks that the operator is for the type of key.
func (c *checker) fits(one *condition, kind actioncatalogue.KeyType, at []Location) {
	if kind == "" || one.Type == policy.NullOperator {
		return
	}
	if good := operatorsOf[kind]; len(good) > 0 && !slices.Contains(good, one.Type) {
		c.add(typeMismatch, at, good[0], one.operator, one.key)
	}
	switch {
	case kind.Multivalued() && !one.ForAll && !one.ForAny:
		c.add(missingQualifier, at, one.key)
	case !kind.Multivalued() && one.ForAll:
		c.add(forAllSingle, at, one.key)
	}
}

// values checks the values of a condition.
func (c *checker) values(one *condition) {
	items := one.values.items()
	if len(items) == 0 {
		c.noValues(one)
		return
	}
	first := items[0].node.Kind
	for _, p := range items {
		if _, scalar := p.node.Scalar(); !scalar {
			c.found(dataType, p)
			return
		}
		if p.node.Kind != first {
			c.found(valueKinds, one.values)
			return
		}
	}
	if one.Type == policy.BoolOperator && len(items) > 1 && !one.ForAll && !one.ForAny {
		c.found(manyBooleans, one.values)
	}
	for _, p := range items {
		c.value(one, p)
	}
	c.redundantNumbers(one, items)
	if strings.EqualFold(one.key, "aws:SourceIp") && one.Type == policy.IPOperator {
		c.privateAddresses(one, items)
	}
}

func (c *checker) noValues(one *condition) {
	switch {
	case one.ForAll:
		c.found(emptyForAll, one.values, one.key)
	case one.ForAny:
		c.found(emptyForAny, one.values, one.key)
	case one.IfExists:
		c.found(emptyIfExists, one.values, one.key)
	default:
		c.found(emptyCondition, one.values, one.key)
	}
}

// value checks one value.
func (c *checker) value(one *condition, p place) {
	text, _ := p.node.Scalar()
	hasVariable := c.variable(p)
	takesVariables := one.Type == policy.StringOperator || one.Type == policy.ARNOperator
	switch {
	case hasVariable && !takesVariables:
		c.found(variableOperator, p)
	case !one.Takes(text):
		c.wrongValue(one, p)
	case one.Type == policy.StringOperator && !one.Wildcards && strings.ContainsAny(withoutLiterals(text), "*?"):
		c.found(wildcardWithoutLike, p)
	case one.Type == policy.StringOperator && !hasVariable && c.network(one, p, text):
	case one.Type == policy.DateOperator && isDigits(text):
		c.found(epochDate, p, text)
	case one.Type == policy.IPOperator:
		if n, err := netip.ParsePrefix(text); err == nil && n.Masked() != n {
			c.found(improveRange, p, n.Masked())
		}
	}
}

// networks are keys whose values identify a network or an endpoint of one, in
// lower case, with the prefix of those.
var networks = map[string]struct {
	prefix string
	wrong  issue
}{"aws:sourcevpc": {"vpc-", vpcFormat}, "aws:sourcevpce": {"vpce-", vpceFormat}}

// network finds values that identify no network, and reports whether it did.
func (c *checker) network(one *condition, p place, text string) bool {
	of, ok := networks[strings.ToLower(one.key)]
	if !ok || one.Wildcards && strings.ContainsAny(text, "*?") {
		return false
	}
	id, named := strings.CutPrefix(text, of.prefix)
	if named && (len(id) == 8 || len(id) == 17) && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return false
	}
	c.found(of.wrong, p)
	return true
}

// withoutLiterals is text without the ${*} and ${?} that mean the characters.
func withoutLiterals(text string) string {
	return strings.NewReplacer("${*}", "", "${?}", "").Replace(text)
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func (c *checker) wrongValue(one *condition, p place) {
	switch one.Type {
	case policy.BoolOperator, policy.NullOperator:
		c.found(mismatchBool, p, one.operator)
	case policy.DateOperator:
		c.found(mismatchDate, p)
	case policy.IPOperator:
		c.found(mismatchIP, p, one.operator)
	case policy.NumericOperator:
		c.found(mismatchNumber, p, one.operator)
	case policy.BinaryOperator:
		c.found(mismatchString, p, one.operator)
	case policy.StringOperator, policy.ARNOperator:
	}
}

// redundantNumbers finds several bounds where the widest is enough.
func (c *checker) redundantNumbers(one *condition, items []place) {
	which := ""
	switch {
	case strings.Contains(one.operator, "NumericLessThan"):
		which = "greatest"
	case strings.Contains(one.operator, "NumericGreaterThan"):
		which = "least"
	}
	if which == "" || len(items) < 2 {
		return
	}
	for _, p := range items {
		if _, err := strconv.ParseFloat(p.node.Text, 64); err != nil {
			return
		}
	}
	c.found(redundantNumber, one.values, one.operator, which, one.key)
}

// privateAddresses finds addresses that no request comes from.
func (c *checker) privateAddresses(one *condition, items []place) {
	var private []Location
	for _, p := range items {
		if isPrivate(p.node.Text) {
			private = append(private, c.at(p))
		}
	}
	switch {
	case len(private) == 0:
	case len(private) == len(items) && one.Negated:
		c.add(privateNotAddress, private)
	case len(private) == len(items):
		c.add(privateAddress, private)
	case one.Negated:
		c.add(privateNotSubset, private)
	default:
		c.add(privateSubset, private)
	}
}

func isPrivate(text string) bool {
	if n, err := netip.ParsePrefix(text); err == nil {
		return n.Masked().Addr().IsPrivate() && lastOf(n).IsPrivate()
	}
	a, err := netip.ParseAddr(text)
	return err == nil && a.IsPrivate()
}

// lastOf is the last address of a network.
func lastOf(n netip.Prefix) netip.Addr {
	bytes := n.Masked().Addr().AsSlice()
	for i := n.Bits(); i < 8*len(bytes); i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}
