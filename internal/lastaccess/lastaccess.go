// Package lastaccess knows when users and roles last used which service and
// action, and reports it beside what their policies allow, as IAM's access
// advisor does: what is allowed and never used can be taken away.
//
// Every call of an identified principal counts, also one that is denied. Calls
// are noted in memory by [Recorder] and written from time to time, one row for
// each principal and action, however often it acted.
package lastaccess

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"foyer/internal/arn"
)

// Access is the last use of an action by a principal, or of a service by a
// long-term access key.
type Access struct {
	Principal string // AIDA… or AROA…; the account id for root; AKIA… for a key
	Account   arn.AccountID
	Service   string // as before the colon of an action: iam
	Action    string // after it: GetUser; "" for a key
	At        time.Time
	Region    string // that the call was signed for
}

// Kept is how long accesses are told of, as at AWS.
const Kept = 400 * 24 * time.Hour

// Tx is what the package needs of one transaction.
type Tx interface {
	Now() time.Time
	// PutAccesses writes accesses, but for those that are older than what is there.
	PutAccesses(context.Context, []Access) error
	// Accesses reads those of principals after a moment.
	Accesses(ctx context.Context, principals []string, after time.Time) ([]Access, error)
	// LastAccesses reads the last one of each of principals, and Region, after a moment, without its action.
	LastAccesses(ctx context.Context, principals []string, after time.Time) ([]Access, error)
	// AccountAccesses reads the last one of each of accounts, service and Region after a moment, without principal and action.
	AccountAccesses(ctx context.Context, accounts []arn.AccountID, after time.Time) ([]Access, error)
	// DeleteAccesses removes at most limit of those before a moment; those of keys that are there stay.
	DeleteAccesses(ctx context.Context, before time.Time, limit int) (int, error)

	PutAccessReport(context.Context, Report) error
	// AccessReport finds a report of an account.
	AccessReport(ctx context.Context, account arn.AccountID, id string) (Report, bool, error)
	// DeleteAccessReports removes at most limit of those made before a moment.
	DeleteAccessReports(ctx context.Context, before time.Time, limit int) (int, error)
}

const (
	// writeEvery is how often accesses are written.
	writeEvery = time.Minute
	// maxWaiting bounds the accesses that wait: what comes above it is not noted
	// before they are written.
	maxWaiting = 1 << 17
)

// Recorder notes accesses. Set its fields, all of which are required.
type Recorder struct {
	InTx func(context.Context, func(Tx) error) error
	Log  *slog.Logger

	mu      sync.Mutex
	waiting map[used]use
}

// used is what was used, and by whom.
type used struct {
	principal, service, action string
	account                    arn.AccountID
}

// use is when, and for which Region.
type use struct {
	at     time.Time
	region string
}

// Note remembers an access until it is written.
func (r *Recorder) Note(a Access) {
	key := used{a.Principal, a.Service, a.Action, a.Account}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(key, use{a.At, a.Region})
}

func (r *Recorder) note(key used, u use) {
	was, waits := r.waiting[key]
	if !waits && len(r.waiting) >= maxWaiting || waits && was.at.After(u.at) {
		return
	}
	if r.waiting == nil {
		r.waiting = map[used]use{}
	}
	r.waiting[key] = u
}

// Flush writes what waits. What cannot be written waits on.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	waiting := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	all := make([]Access, 0, len(waiting))
	for key, u := range waiting {
		all = append(all, Access{key.principal, key.account, key.service, key.action, u.at, u.region})
	}
	err := r.InTx(ctx, func(tx Tx) error { return tx.PutAccesses(ctx, all) })
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		for key, u := range waiting {
			r.note(key, u)
		}
	}
	return err
}

// Run writes from time to time until ctx ends, and then what still waits.
func (r *Recorder) Run(ctx context.Context) {
	ticker := time.NewTicker(writeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			r.flush(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
			r.flush(ctx)
		}
	}
}

func (r *Recorder) flush(ctx context.Context) {
	if err := r.Flush(ctx); err != nil {
		r.Log.ErrorContext(ctx, "last accesses not written", "error", err)
	}
}
