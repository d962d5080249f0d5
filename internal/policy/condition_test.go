package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/internal/policy"
)

// operatorCases are all operators with a value in the policy, a value of the
// request for which the operator is true, and one for which it is false.
var operatorCases = []struct{ operator, value, satisfies, fails string }{
	{"StringEquals", "red", "red", "Red"},
	{"StringNotEquals", "red", "Red", "red"},
	{"StringEqualsIgnoreCase", "red", "RED", "blue"},
	{"StringNotEqualsIgnoreCase", "red", "blue", "RED"},
	{"StringLike", "r?d*", "red-1", "rd"},
	{"StringNotLike", "r?d*", "rd", "red-1"},
	{"NumericEquals", "10", "10.0", "11"},
	{"NumericNotEquals", "10", "11", "10"},
	{"NumericLessThan", "10", "-9", "10"},
	{"NumericLessThanEquals", "10", "10", "10.5"},
	{"NumericGreaterThan", "10", "1e2", "10"},
	{"NumericGreaterThanEquals", "10", "10", "9"},
	{"DateEquals", "2026-01-01T00:00:00Z", "1767225600", "2026-01-02T00:00:00Z"},
	{"DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-01"},
	{"DateLessThan", "2026-01-01", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"},
	{"DateLessThanEquals", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"},
	{"DateGreaterThan", "2026-01-01", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z"},
	{"DateGreaterThanEquals", "2026-01-01", "2026-01-01T01:00:00+01:00", "2025-12-31"},
	{"Bool", "true", "TRUE", "false"},
	{"BinaryEquals", "QmluYXJ5", "QmluYXJ5", "b3RoZXI="},
	{"IpAddress", "203.0.113.0/24", "203.0.113.9", "203.0.114.9"},
	{"NotIpAddress", "203.0.113.0/24", "2001:db8::1", "203.0.113.9"},
	{"ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::111122223333:role/ann", "arn:aws:iam::111122223333:user/ann"},
	{"ArnLike", "arn:aws:sns:*:*:t", "arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:eu-west-1:t"},
	{"ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::2:role/a", "arn:aws:iam::1:role/a"},
	{"ArnNotLike", "arn:aws:iam::1:role/*", "arn:aws:iam::1:user/a", "arn:aws:iam::1:role/a"},
}

// holds reports whether a condition on the key test:key is satisfied by values.
func holds(t *testing.T, operator, value string, values ...string) bool {
	t.Helper()
	document := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
		"Condition": {%q: {"Test:Key": [%q]}}}}`, operator, value)
	p, err := policy.Compile(document, policy.Identity)
	if err != nil {
		t.Fatalf("%s %s: %v", operator, value, err)
	}
	r := policy.Request{
		Action: "s3:GetObject", Resource: "*",
		Principal: policy.Principal{Type: policy.User, Account: "111122223333"},
	}
	if values != nil {
		r.Context = policy.NewKeys(map[string][]string{"test:KEY": values})
	}
	l := policy.Layers{Identity: []policy.Attached{{Name: "p", Policy: p}}}
	return policy.Evaluate(&l, &r).Decision == policy.Allowed
}

func TestOperators(t *testing.T) {
	t.Parallel()
	for _, c := range operatorCases {
		negated := strings.Contains(c.operator, "Not")
		for _, form := range []struct {
			name              string
			missing           bool // without the key
			mixed, mixedOther bool // with a value that satisfies, and one that does not; and the other way round
		}{
			{c.operator, negated, false, false}, // without a quantifier a list matches nothing
			{c.operator + "IfExists", true, false, false},
			{"ForAllValues:" + c.operator, true, false, false},
			{"ForAllValues:" + c.operator + "IfExists", true, false, false},
			{"ForAnyValue:" + c.operator, false, true, true},
			{"ForAnyValue:" + c.operator + "IfExists", true, true, true},
		} {
			for _, ask := range []struct {
				what   string
				values []string
				want   bool
			}{
				{"a value that satisfies", []string{c.satisfies}, true},
				{"a value that does not", []string{c.fails}, false},
				{"no key", nil, form.missing},
				{"a key without values", []string{}, form.missing},
				{"both", []string{c.satisfies, c.fails}, form.mixed},
				{"both, the other way round", []string{c.fails, c.satisfies}, form.mixedOther},
			} {
				if got := holds(t, form.name, c.value, ask.values...); got != ask.want {
					t.Errorf("%s %s with %s %q: %t", form.name, c.value, ask.what, ask.values, got)
				}
			}
		}
	}
}

// TestUnreadableValues: a value that is not of the operator's type matches no
// value of the policy, so that a negated operator is true of it.
func TestUnreadableValues(t *testing.T) {
	t.Parallel()
	for operator, value := range map[string]string{
		"NumericEquals": "1", "NumericLessThan": "1", "DateEquals": "2026-01-01", "DateGreaterThan": "2026-01-01",
		"IpAddress": "0.0.0.0/0", "ArnLike": "arn:aws:iam::1:role/*",
	} {
		for _, v := range []string{"", "x", "0x1", "nan", "Inf", "1,5", "999.1.1.1", "::/0"} {
			if holds(t, operator, value, v) {
				t.Errorf("%s %s holds for %q", operator, value, v)
			}
		}
	}
	for operator, value := range map[string]string{
		"NumericNotEquals": "1", "DateNotEquals": "2026-01-01", "NotIpAddress": "0.0.0.0/0", "ArnNotLike": "arn:aws:iam::1:role/*",
	} {
		if !holds(t, operator, value, "x") {
			t.Errorf("%s %s does not hold for x", operator, value)
		}
	}
}

// TestListKeys: a key that has a list of values, even of one, is compared by
// quantifiers only. AWS does so with aws:TagKeys.
func TestListKeys(t *testing.T) {
	t.Parallel()
	for operator, want := range map[string]bool{
		"StringEquals": false, "StringNotEquals": false, "StringLike": false, "StringEqualsIfExists": false, "StringNotEqualsIfExists": false,
		"ForAnyValue:StringEquals": true, "ForAllValues:StringEquals": true, "ForAnyValue:StringNotEquals": false,
	} {
		p, err := policy.Compile(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
			"Condition": {"`+operator+`": {"aws:TagKeys": "team"}}}}`, policy.Identity)
		if err != nil {
			t.Fatal(err)
		}
		r := policy.Request{
			Action: "iam:TagUser", Resource: "*", Principal: policy.Principal{Type: policy.User, Account: "111122223333"},
			Context: policy.NewKeys(map[string][]string{"aws:TagKeys": {"team"}}),
		}
		v := policy.Evaluate(&policy.Layers{Identity: []policy.Attached{{Name: "p", Policy: p}}}, &r)
		if got := v.Decision == policy.Allowed; got != want {
			t.Errorf("%s of the list [team] = %t", operator, got)
		}
	}
}

// TestCase compares as Java's lower case does, which AWS's engine shows.
func TestCase(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"prod", "PrOd"}: true, {"K", "\u212a"}: true, {"s", "\u017f"}: false, {"I", "\u0131"}: false, {"i", "\u0130"}: false,
		{"\u00df", "\u1e9e"}: true, {"\u00df", "SS"}: false, {"\u03a3", "\u03c3"}: true, {"\u03a3", "\u03c2"}: false,
		{"\u00c9", "\u00e9"}: true, {"a", ""}: false, {"a", "aa"}: false, {"aa", "a"}: false, {"é", "e"}: false,
	} {
		if got := holds(t, "StringEqualsIgnoreCase", pair[0], pair[1]); got != want {
			t.Errorf("StringEqualsIgnoreCase %q of %q = %t", pair[0], pair[1], got)
		}
		if got := holds(t, "StringNotEqualsIgnoreCase", pair[0], pair[1]); got == want {
			t.Errorf("StringNotEqualsIgnoreCase %q of %q = %t", pair[0], pair[1], got)
		}
	}
}

func TestNull(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value  string
		values []string
		want   bool
	}{
		{"true", nil, true},
		{"true", []string{}, true},
		{"true", []string{"x"}, false},
		{"False", nil, false},
		{"False", []string{"x", "y"}, true},
	} {
		if got := holds(t, "Null", c.value, c.values...); got != c.want {
			t.Errorf("Null %s of %q = %t", c.value, c.values, got)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		network, address string
		want             bool
	}{
		{"203.0.113.7", "203.0.113.7", true},
		{"203.0.113.7/16", "203.0.1.1", true},
		{"::ffff:203.0.113.0/120", "203.0.113.9", true},
		{"203.0.113.0/24", "::ffff:203.0.113.9", true},
		{"2001:db8::/32", "2001:DB8:1::", true},
		{"2001:db8::/32", "2001:db9::", false},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "203.0.113.9", false},
		{"fe80::/10", "fe80::1%eth0", true},
	} {
		if got := holds(t, "IpAddress", c.network, c.address); got != c.want {
			t.Errorf("%s in %s = %t", c.address, c.network, got)
		}
	}
}
