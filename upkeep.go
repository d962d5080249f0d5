package foyer

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/once"
)

const (
	// upkeepEvery is how often what nobody needs any more is removed.
	upkeepEvery = 10 * time.Minute
	// upkeepBatch bounds the rows of one kind that one transaction removes.
	upkeepBatch = 1000
	// remembered is how long codes and tokens that have run out are kept, so
	// that who comes late is told what happened.
	remembered = 24 * time.Hour
	// lettersKept is how long letters are kept: as long as the longest link works.
	lettersKept = 7 * 24 * time.Hour
)

// upkeep removes what ran out, from time to time, until ctx ends.
func (r *rooms) upkeep(ctx context.Context) {
	ticker := time.NewTicker(upkeepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := r.purge(ctx); err != nil {
				r.log.ErrorContext(ctx, "upkeep failed", "error", err)
			}
		}
	}
}

func (r *rooms) purge(ctx context.Context) error {
	now := r.now().UTC()
	for _, kind := range []struct {
		name  string
		purge func(limit int) (int, error)
	}{
		{"audit events", func(limit int) (int, error) { return r.trail.Purge(ctx, limit) }},
		{"sign-in attempts", func(limit int) (int, error) { return r.signin.Purge(ctx, now.Add(-remembered), limit) }},
		{"handshakes and closed accounts", func(limit int) (int, error) { return r.organizations.Purge(ctx, limit) }},
		{"second proofs", func(limit int) (int, error) { return r.mfa.Purge(ctx, now.Add(-remembered), limit) }},
		{"sessions", func(limit int) (int, error) { return r.sessions.Purge(ctx, now.Add(-remembered), limit) }},
		{"letters", func(limit int) (int, error) { return r.outbox.Purge(ctx, now.Add(-lettersKept), limit) }},
		{"tokens", func(limit int) (int, error) { return r.oidc.Purge(ctx, now.Add(-remembered), limit) }},
		{"last accesses", func(limit int) (int, error) { return r.lastAccess.Purge(ctx, now, limit) }},
		{"console sessions", func(limit int) (int, error) { return r.console.Purge(ctx, now, limit) }},
		{"client tokens", func(limit int) (int, error) { return r.forgetTokens(ctx, now.Add(-once.Kept), limit) }},
		{"provisioning requests", func(limit int) (int, error) { return r.provisioning.Purge(ctx, now, limit) }},
	} {
		for n := upkeepBatch; n >= upkeepBatch && ctx.Err() == nil; {
			var err error
			if n, err = kind.purge(upkeepBatch); err != nil {
				return fmt.Errorf("remove old %s: %w", kind.name, err)
			}
		}
	}
	return nil
}

// sweepDrift looks for drift, and repairs it, every so often until ctx ends;
// less than nothing means never.
func (r *rooms) sweepDrift(ctx context.Context, every time.Duration) {
	if every < 0 {
		return
	}
	r.sweep.Every = every
	if err := r.sweep.Plan(ctx); err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "looking for drift failed", "error", err)
	}
	r.sweep.Jobs.Run(ctx)
}
