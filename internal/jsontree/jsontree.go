// Package jsontree reads JSON texts and keeps where everything stands in them,
// for those who must say where a mistake is.
package jsontree

import (
	"encoding/json"
	"fmt"
	"strings"
)

// maxDepth is how deep objects and lists may nest; a policy needs six.
const maxDepth = 10

// manyMembers is from how many on an object's names are looked up, not searched.
const manyMembers = 16

// Node is a JSON value: Text[From:To] of what was parsed. Numbers and booleans
// keep their text, because the policy language treats them as strings.
type Node struct {
	Kind     Kind
	Text     string   // of a string (unescaped), number or boolean
	List     []Node   // elements of a list
	Members  []Member // of an object, in order, without duplicates
	From, To int      // byte offsets
}

// Kind is the kind of a value.
type Kind uint8

// The kinds. The first three are scalars.
const (
	String Kind = iota
	Number
	Bool
	Null
	List
	Object
)

// Member is a member of an object.
type Member struct {
	Name     string
	Value    Node
	From, To int // of the name with its quotes
}

// SyntaxError says where a text stops being the JSON that Parse reads.
type SyntaxError struct{ Offset int }

// Error names the place.
func (e *SyntaxError) Error() string { return fmt.Sprintf("not JSON from byte %d on", e.Offset) }

// Parse reads one JSON value (RFC 8259) and nothing after it. It refuses
// duplicate member names, and nesting deeper than ten. Its error is always a
// *SyntaxError.
func Parse(text string) (Node, error) {
	r := reader{text: text}
	n, ok := r.value(0)
	if ok {
		r.blank()
		ok = r.at == len(text)
	}
	if !ok {
		return n, &SyntaxError{r.at}
	}
	return n, nil
}

// reader is a position in a JSON text.
type reader struct {
	text string
	at   int
}

// blank skips white space.
func (r *reader) blank() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// take skips white space and then c, when c is what comes.
func (r *reader) take(c byte) bool {
	r.blank()
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) value(depth int) (n Node, ok bool) {
	r.blank()
	if r.at >= len(r.text) || depth > maxDepth {
		return Node{}, false
	}
	from := r.at
	switch r.text[r.at] {
	case '"':
		n.Text, ok = r.quoted()
	case '{':
		n, ok = r.object(depth)
	case '[':
		n, ok = r.elements(depth)
	default:
		n, ok = r.word()
	}
	n.From, n.To = from, r.at
	return n, ok
}

func (r *reader) object(depth int) (Node, bool) {
	r.at++
	n := Node{Kind: Object}
	var seen map[string]bool // once there are many members
	if r.take('}') {
		return n, true
	}
	for {
		r.blank()
		from := r.at
		name, ok := r.quoted()
		if !ok {
			return n, false
		}
		to := r.at
		if len(n.Members) == manyMembers {
			seen = make(map[string]bool)
			for i := range n.Members {
				seen[n.Members[i].Name] = true
			}
		}
		if seen[name] || seen == nil && n.Has(name) {
			r.at = from
			return n, false
		}
		if seen != nil {
			seen[name] = true
		}
		if !r.take(':') {
			return n, false
		}
		v, ok := r.value(depth + 1)
		if !ok {
			return n, false
		}
		n.Members = append(n.Members, Member{name, v, from, to})
		if r.take('}') {
			return n, true
		}
		if !r.take(',') {
			return n, false
		}
	}
}

func (r *reader) elements(depth int) (Node, bool) {
	r.at++
	n := Node{Kind: List}
	if r.take(']') {
		return n, true
	}
	for {
		v, ok := r.value(depth + 1)
		if !ok {
			return n, false
		}
		n.List = append(n.List, v)
		if r.take(']') {
			return n, true
		}
		if !r.take(',') {
			return n, false
		}
	}
}

// quoted reads a string. Escapes are rare in policies; those that occur are
// left to encoding/json.
func (r *reader) quoted() (string, bool) {
	start := r.at
	if start >= len(r.text) || r.text[start] != '"' {
		return "", false
	}
	escaped := false
	for i := start + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			r.at = i
			return "", false
		case c == '"':
			if !escaped {
				r.at = i + 1
				return r.text[start+1 : i], true
			}
			var s string
			if json.Unmarshal([]byte(r.text[start:i+1]), &s) != nil {
				return "", false
			}
			r.at = i + 1
			return s, true
		}
	}
	return "", false
}

// word reads a number, true, false or null.
func (r *reader) word() (Node, bool) {
	start, end := r.at, r.at
	for end < len(r.text) && strings.IndexByte(",]} \t\r\n", r.text[end]) < 0 {
		end++
	}
	n := Node{Kind: Number, Text: r.text[start:end]}
	switch n.Text {
	case "true", "false":
		n.Kind = Bool
	case "null":
		n.Kind, n.Text = Null, ""
	default:
		if !json.Valid([]byte(n.Text)) {
			return n, false
		}
	}
	r.at = end
	return n, true
}

// Has reports whether an object has a member of that name.
func (n *Node) Has(name string) bool {
	_, ok := n.Member(name)
	return ok
}

// Member returns the member of an object with that name.
func (n *Node) Member(name string) (*Node, bool) {
	for i := range n.Members {
		if n.Members[i].Name == name {
			return &n.Members[i].Value, true
		}
	}
	return nil, false
}

// Scalar returns the text of a string, number or boolean.
func (n *Node) Scalar() (string, bool) { return n.Text, n.Kind <= Bool }

// Items returns the elements of a list, or the one value that stands for a list
// of one.
func (n *Node) Items() []Node {
	if n.Kind == List {
		return n.List
	}
	return []Node{*n}
}

// Strings returns the elements of a list of strings, or the one string.
func (n *Node) Strings() ([]string, bool) {
	return n.texts(func(e *Node) (string, bool) { return e.Text, e.Kind == String })
}

// Scalars returns the texts of a list of scalars, or of the one scalar.
func (n *Node) Scalars() ([]string, bool) { return n.texts((*Node).Scalar) }

func (n *Node) texts(text func(*Node) (string, bool)) ([]string, bool) {
	if n.Kind != List {
		one, ok := text(n)
		if !ok {
			return nil, false
		}
		return []string{one}, true
	}
	all := make([]string, len(n.List))
	for i := range n.List {
		one, ok := text(&n.List[i])
		if !ok {
			return nil, false
		}
		all[i] = one
	}
	return all, true
}
