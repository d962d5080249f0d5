// Package inherit merges the management policies of an organization - tag,
// backup, opt-out and so on - into the one that is in effect for an account.
//
// A policy is a tree of JSON objects. Its leaves are settings: objects that set
// a value with the operators @@assign, @@append and @@remove. The policies of
// the root are merged first, then those of each unit down to the account, and
// last the account's own ([Merge]). Anywhere in the tree,
// @@operators_allowed_for_child_policies says what the policies of the levels
// below may do there (AWS Organizations User Guide, "Inheritance operators").
//
// What the settings mean is not known here.
package inherit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxDepth bounds how deep a document may nest.
const MaxDepth = 32

// The operators that set values, and the one that says who may.
const (
	assign   = "@@assign"
	appendTo = "@@append"
	remove   = "@@remove"
	control  = "@@operators_allowed_for_child_policies"
	allOf    = "@@all"
	noneOf   = "@@none"
)

// Malformed is the failure of Parse.
type Malformed struct {
	Path string // of the mistake, such as tags.CostCenter; "" at the top
	Why  string
}

// Error returns path and reason.
func (m *Malformed) Error() string {
	if m.Path == "" {
		return m.Why
	}
	return m.Path + ": " + m.Why
}

// Document is a policy as it was written.
type Document struct{ root *source }

// source is one object of a document: a setting when it has operators that set
// a value, else a group.
type source struct {
	names   []string // of the members, as they were written
	members map[string]*source
	setters map[string]value // by operator; nil for a group
	allowed operators        // for the levels below
	binds   bool             // it, or one below it, has a control operator
}

// operators is a set of the operators that set values.
type operators uint8

const (
	mayAssign operators = 1 << iota
	mayAppend
	mayRemove
	mayAll = mayAssign | mayAppend | mayRemove
)

var operatorOf = map[string]operators{assign: mayAssign, appendTo: mayAppend, remove: mayRemove}

// value is what an operator sets: a scalar, or a list of them. Scalars are
// JSON texts.
type value struct {
	list    bool
	scalars []json.RawMessage
}

// Parse reads a document. Its error is always a *Malformed. A name that comes
// twice in one object is one.
func Parse(document string) (*Document, error) {
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	tree, err := read(d, 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is text behind the policy")
		}
	}
	if err != nil {
		return nil, &Malformed{Why: "The policy is not valid JSON: " + err.Error() + "."}
	}
	top, ok := tree.(*object)
	if !ok {
		return nil, &Malformed{Why: "The policy is not a JSON object."}
	}
	root, err := group(top, "")
	if err != nil {
		return nil, err
	}
	if root.setters != nil {
		return nil, &Malformed{Why: "The policy as a whole is no setting."}
	}
	return &Document{root}, nil
}

// object is a JSON object in the order in which it was written.
type object struct {
	names  []string
	values map[string]any // *object, []any, or json.RawMessage for a scalar
}

// read takes one JSON value from d.
func read(d *json.Decoder, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("it nests more than %d deep", MaxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readObject(d, depth)
	case json.Delim('['):
		all := []any{}
		for d.More() {
			one, err := read(d, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		_, err := d.Token()
		return all, err
	default:
		return scalar(token)
	}
}

func readObject(d *json.Decoder, depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, errors.New("a name is not a string")
		}
		if _, twice := o.values[name]; twice {
			return nil, fmt.Errorf("the name %q comes twice", name)
		}
		if o.values[name], err = read(d, depth+1); err != nil {
			return nil, err
		}
		o.names = append(o.names, name)
	}
	_, err := d.Token()
	return o, err
}

// scalar is a string, number, boolean or null as JSON text, in one form.
func scalar(token json.Token) (json.RawMessage, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(token); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

// group reads an object that may hold settings and groups.
func group(o *object, path string) (*source, error) {
	s := &source{members: map[string]*source{}, allowed: mayAll}
	for _, name := range o.names {
		at := join(path, name)
		if strings.HasPrefix(name, "@@") {
			if err := s.operator(name, o.values[name], at); err != nil {
				return nil, err
			}
			continue
		}
		inner, ok := o.values[name].(*object)
		if !ok {
			return nil, &Malformed{at, "A value is set with an operator, such as @@assign."}
		}
		member, err := group(inner, at)
		if err != nil {
			return nil, err
		}
		s.names = append(s.names, name)
		s.members[name] = member
		s.binds = s.binds || member.binds
	}
	if s.setters != nil && len(s.names) > 0 {
		return nil, &Malformed{path, "A setting with operators has no other elements."}
	}
	return s, nil
}

// operator reads one operator of an object.
func (s *source) operator(name string, v any, path string) error {
	if name == control {
		allowed, err := readControl(v, path)
		s.allowed, s.binds = allowed, true
		return err
	}
	if operatorOf[name] == 0 {
		return &Malformed{path, "The operator is unknown."}
	}
	set, ok := valueOf(v)
	if !ok {
		return &Malformed{path, "An operator sets a scalar or a list of scalars."}
	}
	if name != assign && !set.list {
		return &Malformed{path, "This operator takes a list."}
	}
	if s.setters == nil {
		s.setters = map[string]value{}
	}
	s.setters[name] = set
	return nil
}

func valueOf(v any) (value, bool) {
	if one, ok := v.(json.RawMessage); ok {
		return value{scalars: []json.RawMessage{one}}, string(one) != "null"
	}
	all, ok := v.([]any)
	if !ok {
		return value{}, false
	}
	set := value{list: true, scalars: make([]json.RawMessage, len(all))}
	for i, one := range all {
		text, ok := one.(json.RawMessage)
		if !ok || string(text) == "null" {
			return value{}, false
		}
		set.scalars[i] = text
	}
	return set, true
}

// readControl reads what levels below may do: @@all or @@none by itself, or a
// list of operators.
func readControl(v any, path string) (operators, error) {
	wrong := &Malformed{path, "It lists @@all, @@none, or some of @@assign, @@append and @@remove."}
	set, ok := valueOf(v)
	if !ok || !set.list || len(set.scalars) == 0 {
		return 0, wrong
	}
	var allowed operators
	for _, text := range set.scalars {
		var name string
		if err := json.Unmarshal(text, &name); err != nil {
			return 0, wrong
		}
		switch one := operatorOf[name]; {
		case one != 0:
			allowed |= one
		case name == allOf && len(set.scalars) == 1:
			return mayAll, nil
		case name == noneOf && len(set.scalars) == 1:
			return 0, nil
		default:
			return 0, wrong
		}
	}
	return allowed, nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
