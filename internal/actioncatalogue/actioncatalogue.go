// Package actioncatalogue knows what AWS's services publish in the Service
// Authorization Reference: their IAM actions, resource types and condition keys.
//
// The data is embedded compressed, a section for each service, which is read
// when it is asked for. make generate writes the file; see gen.
package actioncatalogue

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"foyer/internal/packed"
)

//go:embed catalogue.bin
var embedded []byte

// Service is what one service prefix stands for.
type Service struct {
	Prefix    string     `json:"-"` // as it stands before the colon of an action: "s3"
	Name      string     `json:"-"` // "Amazon S3"
	Actions   []Action   `json:"a"` // by name, without regard to case
	Resources []Resource `json:"r"`
	Keys      []Key      `json:"k"` // the service's own condition keys, and the global ones that it fills in
}

// Action is an action of a service.
type Action struct {
	Name      string           `json:"n"` // GetObject
	Level     Level            `json:"l"`
	Resources []ActionResource `json:"r,omitempty"` // none: only "*" can be its resource
	Keys      []string         `json:"k,omitempty"` // condition keys, whatever the resource
	Dependent []string         `json:"d,omitempty"` // actions that it takes as well, such as "iam:PassRole"
}

// Level is what kind of access an action is.
type Level string

// The levels.
const (
	List        Level = "List"
	Read        Level = "Read"
	Write       Level = "Write"
	Tagging     Level = "Tagging"
	Permissions Level = "Permissions management"
)

// ActionResource is a type of resource that an action can be about.
type ActionResource struct {
	Type     string   `json:"n"` // the Name of a Resource
	Required bool     `json:"q,omitempty"`
	Keys     []string `json:"k,omitempty"` // condition keys that the resource brings
}

// Resource is a type of resource.
type Resource struct {
	Name string   `json:"n"`
	ARN  string   `json:"a"` // such as "arn:${Partition}:s3:::${BucketName}"
	Keys []string `json:"k,omitempty"`
}

// Key is a condition key.
type Key struct {
	Name string  `json:"n"` // such as "s3:prefix" or "aws:RequestTag/${TagKey}"
	Type KeyType `json:"t"`
}

// KeyType is the type of a condition key's values.
type KeyType string

// The types.
const (
	String        KeyType = "String"
	ARN           KeyType = "ARN"
	Bool          KeyType = "Bool"
	Date          KeyType = "Date"
	IPAddress     KeyType = "IPAddress"
	Numeric       KeyType = "Numeric"
	Strings       KeyType = "ArrayOfString"
	ARNs          KeyType = "ArrayOfARN"
	Bools         KeyType = "ArrayOfBool"
	multivaluedOf         = "ArrayOf"
)

// Multivalued reports whether a request can have several values of the key.
func (t KeyType) Multivalued() bool { return strings.HasPrefix(string(t), multivaluedOf) }

// Entry is a service as the index writes it.
type Entry struct {
	Prefix             string   `json:"p"`
	Name               string   `json:"n"`
	ResourceControlled bool     `json:"c,omitempty"`
	KeyPrefixes        []string `json:"k,omitempty"` // of keys that do not begin with Prefix, such as "saml"
	ARNServices        []string `json:"s,omitempty"` // what its resources' ARNs name as their service
}

// catalogue is the file, of which those services are read that were asked for.
type catalogue struct {
	entries  []Entry // by prefix
	sections [][]byte

	mu       sync.Mutex
	new, old map[string]*Service // at most two generations of them
}

// keptServices bounds one generation of the services that stay read.
const keptServices = 48

var load = sync.OnceValues(func() (*catalogue, error) { return read(embedded) })

func read(file []byte) (*catalogue, error) {
	sections, err := packed.Sections(file)
	if err != nil {
		return nil, fmt.Errorf("catalogue.bin: %w", err)
	}
	index, err := packed.Inflate(sections[0])
	if err != nil {
		return nil, fmt.Errorf("catalogue.bin: index: %w", err)
	}
	c := &catalogue{sections: sections[1:]}
	if err := json.Unmarshal(index, &c.entries); err != nil {
		return nil, fmt.Errorf("catalogue.bin: index: %w", err)
	}
	if len(c.entries) != len(c.sections) {
		return nil, fmt.Errorf("catalogue.bin: %d services in %d sections", len(c.entries), len(c.sections))
	}
	return c, nil
}

// Prefixes returns the prefixes of all services, sorted.
func Prefixes() []string {
	c, err := load()
	if err != nil {
		return nil // cannot be: the test reads all of it
	}
	all := make([]string, len(c.entries))
	for i, e := range c.entries {
		all[i] = e.Prefix
	}
	return all
}

// Find returns the service of a prefix in lower case. The service is shared: do
// not change it.
func Find(prefix string) (*Service, bool) {
	c, err := load()
	if err != nil {
		return nil, false // cannot be: the test reads all of it
	}
	return c.find(prefix)
}

func (c *catalogue) find(prefix string) (*Service, bool) {
	i, known := c.index(prefix)
	if !known {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, kept := c.new[prefix]; kept {
		return s, true
	}
	s, kept := c.old[prefix]
	if !kept {
		text, err := packed.Inflate(c.sections[i])
		s = &Service{Prefix: prefix, Name: c.entries[i].Name}
		if err != nil || json.Unmarshal(text, s) != nil {
			return nil, false // cannot be: the test reads all of it
		}
	}
	if c.new == nil || len(c.new) >= keptServices {
		c.old, c.new = c.new, map[string]*Service{}
	}
	c.new[prefix] = s
	return s, true
}

func (c *catalogue) index(prefix string) (int, bool) {
	return slices.BinarySearchFunc(c.entries, prefix, func(e Entry, p string) int { return strings.Compare(e.Prefix, p) })
}

// ResourceControlled reports whether resource control policies apply to the
// actions of a service.
func ResourceControlled(prefix string) bool {
	c, err := load()
	if err != nil {
		return false // cannot be: the test reads all of it
	}
	i, known := c.index(prefix)
	return known && c.entries[i].ResourceControlled
}

// KeyOwners returns the prefixes of the services that have condition keys which
// begin with prefix: the service's own, or those that use a foreign name such
// as "saml". It is empty for a prefix that nobody has.
func KeyOwners(prefix string) []string {
	c, err := load()
	if err != nil {
		return nil // cannot be: the test reads all of it
	}
	if _, known := c.index(prefix); known {
		return []string{prefix}
	}
	var owners []string
	for _, e := range c.entries {
		if slices.ContainsFunc(e.KeyPrefixes, func(p string) bool { return matchTemplate(p, prefix) }) {
			owners = append(owners, e.Prefix)
		}
	}
	return owners
}

// ARNTemplates returns what the ARNs look like that name service as theirs, of
// whatever service prefix. It is empty for one that no ARN names.
func ARNTemplates(service string) []string {
	c, err := load()
	if err != nil {
		return nil // cannot be: the test reads all of it
	}
	var templates []string
	for _, e := range c.entries {
		if !slices.Contains(e.ARNServices, service) {
			continue
		}
		s, _ := c.find(e.Prefix)
		for _, r := range s.Resources {
			if ARNService(e.Prefix, r.ARN) == service {
				templates = append(templates, r.ARN)
			}
		}
	}
	return templates
}

// ARNService is the service that an ARN of the service prefix, or what it looks
// like, names: the prefix, where that is open.
func ARNService(prefix, arn string) string {
	parts := strings.SplitN(arn, ":", 4)
	switch {
	case len(parts) < 4:
		return ""
	case strings.Contains(parts[2], "${"):
		return prefix
	default:
		return parts[2]
	}
}

// Action returns the action of a name, in any case.
func (s *Service) Action(name string) (*Action, bool) {
	i, found := slices.BinarySearchFunc(s.Actions, strings.ToLower(name), func(a Action, n string) int {
		return strings.Compare(strings.ToLower(a.Name), n)
	})
	if !found {
		return nil, false
	}
	return &s.Actions[i], true
}

// Resource returns the resource type of a name.
func (s *Service) Resource(name string) (*Resource, bool) {
	i := slices.IndexFunc(s.Resources, func(r Resource) bool { return r.Name == name })
	if i < 0 {
		return nil, false
	}
	return &s.Resources[i], true
}

// Key returns the condition key of a name, in any case; aws:RequestTag/team is
// aws:RequestTag/${TagKey}.
func (s *Service) Key(name string) (Key, bool) {
	for _, k := range s.Keys {
		if matchTemplate(k.Name, name) {
			return k, true
		}
	}
	return Key{}, false
}

// matchTemplate reports whether name is template, in any case, with something
// for each ${…}.
func matchTemplate(template, name string) bool {
	before, rest, open := strings.Cut(template, "${")
	if !open {
		return strings.EqualFold(template, name)
	}
	if len(name) <= len(before) || !strings.EqualFold(name[:len(before)], before) {
		return false
	}
	_, after, _ := strings.Cut(rest, "}")
	name = name[len(before):]
	if after == "" {
		return true
	}
	for at := 1; at < len(name); at++ {
		if matchTemplate(after, name[at:]) {
			return true
		}
	}
	return false
}
