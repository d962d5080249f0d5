package instance

import (
	"context"
	"slices"
	"strings"
	"time"

	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/quota"
)

// RegionStatus is how far a region has come, in the API's words.
type RegionStatus string

// The statuses of regions.
const (
	Active   RegionStatus = "ACTIVE"
	Adding   RegionStatus = "ADDING"
	Removing RegionStatus = "REMOVING"
)

// Region is a region to which an instance is replicated.
type Region struct {
	Name    string
	Added   time.Time
	Primary bool // the home region
	Leaves  bool // it was removed
	Settles time.Time
}

// Status is the region's status; gone is true once it was removed for good.
func (r Region) Status(now time.Time) (status RegionStatus, gone bool) {
	under := now.Before(r.Settles)
	switch {
	case r.Leaves:
		return Removing, !under
	case under:
		return Adding, false
	}
	return Active, false
}

// regions is what regions need of one transaction. They are those beside the
// home region, by name; there are few.
type regions interface {
	InstanceRegions(ctx context.Context, id string) ([]Region, error)
	PutInstanceRegion(ctx context.Context, id string, r Region) error
	DeleteInstanceRegion(ctx context.Context, id, name string) error
}

// Regions lists the regions of an instance by name, and the time as of which.
func (s *Service) Regions(ctx context.Context, i Instance, page paging.Page) (all []Region, next string, now time.Time, err error) {
	err = s.View(ctx, func(tx Tx) error {
		now = tx.Now()
		all, err = replicas(ctx, tx, i)
		return err
	})
	all = append(all, Region{Name: i.Region, Added: i.Created, Primary: true})
	slices.SortFunc(all, func(a, b Region) int { return strings.Compare(a.Name, b.Name) })
	all = slices.DeleteFunc(all, func(r Region) bool { return r.Name <= page.After })
	all, next = paging.Cut(all[:min(len(all), page.Limit+1)], page.Limit, func(r Region) string { return r.Name })
	return all, next, now, err
}

// replicas are the regions beside the home region that are not gone.
func replicas(ctx context.Context, tx Tx, i Instance) ([]Region, error) {
	all, err := tx.InstanceRegions(ctx, i.ID)
	return slices.DeleteFunc(all, func(r Region) bool {
		_, gone := r.Status(tx.Now())
		return gone
	}), err
}

// Region returns a region of an instance, and the time as of which; a NotFound
// fault when it has none of the name.
func (s *Service) Region(ctx context.Context, i Instance, name string) (Region, time.Time, error) {
	all, _, now, err := s.Regions(ctx, i, paging.Page{Limit: 1 << 20})
	if err != nil {
		return Region{}, now, err
	}
	at := slices.IndexFunc(all, func(r Region) bool { return r.Name == name })
	if at < 0 {
		return Region{}, now, fault.Newf(fault.NotFound, "Region %s is not enabled for instance %s.", name, i.ARN())
	}
	return all[at], now, nil
}

// AddRegion replicates an organization instance to a region. calledIn is where
// the caller asked: that must be the home region. A region that is there, or a
// change of regions under way, is a Conflict.
func (s *Service) AddRegion(ctx context.Context, i Instance, calledIn, name string) error {
	return s.changeRegions(ctx, i, calledIn, func(tx Tx, there []Region) error {
		if name == i.Region || slices.ContainsFunc(there, func(r Region) bool { return r.Name == name }) {
			return fault.Newf(fault.Conflict, "Region %s is already enabled for instance %s.", name, i.ARN())
		}
		if most := s.Quotas.InForce().Regions; quota.Exceeded(most, len(there)+2) {
			return fault.Newf(fault.Quota, "An instance has at most %d regions.", most)
		}
		return tx.PutInstanceRegion(ctx, i.ID, Region{Name: name, Added: tx.Now(), Settles: tx.Now().Add(settling)})
	})
}

// RemoveRegion ends AddRegion. The home region cannot be removed.
func (s *Service) RemoveRegion(ctx context.Context, i Instance, calledIn, name string) error {
	return s.changeRegions(ctx, i, calledIn, func(tx Tx, there []Region) error {
		if name == i.Region {
			return fault.Newf(fault.Invalid, "The primary region %s cannot be removed.", name)
		}
		at := slices.IndexFunc(there, func(r Region) bool { return r.Name == name })
		if at < 0 {
			return fault.Newf(fault.NotFound, "Region %s is not enabled for instance %s.", name, i.ARN())
		}
		r := there[at]
		r.Leaves, r.Settles = true, tx.Now().Add(settling)
		return tx.PutInstanceRegion(ctx, i.ID, r)
	})
}

func (s *Service) changeRegions(ctx context.Context, i Instance, calledIn string, change func(Tx, []Region) error) error {
	if i.OfAccount {
		return fault.Newf(fault.Invalid, "Account instances of IAM Identity Center live in one region.")
	}
	if calledIn != i.Region {
		return fault.Newf(fault.Invalid, "Regions are changed from the primary region %s alone, not from %s.", i.Region, calledIn)
	}
	return s.InTx(ctx, func(tx Tx) error {
		all, err := tx.InstanceRegions(ctx, i.ID)
		if err != nil {
			return err
		}
		var there []Region
		for _, r := range all {
			status, gone := r.Status(tx.Now())
			if gone {
				if err := tx.DeleteInstanceRegion(ctx, i.ID, r.Name); err != nil {
					return err
				}
				continue
			}
			if status != Active {
				return fault.Newf(fault.Conflict, "A region of instance %s is being added or removed.", i.ARN())
			}
			there = append(there, r)
		}
		return change(tx, there)
	})
}
