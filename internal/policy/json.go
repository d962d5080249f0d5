package policy

import (
	"encoding/json"
	"strings"
)

// maxDepth is how deep objects and lists may nest; the grammar needs six.
const maxDepth = 10

// node is a JSON value. Numbers and booleans keep their text, because the
// policy language treats them as strings.
type node struct {
	kind    nodeKind
	text    string   // of a string (unescaped), number or boolean
	list    []node   // elements of a list
	members []member // of an object, in order, without duplicates
}

type nodeKind uint8

const (
	stringNode nodeKind = iota
	numberNode
	boolNode
	nullNode
	listNode
	objectNode
)

type member struct {
	name  string
	value node
}

// parseJSON reads one JSON value (RFC 8259) and nothing after it. It refuses
// duplicate member names and nesting deeper than maxDepth.
func parseJSON(text string) (node, bool) {
	r := reader{text: text}
	n, ok := r.value(0)
	r.blank()
	return n, ok && r.at == len(text)
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

func (r *reader) value(depth int) (node, bool) {
	r.blank()
	if r.at >= len(r.text) || depth > maxDepth {
		return node{}, false
	}
	switch r.text[r.at] {
	case '"':
		s, ok := r.quoted()
		return node{kind: stringNode, text: s}, ok
	case '{':
		return r.object(depth)
	case '[':
		return r.elements(depth)
	default:
		return r.word()
	}
}

func (r *reader) object(depth int) (node, bool) {
	r.at++
	n := node{kind: objectNode}
	seen := map[string]bool{}
	if r.take('}') {
		return n, true
	}
	for {
		r.blank()
		name, ok := r.quoted()
		if !ok || seen[name] || !r.take(':') {
			return n, false
		}
		v, ok := r.value(depth + 1)
		if !ok {
			return n, false
		}
		seen[name] = true
		n.members = append(n.members, member{name, v})
		if r.take('}') {
			return n, true
		}
		if !r.take(',') {
			return n, false
		}
	}
}

func (r *reader) elements(depth int) (node, bool) {
	r.at++
	n := node{kind: listNode}
	if r.take(']') {
		return n, true
	}
	for {
		v, ok := r.value(depth + 1)
		if !ok {
			return n, false
		}
		n.list = append(n.list, v)
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
			return "", false
		case c == '"':
			r.at = i + 1
			if !escaped {
				return r.text[start+1 : i], true
			}
			var s string
			err := json.Unmarshal([]byte(r.text[start:i+1]), &s)
			return s, err == nil
		}
	}
	return "", false
}

// word reads a number, true, false or null.
func (r *reader) word() (node, bool) {
	start := r.at
	for r.at < len(r.text) && !strings.ContainsRune(",]} \t\r\n", rune(r.text[r.at])) {
		r.at++
	}
	w := r.text[start:r.at]
	switch w {
	case "true", "false":
		return node{kind: boolNode, text: w}, true
	case "null":
		return node{kind: nullNode}, true
	default:
		return node{kind: numberNode, text: w}, json.Valid([]byte(w))
	}
}

func (n *node) has(name string) bool {
	_, ok := n.member(name)
	return ok
}

// member returns the member of an object with that name.
func (n *node) member(name string) (*node, bool) {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i].value, true
		}
	}
	return nil, false
}

// scalar returns the text of a string, number or boolean.
func (n *node) scalar() (string, bool) { return n.text, n.kind <= boolNode }

// strings returns the elements of a list of strings, or the one string.
func (n *node) strings() ([]string, bool) {
	if n.kind == stringNode {
		return []string{n.text}, true
	}
	out := make([]string, len(n.list))
	for i, e := range n.list {
		if e.kind != stringNode {
			return nil, false
		}
		out[i] = e.text
	}
	return out, n.kind == listNode
}

// scalars returns the texts of a list of scalars, or of the one scalar.
func (n *node) scalars() ([]string, bool) {
	if s, ok := n.scalar(); ok {
		return []string{s}, true
	}
	out := make([]string, len(n.list))
	for i := range n.list {
		s, ok := n.list[i].scalar()
		if !ok {
			return nil, false
		}
		out[i] = s
	}
	return out, n.kind == listNode
}
