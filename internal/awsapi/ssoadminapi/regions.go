package ssoadminapi

import (
	"context"
	"time"

	"foyer/internal/instance"
	"foyer/internal/wire"
)

// AddRegion begins to replicate the instance to a region.
func (s *Service) AddRegion(ctx context.Context, call *wire.Call, in *AddRegionRequest) (*AddRegionResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, withoutNotFound(err)
	}
	return &AddRegionResponse{Status: wire.Optional(instance.Adding)}, s.Instance.AddRegion(ctx, i, call.Region, in.RegionName)
}

// RemoveRegion begins to end the replication to a region.
func (s *Service) RemoveRegion(ctx context.Context, call *wire.Call, in *RemoveRegionRequest) (*RemoveRegionResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, err
	}
	return &RemoveRegionResponse{Status: wire.Optional(instance.Removing)}, s.Instance.RemoveRegion(ctx, i, call.Region, in.RegionName)
}

// DescribeRegion describes a region of the instance.
func (s *Service) DescribeRegion(ctx context.Context, _ *wire.Call, in *DescribeRegionRequest) (*DescribeRegionResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, err
	}
	r, now, err := s.Instance.Region(ctx, i, in.RegionName)
	if err != nil {
		return nil, err
	}
	return (*DescribeRegionResponse)(wireRegion(r, now)), nil
}

// ListRegions lists the regions of the instance, the primary one included.
func (s *Service) ListRegions(ctx context.Context, _ *wire.Call, in *ListRegionsRequest) (*ListRegionsResponse, error) {
	i, err := s.Instance.ByARN(ctx, in.InstanceArn)
	if err != nil {
		return nil, withoutNotFound(err)
	}
	query := "ListRegions " + i.ID
	page, err := s.page(query, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all, after, now, err := s.Instance.Regions(ctx, i, page)
	if err != nil {
		return nil, err
	}
	next, err := s.next(query, after)
	return &ListRegionsResponse{Regions: wire.Each(all, func(r instance.Region) RegionMetadata { return *wireRegion(r, now) }), NextToken: next}, err
}

func wireRegion(r instance.Region, now time.Time) *RegionMetadata {
	status, _ := r.Status(now)
	return &RegionMetadata{RegionName: &r.Name, Status: wire.Optional(status), AddedDate: wire.Moment(r.Added), IsPrimaryRegion: &r.Primary}
}
