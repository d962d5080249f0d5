package provisioning

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/jobs"
)

// Sweep goes through all accounts again and again and repairs what drifted. It
// is a durable job for each page of accounts, so that it goes on where it was
// when its process died, and one node at a time does it. All fields are required.
type Sweep struct {
	*Service
	Jobs  *jobs.Queue // of the sweep, whose Work is [Sweep.Work]
	Every time.Duration
	Unit  func(context.Context, func(context.Context) error) error
	// Repaired is told, in the transaction of ctx, of what is being repaired.
	Repaired func(ctx context.Context, found []Drift) error
}

// sweepLane is the one lane; a page's name is sweepPage and the account it comes after.
const (
	sweepLane = "sweep"
	sweepPage = "after "
)

// Plan has the first sweep done after Every, unless one is planned.
func (s *Sweep) Plan(ctx context.Context) error {
	err := s.InTx(ctx, func(tx Tx) error {
		planned, err := s.Jobs.Waiting(ctx, tx, sweepLane)
		if err != nil || len(planned) > 0 {
			return err
		}
		return s.plan(ctx, tx, "", tx.Now().Add(s.Every))
	})
	if err != nil {
		return fmt.Errorf("plan the sweep: %w", err)
	}
	return nil
}

func (s *Sweep) plan(ctx context.Context, tx Tx, after string, due time.Time) error {
	return s.Jobs.EnqueueAt(ctx, tx, []jobs.Job{{Lane: sweepLane, Name: sweepPage + after}}, due)
}

// Work sweeps pages: it is the work of Jobs.
func (s *Sweep) Work(ctx context.Context, batch []jobs.Job) error {
	for _, job := range batch {
		if err := s.page(ctx, job); err != nil {
			return fmt.Errorf("sweep accounts %s: %w", job.Name, err)
		}
	}
	return nil
}

// page repairs one page of accounts and plans the next.
func (s *Sweep) page(ctx context.Context, job jobs.Job) error {
	ids, next, err := s.accountsAfter(ctx, strings.TrimPrefix(job.Name, sweepPage))
	if err != nil {
		return err
	}
	found, err := s.FindDrift(ctx, ids)
	if err != nil {
		return err
	}
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return err
	}
	return s.Unit(ctx, func(ctx context.Context) error {
		return s.InTx(ctx, func(tx Tx) error {
			if len(found) > 0 {
				if _, err := s.repair(ctx, tx, i, found); err != nil {
					return err
				}
				if err := s.Repaired(ctx, found); err != nil {
					return err
				}
			}
			if _, err := s.Jobs.Finish(ctx, tx, []jobs.Job{job}); err != nil {
				return err
			}
			due := tx.Now()
			if next == "" {
				due = due.Add(s.Every)
			}
			return s.plan(ctx, tx, next, due)
		})
	})
}
