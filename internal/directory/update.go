package directory

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/internal/fault"
)

// Operation sets one attribute, or removes it when Value is absent or null.
type Operation struct {
	Path  string          // displayName, name.givenName, emails, …; the first letter's case does not matter
	Value json.RawMessage // JSON: string, boolean, object or list of objects
}

// maxDocument bounds an attribute's value, in bytes of JSON.
const maxDocument = 64 << 10

// apply returns the attributes after operations. It fails with an Invalid
// fault when a path is unknown or a value is not of the attribute's kind.
func (a Attributes) apply(operations []Operation) (Attributes, error) {
	for _, op := range operations {
		name, rest, _ := strings.Cut(op.Path, ".")
		var err error
		if strings.Contains(name, ":") {
			a.Extensions, err = applyExtension(a.Extensions, name, rest, op)
		} else {
			a, err = a.set(op)
		}
		if err != nil {
			return Attributes{}, err
		}
	}
	return a, nil
}

// set applies one operation through the attributes' JSON form, which names
// every path and knows every kind.
func (a Attributes) set(op Operation) (Attributes, error) {
	tree, err := a.tree()
	if err != nil {
		return Attributes{}, err
	}
	value, err := op.decoded()
	if err != nil {
		return Attributes{}, err
	}
	if !put(tree, op.Path, value) {
		return Attributes{}, unknownPath(op.Path)
	}
	return fromTree(tree, op.Path)
}

// put sets what a dotted path leads to in a tree; nil removes it. It reports
// false when the path leads through what has no members.
func put(tree map[string]any, path string, value any) bool {
	steps := strings.Split(path, ".")
	for _, step := range steps[:len(steps)-1] {
		step = lowerFirst(step)
		if tree[step] == nil {
			if value == nil {
				return true
			}
			tree[step] = map[string]any{}
		}
		next, ok := tree[step].(map[string]any)
		if !ok {
			return false
		}
		tree = next
	}
	last := lowerFirst(steps[len(steps)-1])
	if value == nil {
		delete(tree, last)
	} else {
		tree[last] = value
	}
	return true
}

func (a Attributes) tree() (map[string]any, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	tree := map[string]any{}
	return tree, json.Unmarshal(text, &tree)
}

func fromTree(tree map[string]any, path string) (Attributes, error) {
	text, err := json.Marshal(tree)
	if err != nil {
		return Attributes{}, err
	}
	var a Attributes
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return Attributes{}, unknownPath(path)
	}
	return a, nil
}

// decoded returns the operation's value with its members' names in lower camel
// case; nil stands for absent and null.
func (op Operation) decoded() (any, error) {
	if len(op.Value) == 0 {
		return nil, nil
	}
	if len(op.Value) > maxDocument {
		return nil, fault.Newf(fault.Invalid, "The value of %s is too large.", op.Path)
	}
	var value any
	if err := json.Unmarshal(op.Value, &value); err != nil {
		return nil, fault.Newf(fault.Invalid, "The value of %s is not JSON.", op.Path)
	}
	switch v := value.(type) {
	case string:
		if err := checkText(op.Path, v); err != nil {
			return nil, err
		}
	case []any:
		if len(v) == 0 {
			return nil, fault.Newf(fault.Invalid, "The value of %s must have at least 1 element; null removes it.", op.Path)
		}
	}
	return lowerNames(value), nil
}

func lowerNames(value any) any {
	switch v := value.(type) {
	case map[string]any:
		lowered := make(map[string]any, len(v))
		for name, member := range v {
			lowered[lowerFirst(name)] = lowerNames(member)
		}
		return lowered
	case []any:
		for i := range v {
			v[i] = lowerNames(v[i])
		}
	}
	return value
}

func lowerFirst(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[size:]
}

// applyExtension sets or removes an extension, or what a path leads to in it.
func applyExtension(extensions []Extension, name, attribute string, op Operation) ([]Extension, error) {
	value, err := op.decoded()
	if err != nil {
		return nil, err
	}
	kept := make([]Extension, 0, len(extensions)+1)
	current := map[string]any{}
	for _, e := range extensions {
		if e.Name == name {
			maps.Copy(current, e.Value)
		} else {
			kept = append(kept, e)
		}
	}
	if attribute != "" {
		if !put(current, attribute, value) {
			return nil, unknownPath(op.Path)
		}
		if len(current) == 0 {
			return kept, nil
		}
		return append(kept, Extension{Name: name, Value: current}), nil
	}
	if value == nil {
		return kept, nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fault.Newf(fault.Invalid, "The extension %s must be an object.", name)
	}
	return append(kept, Extension{Name: name, Value: object}), nil
}
