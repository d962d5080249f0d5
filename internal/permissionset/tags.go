package permissionset

import (
	"context"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/quota"
)

// Tag puts tags on a set or on the instance itself; values of keys it has are
// overwritten.
func (s *Service) Tag(ctx context.Context, resourceARN string, tags map[string]string) error {
	if err := s.checkTags(tags); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		if err := taggable(ctx, tx, resourceARN); err != nil {
			return err
		}
		if err := putTags(ctx, tx, resourceARN, tags); err != nil {
			return err
		}
		all, err := tx.ResourceTags(ctx, resourceARN)
		if err == nil && quota.Exceeded(s.Quotas.InForce().TagsPerResource, len(all)) {
			err = s.tooManyTags()
		}
		return err
	})
}

// Untag removes tags by their keys; keys that are not there are no error.
func (s *Service) Untag(ctx context.Context, resourceARN string, keys []string) error {
	return s.InTx(ctx, func(tx Tx) error {
		if err := taggable(ctx, tx, resourceARN); err != nil {
			return err
		}
		for _, key := range keys {
			if err := tx.DeleteResourceTag(ctx, resourceARN, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tags returns the tags of a set or of the instance.
func (s *Service) Tags(ctx context.Context, resourceARN string) (tags map[string]string, err error) {
	err = s.View(ctx, func(r Reader) error {
		if err := taggable(ctx, r, resourceARN); err != nil {
			return err
		}
		tags, err = r.ResourceTags(ctx, resourceARN)
		return err
	})
	return tags, err
}

// taggable fails for a set that does not exist. That an instance exists is
// known to who asks: every request names it.
func taggable(ctx context.Context, r Reader, resourceARN string) error {
	if strings.Contains(resourceARN, ":instance/") {
		return nil
	}
	_, err := in(ctx, r, resourceARN)
	return err
}

func (s *Service) checkTags(tags map[string]string) error {
	if quota.Exceeded(s.Quotas.InForce().TagsPerResource, len(tags)) {
		return s.tooManyTags()
	}
	for key := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return fault.Newf(fault.Invalid, "Tag keys beginning with aws: are reserved for AWS use: %s.", key)
		}
	}
	return nil
}

func (s *Service) tooManyTags() error {
	return fault.Newf(fault.Quota, "A resource has at most %d tags.", s.Quotas.InForce().TagsPerResource)
}

func putTags(ctx context.Context, tx Tx, resourceARN string, tags map[string]string) error {
	for key, value := range tags {
		if err := tx.PutResourceTag(ctx, resourceARN, key, value); err != nil {
			return err
		}
	}
	return nil
}
