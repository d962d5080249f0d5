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

// Keys is a Context that holds its keys. The zero Keys has none.
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
	slices.SortFunc(keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	return keys
}

// Lookup implements Context.
func (k Keys) Lookup(key string) ([]string, bool) {
	at, found := slices.BinarySearchFunc(k, key, func(k Key, name string) int { return strings.Compare(k.Name, name) })
	if !found {
		return nil, false
	}
	return k[at].Values, true
}

// lookup asks keys, which may be nil.
func lookup(keys Context, key string) ([]string, bool) {
	if keys == nil {
		return nil, false
	}
	return keys.Lookup(key)
}
