// Package tagging holds the tags of Identity Center's resources: instances,
// permission sets, applications and trusted token issuers, by their ARNs.
package tagging

import (
	"context"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/quota"
)

// Tx is what tags need of one transaction. Who deletes a resource deletes its
// tags.
type Tx interface {
	// ResourceTags reads the tags of a resource, by key.
	ResourceTags(ctx context.Context, resourceARN string) (map[string]string, error)
	PutResourceTag(ctx context.Context, resourceARN, key, value string) error
	DeleteResourceTag(ctx context.Context, resourceARN, key string) error
}

// Service keeps tags. All fields but Quotas are required.
type Service struct {
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Tx) error) error // for reading
	// Exists returns a NotFound fault when there is no such resource.
	Exists func(ctx context.Context, resourceARN string) error
	// Quotas bound the tags of a resource; the zero Quotas are AWS's.
	Quotas quota.Quotas
}

// Put tags a resource in the caller's transaction: one that was just made. A
// reserved key is Invalid, too many tags are a Quota fault.
func Put(ctx context.Context, tx Tx, q quota.Quotas, resourceARN string, tags map[string]string) error {
	if err := check(q, tags); err != nil {
		return err
	}
	for key, value := range tags {
		if err := tx.PutResourceTag(ctx, resourceARN, key, value); err != nil {
			return err
		}
	}
	return nil
}

// Tag puts tags on a resource; values of keys that it has are overwritten.
func (s *Service) Tag(ctx context.Context, resourceARN string, tags map[string]string) error {
	if err := s.Exists(ctx, resourceARN); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		if err := Put(ctx, tx, s.Quotas, resourceARN, tags); err != nil {
			return err
		}
		all, err := tx.ResourceTags(ctx, resourceARN)
		if err != nil {
			return err
		}
		return check(s.Quotas, all)
	})
}

// Untag removes tags by their keys; keys that are not there are no error.
func (s *Service) Untag(ctx context.Context, resourceARN string, keys []string) error {
	if err := s.Exists(ctx, resourceARN); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		for _, key := range keys {
			if err := tx.DeleteResourceTag(ctx, resourceARN, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tags returns the tags of a resource, by key.
func (s *Service) Tags(ctx context.Context, resourceARN string) (tags map[string]string, err error) {
	if err := s.Exists(ctx, resourceARN); err != nil {
		return nil, err
	}
	return s.Held(ctx, resourceARN)
}

// Held is Tags of what may not exist, and then has none.
func (s *Service) Held(ctx context.Context, resourceARN string) (tags map[string]string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		tags, err = tx.ResourceTags(ctx, resourceARN)
		return err
	})
	return tags, err
}

func check(q quota.Quotas, tags map[string]string) error {
	if most := q.InForce().TagsPerResource; quota.Exceeded(most, len(tags)) {
		return fault.Newf(fault.Quota, "A resource has at most %d tags.", most)
	}
	for key := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return fault.Newf(fault.Invalid, "Tag keys beginning with aws: are reserved for AWS use: %s.", key)
		}
	}
	return nil
}
