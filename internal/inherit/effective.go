package inherit

import (
	"encoding/json"
	"strings"
)

// Text returns a string value, or the JSON text of another scalar.
func Text(scalar json.RawMessage) string {
	var text string
	if err := json.Unmarshal(scalar, &text); err == nil {
		return text
	}
	return string(scalar)
}

// Empty reports whether nothing is set at or below the node.
func (n *Node) Empty() bool {
	if n.set {
		return false
	}
	for _, m := range n.Members {
		if !m.Empty() {
			return false
		}
	}
	return true
}

// JSON returns the effective policy: the tree without operators. keepsEmpty
// says which empty lists are shown, by their path; others are not there.
func (n *Node) JSON(keepsEmpty func(path string) bool) string {
	var b strings.Builder
	n.write(&b, "", keepsEmpty)
	return b.String()
}

func (n *Node) write(b *strings.Builder, path string, keepsEmpty func(string) bool) {
	switch {
	case n.set && n.List:
		b.WriteByte('[')
		for i, v := range n.Value {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(v)
		}
		b.WriteByte(']')
		return
	case n.set:
		b.Write(n.Value[0])
		return
	}
	b.WriteByte('{')
	first := true
	for _, name := range n.Names {
		m, at := n.Members[name], join(path, name)
		if m.Empty() || m.set && len(m.Value) == 0 && !keepsEmpty(at) {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		key, err := scalar(name)
		if err != nil {
			continue // a name is a string, which always encodes
		}
		b.Write(key)
		b.WriteByte(':')
		m.write(b, at, keepsEmpty)
	}
	b.WriteByte('}')
}
