package iam

import (
	"context"
	"maps"
	"strings"

	"foyer/internal/fault"
)

// Tag is one key and value.
type Tag struct {
	Key   string // 1–128 characters, unique on a resource but for case; not aws:…
	Value string // at most 256 characters
}

// maxTags is how many tags a resource may have, at AWS as here.
const maxTags = 50

// newTags checks the tags of a new resource.
func newTags(tags []Tag) (map[string]string, error) { return withTags(nil, tags) }

// withTags returns have with tags added; a key that is there already, in
// whatever case, gets the new value under the new spelling.
func withTags(have map[string]string, tags []Tag) (map[string]string, error) {
	all := make(map[string]string, len(have)+len(tags))
	maps.Copy(all, have)
	given := make(map[string]bool, len(tags))
	for _, t := range tags {
		key := strings.ToLower(t.Key)
		if strings.HasPrefix(key, "aws:") {
			return nil, fault.Newf(fault.Invalid, "aws: prefixed tag key names are not allowed for external use.")
		}
		if given[key] {
			return nil, fault.Newf(fault.Invalid, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		given[key] = true
		all = withoutTag(all, t.Key)
		all[t.Key] = t.Value
	}
	if len(all) > maxTags {
		return nil, fault.Newf(fault.Quota, "The number of tags has reached the maximum limit.")
	}
	return all, nil
}

// withoutTag removes key from tags, whatever its case.
func withoutTag(tags map[string]string, key string) map[string]string {
	maps.DeleteFunc(tags, func(k, _ string) bool { return strings.EqualFold(k, key) })
	return tags
}

// Tag adds tags to an entity, or gives them new values.
func (s *Service) Tag(ctx context.Context, ref Ref, tags []Tag) error {
	return s.changeTags(ctx, ref, func(have map[string]string) (map[string]string, error) {
		return withTags(have, tags)
	})
}

// Untag removes tags from an entity; keys it does not have are passed over.
func (s *Service) Untag(ctx context.Context, ref Ref, keys []string) error {
	return s.changeTags(ctx, ref, func(have map[string]string) (map[string]string, error) {
		for _, k := range keys {
			have = withoutTag(have, k)
		}
		return have, nil
	})
}

func (s *Service) changeTags(ctx context.Context, ref Ref, change func(map[string]string) (map[string]string, error)) error {
	return s.InTx(ctx, func(tx Tx) error {
		e, err := entity(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := e.describable(); err != nil {
			return err
		}
		if e.Tags, err = change(e.Tags); err != nil {
			return err
		}
		return tx.UpdateIAMEntity(ctx, e)
	})
}
