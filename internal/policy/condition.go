package policy

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// condition is one key under one operator of a Condition element. Its values
// are alternatives; the fields that hold them depend on the type.
type condition struct {
	key        string // in lower case
	operator   operator
	quantifier quantifier
	ifExists   bool
	many       bool // the key has a list of values, always

	texts    []text      // strings, booleans, Null, binary (as base64)
	numbers  []number    // numeric
	dates    []time.Time // date
	networks []netip.Prefix
	arns     []arnPattern
}

// quantifier is what ForAllValues: and ForAnyValue: say.
type quantifier uint8

const (
	single quantifier = iota // the key is expected to have one value
	forAll                   // every value of the request must satisfy; none at all does
	forAny                   // some value of the request must satisfy
)

// holds reports whether the request satisfies c.
func (c *condition) holds(keys Context) bool {
	values, _ := lookup(keys, c.key)
	missing := len(values) == 0
	if c.operator.compare == null {
		return c.null(missing, keys)
	}
	if missing {
		return c.ifExists || c.quantifier == forAll || c.operator.negated && c.quantifier == single
	}
	if c.quantifier == single && (c.many || len(values) > 1) {
		return false // AWS compares a list with nothing, not even to say that it differs
	}
	// A negated operator demands that no value matches, unless one is enough.
	every := c.quantifier == forAll || c.quantifier == single && c.operator.negated
	for _, v := range values {
		if satisfied := c.among(v, keys) != c.operator.negated; satisfied != every {
			return satisfied
		}
	}
	return every
}

// null reports whether the key's absence is what the policy wants.
func (c *condition) null(missing bool, keys Context) bool {
	want := "false"
	if missing {
		want = "true"
	}
	return c.amongTexts(want, keys)
}

// among reports whether v matches one of the policy's values.
func (c *condition) among(v string, keys Context) bool {
	switch c.operator.compare {
	case stringFold, boolean:
		for i := range c.texts {
			if c.texts[i].matchFold(v, keys) {
				return true
			}
		}
		return false
	case numeric:
		n, ok := parseNumber(v)
		return ok && c.amongNumbers(n)
	case date:
		d, ok := parseDate(v)
		return ok && c.amongDates(d)
	case ipAddress:
		return c.amongNetworks(v)
	case arnLike:
		n := nameOf(v)
		return matchAny(c.arns, &n, keys)
	default:
		return c.amongTexts(v, keys)
	}
}

func (c *condition) amongTexts(v string, keys Context) bool {
	for i := range c.texts {
		if c.texts[i].match(v, keys) {
			return true
		}
	}
	return false
}

func (c *condition) amongNumbers(n number) bool {
	for _, want := range c.numbers {
		if c.operator.order.holds(n.compare(want)) {
			return true
		}
	}
	return false
}

func (c *condition) amongDates(d time.Time) bool {
	for _, want := range c.dates {
		if c.operator.order.holds(d.Compare(want)) {
			return true
		}
	}
	return false
}

func (c *condition) amongNetworks(v string) bool {
	address, err := netip.ParseAddr(v)
	if err != nil {
		return false
	}
	address = address.Unmap().WithZone("")
	for _, n := range c.networks {
		if n.Contains(address) {
			return true
		}
	}
	return false
}

// listKeys are condition keys that have lists of values, in lower case. Only a
// quantifier compares them.
var listKeys = []string{
	"aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths", "aws:sourceorgpaths",
	"aws:tagkeys", "sts:requestcontextproviders", "sts:transitivetagkeys",
}

// compileCondition compiles the values of key under the operator so named. It
// is false when a value is not of the operator's type.
func compileCondition(name, key string, values []string, variables bool) (condition, bool) {
	c, ok := readOperator(name)
	c.key = strings.ToLower(key)
	c.many = slices.Contains(listKeys, c.key)
	for _, v := range values {
		ok = ok && c.add(v, variables)
	}
	return c, ok
}

// add adds an alternative.
func (c *condition) add(v string, variables bool) bool {
	ok := true
	switch c.operator.compare {
	case stringLike:
		c.texts = append(c.texts, compileText(v, true, variables))
	case stringExact, stringFold:
		c.texts = append(c.texts, compileText(v, false, variables))
	case boolean: // only strings and ARNs have variables
		c.texts = append(c.texts, compileText(v, false, false))
	case null:
		v = strings.ToLower(v)
		ok = v == "true" || v == "false"
		c.texts = append(c.texts, compileText(v, false, false))
	case binary:
		c.texts = append(c.texts, compileText(v, false, false))
		ok = isBase64(v)
	case numeric:
		var n number
		n, ok = parseNumber(v)
		c.numbers = append(c.numbers, n)
	case date:
		var d time.Time
		d, ok = parseDate(v)
		c.dates = append(c.dates, d)
	case ipAddress:
		var n netip.Prefix
		n, ok = parseNetwork(v)
		c.networks = append(c.networks, n)
	case arnLike:
		c.arns = append(c.arns, compileARN(v, variables))
	}
	return ok
}
