package provisioning

import (
	"context"
	"fmt"
	"slices"

	"foyer/internal/fault"
)

// Pace refuses what AWS refuses when administrators ask for much at a time. The
// zero Pace refuses nothing: everything queues.
type Pace struct {
	Pending    int  // assignments that may be created or deleted at a time; 0 means any number
	OneAtATime bool // a role is changed by one request after another
}

// Ask is Begin for what an administrator asks for: Pace may refuse it, with
// Throttled or Conflict.
func (s *Service) Ask(ctx context.Context, r Request) (o Operation, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		if err := s.Pace.check(ctx, tx, r); err != nil {
			return err
		}
		o, err = s.begin(ctx, tx, r, []Pair{{r.Account, r.Set}})
		return err
	})
	if err != nil {
		return Operation{}, fmt.Errorf("begin %s of %s: %w", r.Kind, r.Set, err)
	}
	return o, nil
}

func (p Pace) check(ctx context.Context, tx Tx, r Request) error {
	if p.OneAtATime {
		waits, err := tx.ProvisioningWaits(ctx, r.Account)
		if err != nil {
			return err
		}
		if slices.Contains(waits, Pair{r.Account, r.Set}) {
			return fault.Newf(fault.Conflict, "There is another request in progress for permission set %s in account %s. Please try again later.", r.Set, r.Account)
		}
	}
	if p.Pending == 0 {
		return nil
	}
	pending := 0
	for _, kind := range []Kind{KindCreate, KindDelete} {
		n, _, err := tx.ProvisioningInProgress(ctx, kind)
		if err != nil {
			return err
		}
		pending += n
	}
	if pending >= p.Pending {
		return fault.Newf(fault.Throttled, "There are too many requests processing. Please try again later.")
	}
	return nil
}
