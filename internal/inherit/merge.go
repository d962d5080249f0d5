package inherit

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Attached is a policy on one level of the organization.
type Attached struct {
	ID     string
	Policy *Document
}

// Options are what differs between the types of policies.
type Options struct {
	// FoldNames has names compared, and shown, in lower case.
	FoldNames bool
	// Bare has places in the tree in which nothing is set.
	Bare bool
}

// Node is one place of an effective policy: a group of others, or a value.
type Node struct {
	Names   []string // of a group's members, in the order in which they came
	Members map[string]*Node
	Value   []json.RawMessage // of a setting
	List    bool              // the setting has many values
	// Clash is set where one policy has a group and another a setting, or where
	// values were added to one that is not a list.
	Clash bool
	// By are the ids of the policies that had a say here or below.
	By []string

	allowed operators
	set     bool // it is a setting
}

// IsSetting reports whether the node has a value rather than members.
func (n *Node) IsSetting() bool { return n.set }

// Merge merges the policies of all levels, the root's first. Policies of one
// level are merged in the order given, and do not bind one another. An operator
// that a level above forbids has no effect. It never returns nil.
func Merge(levels [][]Attached, o Options) *Node {
	m := merger{o}
	top := m.new()
	for _, level := range levels {
		for _, a := range level {
			m.apply(top, a.Policy.root, a.ID, top.allowed)
		}
		for _, a := range level {
			m.bind(top, a.Policy.root)
		}
	}
	return top
}

type merger struct{ Options }

func (m merger) new() *Node { return &Node{Members: map[string]*Node{}, allowed: mayAll} }

func (m merger) name(written string) string {
	if m.FoldNames {
		return strings.ToLower(written)
	}
	return written
}

// apply merges s into n; allowed is what the levels above let this level do
// where they say nothing closer: on the node, or on the nearest one above it
// that they have.
func (m merger) apply(n *Node, s *source, id string, allowed operators) bool {
	if s.setters != nil {
		return n.setBy(s, id, allowed)
	}
	did := false
	for _, written := range s.names {
		name := m.name(written)
		child, there := n.Members[name]
		may := allowed
		if there {
			may = child.allowed
		} else {
			child = m.new()
			child.allowed = allowed // until a policy of this level binds it
		}
		set := m.apply(child, s.members[written], id, may)
		if !there && (set || m.Bare || s.members[written].binds) { // a place can be bound before anything is set there
			n.Members[name] = child
			n.Names = append(n.Names, name)
		}
		did = did || set
		n.Clash = n.Clash || set && n.set
	}
	if did {
		n.by(id)
	}
	return did
}

// setBy does what a setting's operators say, as far as allowed, and reports
// whether any of it was: removing before appending, so that a policy can
// exchange one value for another.
func (n *Node) setBy(s *source, id string, allowed operators) bool {
	did := false
	for _, op := range []string{assign, remove, appendTo} {
		v, there := s.setters[op]
		if !there || allowed&operatorOf[op] == 0 || op == remove && !n.set {
			continue
		}
		did = true
		n.Clash = n.Clash || len(n.Members) > 0
		switch op {
		case assign:
			n.Value, n.List = unique(nil, v.scalars), v.list
		case remove:
			n.Value = slices.DeleteFunc(slices.Clone(n.Value), func(have json.RawMessage) bool { return has(v.scalars, have) })
			n.Clash, n.List = n.Clash || !n.List, true
		default:
			n.Clash = n.Clash || n.set && !n.List
			n.Value, n.List = unique(n.Value, v.scalars), true
		}
		n.set = true
	}
	if did {
		n.by(id)
	}
	return did
}

func (n *Node) by(id string) {
	if !slices.Contains(n.By, id) {
		n.By = append(n.By, id)
	}
}

// bind notes what s lets the levels below do. A level can only take away from
// what those above allow.
func (m merger) bind(n *Node, s *source) {
	n.allowed &= s.allowed
	for _, written := range s.names {
		if child, there := n.Members[m.name(written)]; there {
			m.bind(child, s.members[written])
		}
	}
}

func has(all []json.RawMessage, one json.RawMessage) bool {
	return slices.ContainsFunc(all, func(have json.RawMessage) bool { return bytes.Equal(have, one) })
}

// unique is all and then those of more that are not there yet.
func unique(all, more []json.RawMessage) []json.RawMessage {
	out := slices.Clone(all)
	for _, one := range more {
		if !has(out, one) {
			out = append(out, one)
		}
	}
	return out
}
