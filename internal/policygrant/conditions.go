package policygrant

import (
	"slices"
	"strings"

	"foyer/internal/jsontree"
)

// condition is one operator on one key.
type condition struct {
	operator string // in lower case
	key      string // in lower case
	values   []string
}

func conditionsOf(n *jsontree.Node) (all []condition) {
	block, found := n.Member("Condition")
	if !found {
		return nil
	}
	for _, operator := range block.Members {
		for _, key := range operator.Value.Members {
			values, _ := key.Value.Scalars()
			all = append(all, condition{strings.ToLower(operator.Name), strings.ToLower(key.Name), values})
		}
	}
	return all
}

// Operators of which fewer values are stricter, and more values are.
var (
	affirmative = []string{
		"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress", "bool", "numericequals", "dateequals", "binaryequals",
	}
	negative = []string{
		"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike", "notipaddress", "numericnotequals", "datenotequals",
	}
)

// implies reports whether d holds wherever c does.
func (c condition) implies(d condition) bool {
	if c.operator != d.operator || c.key != d.key {
		return false
	}
	fewer, more := within(c.values, d.values), within(d.values, c.values)
	switch {
	case slices.Contains(affirmative, c.operator):
		return fewer
	case slices.Contains(negative, c.operator):
		return more
	default:
		return fewer && more
	}
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(v string) bool { return !slices.Contains(all, v) })
}

// implied reports whether all of these hold wherever those do.
func implied(these, those []condition) bool {
	return !slices.ContainsFunc(these, func(d condition) bool {
		return !slices.ContainsFunc(those, func(c condition) bool { return c.implies(d) })
	})
}

// principals is the Principal of a statement; everyone where there is none.
type principals struct {
	everyone bool
	but      bool     // NotPrincipal
	names    []string // AWS:arn…, Service:…; an account stands as its root's ARN
}

func principalsOf(n *jsontree.Node) (p principals) {
	value, found := n.Member("Principal")
	if !found {
		if value, found = n.Member("NotPrincipal"); !found {
			return principals{everyone: true}
		}
		p.but = true
	}
	if value.Kind == jsontree.String {
		p.everyone = value.Text == "*" && !p.but
		p.names = []string{"AWS:" + value.Text}
		return p
	}
	for _, kind := range value.Members {
		names, _ := kind.Value.Strings()
		for _, name := range names {
			p.everyone = p.everyone || name == "*" && kind.Name == "AWS" && !p.but
			if len(name) == 12 && !strings.Contains(name, ":") {
				name = "arn:aws:iam::" + name + ":root"
			}
			p.names = append(p.names, kind.Name+":"+name)
		}
	}
	return p
}

// covers reports whether p certainly holds all of q.
func (p principals) covers(q principals) bool {
	switch {
	case p.everyone:
		return true
	case q.everyone:
		return false
	case p.but || q.but:
		return p.but == q.but && within(p.names, q.names) && within(q.names, p.names)
	}
	return !slices.ContainsFunc(q.names, func(name string) bool {
		return !slices.ContainsFunc(p.names, func(by string) bool { return names(by, name) })
	})
}

// meets reports whether somebody may be of both.
func (p principals) meets(q principals) bool {
	if p.everyone || q.everyone || p.but || q.but {
		return true
	}
	return slices.ContainsFunc(p.names, func(a string) bool {
		return slices.ContainsFunc(q.names, func(b string) bool { return names(a, b) || names(b, a) })
	})
}

// names reports whether one principal's name holds another: its own, or that
// of its account.
func names(by, name string) bool {
	account, root := strings.CutSuffix(by, ":root")
	account = strings.TrimPrefix(account, "AWS:arn:aws:iam::")
	return by == name || root && (strings.HasPrefix(name, "AWS:arn:aws:iam::"+account+":") || strings.HasPrefix(name, "AWS:arn:aws:sts::"+account+":"))
}
