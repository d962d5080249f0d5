package directory

import (
	"bytes"
	"encoding/json"
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
	path := strings.Split(op.Path, ".")
	at := tree
	for _, step := range path[:len(path)-1] {
		step = lowerFirst(step)
		if at[step] == nil {
			at[step] = map[string]any{}
		}
		next, ok := at[step].(map[string]any)
		if !ok {
			return Attributes{}, unknownPath(op.Path)
		}
		at = next
	}
	last := lowerFirst(path[len(path)-1])
	if value == nil {
		delete(at, last)
	} else {
		at[last] = value
	}
	return fromTree(tree, op.Path)
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
	if text, ok := value.(string); ok {
		if n := utf8.RuneCountInString(text); n == 0 || n > maxText {
			return nil, fault.Newf(fault.Invalid, "The value of %s must have 1 to %d characters.", op.Path, maxText)
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

// applyExtension sets or removes an extension, or one attribute of it.
func applyExtension(extensions []Extension, name, attribute string, op Operation) ([]Extension, error) {
	value, err := op.decoded()
	if err != nil {
		return nil, err
	}
	kept := make([]Extension, 0, len(extensions)+1)
	current := map[string]any{}
	for _, e := range extensions {
		if e.Name != name {
			kept = append(kept, e)
			continue
		}
		for k, v := range e.Value {
			current[k] = v
		}
	}
	switch object, isObject := value.(map[string]any); {
	case attribute == "" && value == nil:
		return kept, nil
	case attribute == "" && !isObject:
		return nil, fault.Newf(fault.Invalid, "The extension %s must be an object.", name)
	case attribute == "":
		current = object
	case value == nil:
		delete(current, lowerFirst(attribute))
	default:
		current[lowerFirst(attribute)] = value
	}
	return append(kept, Extension{Name: name, Value: current}), nil
}
