package policy

import (
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// comparison is how a condition operator compares.
type comparison uint8

const (
	stringExact comparison = iota
	stringFold
	stringLike
	numeric
	date
	boolean
	binary
	ipAddress
	arnLike
	null
)

// order is which results of a comparison an operator takes.
type order uint8

const (
	equal order = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// holds reports whether a comparison that yields c (-1, 0, +1) is taken.
func (o order) holds(c int) bool {
	switch o {
	case less:
		return c < 0
	case lessOrEqual:
		return c <= 0
	case greater:
		return c > 0
	case greaterOrEqual:
		return c >= 0
	default:
		return c == 0
	}
}

// operator is a condition operator without its quantifier and IfExists.
type operator struct {
	compare comparison
	order   order
	negated bool
}

// operatorOf returns the operator so named. ArnEquals and ArnLike are the same.
func operatorOf(name string) (operator, bool) {
	switch name {
	case "StringEquals":
		return operator{compare: stringExact}, true
	case "StringNotEquals":
		return operator{compare: stringExact, negated: true}, true
	case "StringEqualsIgnoreCase":
		return operator{compare: stringFold}, true
	case "StringNotEqualsIgnoreCase":
		return operator{compare: stringFold, negated: true}, true
	case "StringLike":
		return operator{compare: stringLike}, true
	case "StringNotLike":
		return operator{compare: stringLike, negated: true}, true
	case "ArnEquals", "ArnLike":
		return operator{compare: arnLike}, true
	case "ArnNotEquals", "ArnNotLike":
		return operator{compare: arnLike, negated: true}, true
	case "IpAddress":
		return operator{compare: ipAddress}, true
	case "NotIpAddress":
		return operator{compare: ipAddress, negated: true}, true
	case "Bool":
		return operator{compare: boolean}, true
	case "BinaryEquals":
		return operator{compare: binary}, true
	case "Null":
		return operator{compare: null}, true
	}
	if rest, ok := strings.CutPrefix(name, "Numeric"); ok {
		return ordered(numeric, rest)
	}
	if rest, ok := strings.CutPrefix(name, "Date"); ok {
		return ordered(date, rest)
	}
	return operator{}, false
}

// ordered returns the operator of a type that has an order.
func ordered(of comparison, name string) (operator, bool) {
	switch name {
	case "Equals":
		return operator{compare: of}, true
	case "NotEquals":
		return operator{compare: of, negated: true}, true
	case "LessThan":
		return operator{compare: of, order: less}, true
	case "LessThanEquals":
		return operator{compare: of, order: lessOrEqual}, true
	case "GreaterThan":
		return operator{compare: of, order: greater}, true
	case "GreaterThanEquals":
		return operator{compare: of, order: greaterOrEqual}, true
	default:
		return operator{}, false
	}
}

// readOperator reads the name of an operator as it stands in a policy:
// [ForAllValues:|ForAnyValue:]<operator>[IfExists].
func readOperator(name string) (condition, bool) {
	var c condition
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		c.quantifier, name = forAll, rest
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		c.quantifier, name = forAny, rest
	}
	name, c.ifExists = strings.CutSuffix(name, "IfExists")
	var ok bool
	c.operator, ok = operatorOf(name)
	return c, ok && (!c.ifExists || c.operator.compare != null)
}

// number is a whole number, or a fraction.
type number struct {
	whole    int64
	fraction float64
	exact    bool // whole holds it
}

func (n number) compare(m number) int {
	if n.exact && m.exact {
		return cmp.Compare(n.whole, m.whole)
	}
	return cmp.Compare(n.float(), m.float())
}

func (n number) float() float64 {
	if n.exact {
		return float64(n.whole)
	}
	return n.fraction
}

// parseNumber reads a decimal number.
func parseNumber(s string) (number, bool) {
	s = strings.TrimSpace(s)
	if isWhole(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return number{whole: n, exact: true}, err == nil
	}
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return number{}, false // ParseFloat would take hexadecimal, infinity and "nan"
	}
	f, err := strconv.ParseFloat(s, 64)
	return number{fraction: f}, err == nil
}

// isWhole reports whether s is a sign, perhaps, and one to eighteen digits.
func isWhole(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 18 {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// layouts are the forms of ISO 8601 that the W3C note on date formats names,
// with the zone left out as AWS allows (then it is UTC).
var layouts = [...]string{
	time.RFC3339, "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15Z07:00", "2006-01",
	"2006-01-02T15:04:05Z0700",
}

// parseDate reads an ISO 8601 date, or whole seconds since 1970.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if isWhole(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return time.Unix(n, 0), err == nil
	}
	for _, layout := range layouts {
		if d, err := time.Parse(layout, s); err == nil {
			return d, true
		}
	}
	return time.Time{}, false
}

// parseNetwork reads an address, or a network in CIDR notation.
func parseNetwork(s string) (netip.Prefix, bool) {
	if address, err := netip.ParseAddr(s); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), true
}

// isBase64 reports whether s is standard base64.
func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}

// OperatorType is what a condition operator compares.
type OperatorType string

// The types of operators, as AWS's messages name them.
const (
	StringOperator  OperatorType = "String"
	NumericOperator OperatorType = "Numeric"
	DateOperator    OperatorType = "Date"
	BoolOperator    OperatorType = "Bool"
	BinaryOperator  OperatorType = "Binary"
	IPOperator      OperatorType = "IpAddress"
	ARNOperator     OperatorType = "ARN"
	NullOperator    OperatorType = "Null"
)

var operatorTypes = [...]OperatorType{
	stringExact: StringOperator, stringFold: StringOperator, stringLike: StringOperator, numeric: NumericOperator, date: DateOperator,
	boolean: BoolOperator, binary: BinaryOperator, ipAddress: IPOperator, arnLike: ARNOperator, null: NullOperator,
}

// Operator is a condition operator as a policy names it.
type Operator struct {
	Type      OperatorType
	Wildcards bool // * and ? in its values are wildcards
	Negated   bool
	IfExists  bool
	ForAll    bool // ForAllValues:
	ForAny    bool // ForAnyValue:
}

// ParseOperator reads the name of an operator. It is false where there is none
// such; NullIfExists is none.
func ParseOperator(name string) (Operator, bool) {
	c, ok := readOperator(name)
	return Operator{
		Type: operatorTypes[c.operator.compare], Negated: c.operator.negated, IfExists: c.ifExists,
		Wildcards: c.operator.compare == stringLike || c.operator.compare == arnLike,
		ForAll:    c.quantifier == forAll, ForAny: c.quantifier == forAny,
	}, ok
}

// Takes reports whether value is one that o can compare.
func (o Operator) Takes(value string) (ok bool) {
	switch o.Type {
	case NumericOperator:
		_, ok = parseNumber(value)
	case DateOperator:
		_, ok = parseDate(value)
	case BoolOperator, NullOperator:
		ok = strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
	case BinaryOperator:
		ok = isBase64(value)
	case IPOperator:
		_, ok = parseNetwork(value)
	default:
		ok = true
	}
	return ok
}
