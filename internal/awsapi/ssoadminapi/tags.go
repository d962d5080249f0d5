package ssoadminapi

import (
	"context"
	"maps"
	"slices"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/wire"
)

// TagResource tags a permission set or the instance.
func (s *Service) TagResource(ctx context.Context, _ *wire.Call, in *TagResourceRequest) (*TagResourceResponse, error) {
	if err := s.checkTagged(ctx, in.InstanceArn, in.ResourceArn); err != nil {
		return nil, err
	}
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	return &TagResourceResponse{}, s.PermissionSets.Tag(ctx, in.ResourceArn, tags)
}

// UntagResource removes tags by their keys.
func (s *Service) UntagResource(ctx context.Context, _ *wire.Call, in *UntagResourceRequest) (*UntagResourceResponse, error) {
	if err := s.checkTagged(ctx, in.InstanceArn, in.ResourceArn); err != nil {
		return nil, err
	}
	return &UntagResourceResponse{}, s.PermissionSets.Untag(ctx, in.ResourceArn, in.TagKeys)
}

// ListTagsForResource lists all tags, by key: they fit into one page.
func (s *Service) ListTagsForResource(ctx context.Context, _ *wire.Call, in *ListTagsForResourceRequest) (*ListTagsForResourceResponse, error) {
	if err := s.checkTagged(ctx, in.InstanceArn, in.ResourceArn); err != nil {
		return nil, err
	}
	if _, err := s.page("ListTagsForResource", in.NextToken, nil); err != nil {
		return nil, err
	}
	tags, err := s.PermissionSets.Tags(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	keys := slices.Sorted(maps.Keys(tags))
	return &ListTagsForResourceResponse{Tags: each(keys, func(key string) Tag { return Tag{Key: key, Value: tags[key]} })}, nil
}

// checkTagged checks the instance of a request that may name it twice or not at all.
func (s *Service) checkTagged(ctx context.Context, instanceARN *string, resourceARN string) error {
	if instanceARN != nil {
		if err := s.checkInstance(ctx, *instanceARN); err != nil {
			return err
		}
	}
	if strings.Contains(resourceARN, ":instance/") {
		return s.checkInstance(ctx, resourceARN)
	}
	return nil
}

// tagsOf reads tags; a key that comes twice is Invalid.
func tagsOf(list []Tag) (map[string]string, error) {
	tags := make(map[string]string, len(list))
	for _, t := range list {
		if _, twice := tags[t.Key]; twice {
			return nil, fault.Newf(fault.Invalid, "Duplicate tag key: %s.", t.Key)
		}
		tags[t.Key] = t.Value
	}
	return tags, nil
}
