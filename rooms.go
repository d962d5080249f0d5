package foyer

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"time"

	"foyer/internal/audit"
	"foyer/internal/embeddedaccounts"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
	"foyer/internal/seal"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
)

// rooms are all rooms of the house, wired to one store.
type rooms struct {
	db   *sqlstore.DB
	mint mint.Mint
	ring *seal.Keyring
	now  func() time.Time
	log  *slog.Logger
	// hasher derives the keys of all passwords, so that both planes together stay
	// within the machine's memory.
	hasher *signin.Hasher
	// issuerNetworks may be reached for issuers' keys though they are not public.
	issuerNetworks []netip.Prefix

	recorder *audit.Recorder
	trail    *audit.Log
	streams  []*audit.Stream
	accountPlane
	identityPlane
}

// furnish wires every room as c wants it. portal is the URL at which people
// reach us.
func (r *rooms) furnish(c Config, portal string) error {
	r.hasher = signin.NewHasher(signin.DefaultCost, processors, rand.Reader)
	r.recorder = &audit.Recorder{
		InTx: sqlstore.Through(r.db, func(tx *sqlstore.Tx) audit.Tx { return tx }),
		Mint: r.mint, Log: r.log,
	}
	read := func(tx *sqlstore.Tx) audit.Reader { return tx }
	r.trail = &audit.Log{
		View: sqlstore.Viewed(r.db, read), InTx: sqlstore.Through(r.db, read), Now: r.now, Flush: r.recorder.Flush,
	}
	r.furnishAccountPlane(c, portal)
	return r.furnishIdentityPlane(c, &embeddedaccounts.Accounts{
		Unit: r.db.Unit, IAM: r.iam, Organizations: r.organizations, STS: r.sts, Now: r.now, Region: c.Region, Exchanged: r.recordExchange,
	}, portal)
}

// settled waits until every assignment that was begun has ended.
func (r *rooms) settled(ctx context.Context) error {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		waiting, _, err := r.provisioning.Operations(ctx, provisioning.KindCreate, provisioning.InProgress, paging.Page{Limit: 1})
		if ctx.Err() != nil {
			return nil // nobody waits any more
		}
		if err != nil || len(waiting) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
