package policy

import (
	"slices"
	"strings"
)

// Context answers for the condition keys of a request. Lookup gets the name of
// a key in lower case, and answers its values and whether it is present; it is
// called only for keys that a policy asks about, so it may work them out then.
type Context interface {
	Lookup(key string) (values []string, present bool)
}

// Keys is a Context that holds its keys, as NewKeys makes it. The zero Keys has
// none.
type Keys []Key

// Key is a condition key of a request with its values.
type Key struct {
	Name   string // in lower case
	Values []string
}

// NewKeys makes Keys of names in any case.
func NewKeys(values map[string][]string) Keys {
	keys := make(Keys, 0, len(values))
	for name, v := range values {
		keys = append(keys, Key{strings.ToLower(name), v})
	}
	slices.SortFunc(keys, func(a, b Key) int { return byLength(a.Name, b.Name) })
	return keys
}

// Lookup implements Context.
func (k Keys) Lookup(key string) ([]string, bool) {
	low, high := 0, len(k)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch name := k[mid].Name; {
		case name == key:
			return k[mid].Values, true
		case len(name) < len(key) || len(name) == len(key) && name < key:
			low = mid + 1
		default:
			high = mid
		}
	}
	return nil, false
}

// Map is a Context that holds its keys under names in any case, for requests
// that are asked about few of them: making Keys of it would take longer.
type Map map[string][]string

// Lookup implements Context.
func (m Map) Lookup(key string) ([]string, bool) {
	for name, values := range m {
		if len(name) == len(key) && strings.EqualFold(name, key) {
			return values, true
		}
	}
	return nil, false
}

// lookup asks keys, which may be nil.
func lookup(keys Context, key string) ([]string, bool) {
	if keys == nil {
		return nil, false
	}
	return keys.Lookup(key)
}
