package accountapi

import (
	"context"
	"slices"
	"strings"

	"foyer/internal/organizations"
	"foyer/internal/wire"
)

// maxRegions is the size of a page when none is asked for, and at most.
const maxRegions = 50

func wireRegion(r organizations.Region) Region {
	status := RegionOptStatusEnabledByDefault
	if r.OptIn {
		status = RegionOptStatusDisabled
	}
	return Region{RegionName: new(r.Name), RegionOptStatus: new(status)}
}

// ListRegions lists the Regions that an account has, by name.
func (s *Service) ListRegions(ctx context.Context, call *wire.Call, in *ListRegionsRequest) (*ListRegionsResponse, error) {
	if _, err := s.of(call).Information(ctx, idOf(in.AccountId)); err != nil {
		return nil, err
	}
	query, limit, after := "regions "+string(idOf(in.AccountId))+" "+strings.Join(in.RegionOptStatusContains, " "), maxRegions, ""
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	if in.NextToken != nil {
		var err error
		if after, err = s.Tokens.After(query, *in.NextToken); err != nil {
			return nil, err
		}
	}
	out := &ListRegionsResponse{Regions: []Region{}}
	for _, r := range organizations.Regions() {
		shown := wireRegion(r)
		if r.Name <= after || len(in.RegionOptStatusContains) > 0 && !slices.Contains(in.RegionOptStatusContains, *shown.RegionOptStatus) {
			continue
		}
		if len(out.Regions) == limit {
			token, err := s.Tokens.Next(query, *out.Regions[limit-1].RegionName)
			out.NextToken = wire.Optional(token)
			return out, err
		}
		out.Regions = append(out.Regions, shown)
	}
	return out, nil
}
