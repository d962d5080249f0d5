package ssoadminapi

import (
	"context"
	"maps"
	"slices"

	"foyer/internal/fault"
	"foyer/internal/wire"
)

// TagResource tags an instance, permission set, application or trusted token
// issuer.
func (s *Service) TagResource(ctx context.Context, _ *wire.Call, in *TagResourceRequest) (*TagResourceResponse, error) {
	if err := s.checkTagged(ctx, in.InstanceArn, in.ResourceArn); err != nil {
		return nil, err
	}
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	return &TagResourceResponse{}, s.Tagging.Tag(ctx, in.ResourceArn, tags)
}

// UntagResource removes tags by their keys.
func (s *Service) UntagResource(ctx context.Context, _ *wire.Call, in *UntagResourceRequest) (*UntagResourceResponse, error) {
	if err := s.checkTagged(ctx, in.InstanceArn, in.ResourceArn); err != nil {
		return nil, err
	}
	return &UntagResourceResponse{}, s.Tagging.Untag(ctx, in.ResourceArn, in.TagKeys)
}

// ListTagsForResource lists all tags, by key: they fit into one page.
func (s *Service) ListTagsForResource(ctx context.Context, _ *wire.Call, in *ListTagsForResourceRequest) (*ListTagsForResourceResponse, error) {
	if err := s.checkTagged(ctx, in.InstanceArn, in.ResourceArn); err != nil {
		return nil, err
	}
	if _, err := s.page("ListTagsForResource", in.NextToken, nil); err != nil {
		return nil, err
	}
	tags, err := s.Tagging.Tags(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	keys := slices.Sorted(maps.Keys(tags))
	return &ListTagsForResourceResponse{Tags: wire.Each(keys, func(key string) Tag { return Tag{Key: key, Value: tags[key]} })}, nil
}

// checkTagged fails with NotFound unless the instance, where a request names
// it, exists and holds the resource.
func (s *Service) checkTagged(ctx context.Context, instanceARN *string, resourceARN string) error {
	if instanceARN == nil {
		return nil
	}
	if _, err := s.Instance.ByARN(ctx, *instanceARN); err != nil {
		return err
	}
	if instanceOf(resourceARN) != *instanceARN {
		return fault.Newf(fault.NotFound, "Could not find resource with ARN %s in instance %s.", resourceARN, *instanceARN)
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
