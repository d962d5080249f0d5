// Package accesscontrol holds the attributes for access control of the
// organization instance (ABAC): which attributes of a person travel, as session
// tags, into the roles that the person assumes, where policies read them as
// aws:PrincipalTag.
package accesscontrol

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/quota"
)

// Attribute makes a session tag of a person's attribute.
type Attribute struct {
	Key    string `json:"key"`    // of the tag, 1–128 characters, unique without case
	Source string `json:"source"` // ${path:<attribute>}: see [directory.ParsePath]
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// Configuration is what is configured.
type Configuration struct {
	Attributes []Attribute `json:"attributes"`
}

// Reader is what reading the configuration needs of the store.
type Reader interface {
	// AccessControl reads an instance's configuration; false when it has none.
	AccessControl(ctx context.Context, instanceARN string) (Configuration, bool, error)
}

// Tx is what changing the configuration needs of one transaction.
type Tx interface {
	Reader
	PutAccessControl(ctx context.Context, instanceARN string, c Configuration) error
	DeleteAccessControl(ctx context.Context, instanceARN string) error
}

// Service keeps the configuration. All fields but Quotas are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Reader) error) error
	// User reads a person of the directory.
	User func(ctx context.Context, id directory.UserID) (directory.User, error)
	// Quotas bound the attributes; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// Get returns an instance's configuration; a NotFound fault when it has none.
func (s *Service) Get(ctx context.Context, instanceARN string) (c Configuration, err error) {
	err = s.View(ctx, func(r Reader) error {
		var found bool
		c, found, err = r.AccessControl(ctx, instanceARN)
		if err == nil && !found {
			err = missing(instanceARN)
		}
		return err
	})
	return c, err
}

func missing(instanceARN string) error {
	return fault.Newf(fault.NotFound, "Instance %s has no access control attribute configuration.", instanceARN)
}

// Create enables attributes for access control; a Conflict when they are
// enabled already.
func (s *Service) Create(ctx context.Context, instanceARN string, c Configuration) error {
	if err := s.check(c); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		_, found, err := tx.AccessControl(ctx, instanceARN)
		if err == nil && found {
			err = fault.Newf(fault.Conflict, "Instance %s already has an access control attribute configuration.", instanceARN)
		}
		if err != nil {
			return err
		}
		return tx.PutAccessControl(ctx, instanceARN, c)
	})
}

// Update replaces the attributes; NotFound when they are not enabled.
func (s *Service) Update(ctx context.Context, instanceARN string, c Configuration) error {
	if err := s.check(c); err != nil {
		return err
	}
	return s.ifThere(ctx, instanceARN, func(tx Tx) error { return tx.PutAccessControl(ctx, instanceARN, c) })
}

// Delete disables attributes for access control; NotFound when they are not
// enabled.
func (s *Service) Delete(ctx context.Context, instanceARN string) error {
	return s.ifThere(ctx, instanceARN, func(tx Tx) error { return tx.DeleteAccessControl(ctx, instanceARN) })
}

func (s *Service) ifThere(ctx context.Context, instanceARN string, change func(Tx) error) error {
	return s.InTx(ctx, func(tx Tx) error {
		_, found, err := tx.AccessControl(ctx, instanceARN)
		if err == nil && !found {
			err = missing(instanceARN)
		}
		if err != nil {
			return err
		}
		return change(tx)
	})
}

func (s *Service) check(c Configuration) error {
	if most := s.Quotas.InForce().AccessControlAttributes; quota.Exceeded(most, len(c.Attributes)) {
		return fault.Newf(fault.Invalid, "At most %d attributes for access control can be configured.", most)
	}
	seen := map[string]bool{}
	for _, a := range c.Attributes {
		key := strings.ToLower(a.Key)
		if seen[key] {
			return fault.Newf(fault.Invalid, "Duplicate attribute key: %s. Session tag keys are unique without regard to case.", a.Key)
		}
		if strings.HasPrefix(key, "aws:") {
			return fault.Newf(fault.Invalid, "Attribute keys beginning with aws: are reserved for AWS use: %s.", a.Key)
		}
		seen[key] = true
		if _, err := parseSource(a.Source); err != nil {
			return err
		}
	}
	return nil
}

// parseSource reads ${path:…}. A source of ${dir:…} is an attribute of Active
// Directory, which only a directory there has.
func parseSource(source string) (directory.Path, error) {
	path, ok := strings.CutPrefix(source, "${path:")
	path, closed := strings.CutSuffix(path, "}")
	if !ok || !closed {
		return directory.Path{}, fault.Newf(fault.Invalid, "The source %s is not valid. A source is ${path:<attribute>}, such as ${path:enterprise.costCenter}.", source)
	}
	return directory.ParsePath(path)
}

// What STS takes for the value of a session tag.
var tagValue = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

const maxTagValue = 256

// TagsFor returns the session tags of a person, in the order in which they are
// configured. An attribute that the person does not have makes none. A value
// that cannot be a tag is an Invalid fault: without the tag, policies would
// judge the person as somebody else.
func (s *Service) TagsFor(ctx context.Context, instanceARN, userID string) ([]Tag, error) {
	var c Configuration
	err := s.View(ctx, func(r Reader) (err error) {
		c, _, err = r.AccessControl(ctx, instanceARN)
		return err
	})
	if err != nil || len(c.Attributes) == 0 {
		return nil, err
	}
	u, err := s.User(ctx, directory.UserID(userID))
	if err != nil {
		return nil, err
	}
	var tags []Tag
	for _, a := range c.Attributes {
		path, err := parseSource(a.Source)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", a.Key, err)
		}
		value, err := u.At(path)
		if err != nil {
			return nil, err
		}
		if value == "" {
			continue
		}
		if utf8.RuneCountInString(value) > maxTagValue || !tagValue.MatchString(value) {
			return nil, fault.Newf(fault.Invalid, "The attribute for access control %s cannot be a session tag: AWS takes up to %d letters, digits, spaces and _.:/=+-@ there.", a.Key, maxTagValue)
		}
		tags = append(tags, Tag{a.Key, value})
	}
	return tags, nil
}
