package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// shapeIndex gives every shape of the model its place in the shapes table.
func (m *model) shapeIndex() (names []string, at map[string]int) {
	names = slices.Sorted(maps.Keys(m.Shapes))
	at = make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	return names, at
}

var kinds = map[string]string{
	"structure": "Structure", "list": "List", "map": "Map", "string": "String", "boolean": "Boolean",
	"integer": "Integer", "long": "Integer", "double": "Double", "float": "Double", "timestamp": "Timestamp", "blob": "Blob",
}

// writeShapes writes the table by which shapes describe themselves to the codecs.
func (m *model) writeShapes() (string, error) {
	names, at := m.shapeIndex()
	var body strings.Builder
	body.WriteString("// shapes describes every shape of the contract, by name.\nvar shapes = []wire.Shape{\n")
	for _, name := range names {
		line, err := m.shapeLiteral(name, at)
		if err != nil {
			return "", fmt.Errorf("shape %s: %w", name, err)
		}
		body.WriteString("\t" + line + ",\n")
	}
	body.WriteString("}\n")
	return m.withHeader(body.String()), nil
}

func (m *model) shapeLiteral(name string, at map[string]int) (string, error) {
	s := m.Shapes[name]
	kind := kinds[s.Type]
	if s.Document {
		kind = "Any"
	}
	fields := []string{fmt.Sprintf("Name: %q, Kind: wire.%s", name, kind)}
	add := func(format string, args ...any) { fields = append(fields, fmt.Sprintf(format, args...)) }
	switch {
	case kind == "Structure" && len(s.order) > 0:
		add("Members: []wire.Member{%s}", strings.Join(m.memberLiterals(s, at), ", "))
	case kind == "List":
		add("Element: %d", at[s.Member.Shape])
	case kind == "Map":
		add("Element: %d, Key: %d", at[s.Value.Shape], at[s.Key.Shape])
	}
	if s.Min != nil || s.Max != nil {
		low, high := int64(0), int64(-1)
		if s.Min != nil {
			low = int64(*s.Min)
		}
		if s.Max != nil {
			high = int64(*s.Max)
		}
		add("Bounded: true, Min: %d, Max: %d", low, high)
	}
	if s.Pattern != "" {
		pattern, err := goPattern(s.Pattern)
		if err != nil {
			return "", err
		}
		add("Pattern: %s", strconv.Quote(pattern))
	}
	if len(s.Enum) > 0 {
		add("Enum: %#v", s.Enum)
	}
	for flag, set := range map[string]bool{"Sensitive": s.Sensitive, "Union": s.Union, "ISO": s.TimestampFormat == "iso8601"} {
		if set {
			add("%s: true", flag)
		}
	}
	if s.Payload != "" {
		add("Payload: %q", s.Payload)
	}
	slices.Sort(fields[1:])
	return "{" + strings.Join(fields, ", ") + "}", nil
}

func (m *model) memberLiterals(s shape, at map[string]int) []string {
	var all []string
	for _, name := range s.order {
		ref := s.Members[name]
		wireName := name
		if ref.LocationName != "" {
			wireName = ref.LocationName
		}
		literal := fmt.Sprintf("Name: %q, Wire: %q, Of: %d", name, wireName, at[ref.Shape])
		switch ref.Location {
		case "header":
			literal += ", In: wire.InHeader"
		case "querystring":
			literal += ", In: wire.InQuery"
		}
		if slices.Contains(s.Required, name) {
			literal += ", Required: true"
		}
		all = append(all, "{"+literal+"}")
	}
	return all
}
