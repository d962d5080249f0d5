// Package jobs is a durable queue in the store itself.
//
// A job is enqueued in the transaction that wants it done, so there is no
// change without its job and no job without its change. It is named by what it
// is about: enqueuing it again while it waits or runs makes it run once more,
// and never twice at once. A worker claims jobs for a while; what it has not
// finished by then, because its process died, is claimed by another.
package jobs

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/mint"
)

// Job is one piece of work that was claimed.
type Job struct {
	Lane     string // jobs of a lane are worked on by one worker at a time
	Name     string // unique in the lane
	Version  int64  // another one each time the job is enqueued
	Attempts int    // how often it was tried in vain since it was enqueued last
}

// Tx is what the queue needs of one transaction.
type Tx interface {
	Now() time.Time
	AfterCommit(func())
	// PutJobs adds jobs that are due at a time, or makes them due then under a
	// new version. No job comes twice.
	PutJobs(ctx context.Context, queue string, jobs []Job, due time.Time) error
	// DueJobs lists up to limit jobs, oldest first, that are due and in no lane
	// that another worker than owner has claimed.
	DueJobs(ctx context.Context, queue, owner string, now time.Time, limit int) ([]Job, error)
	// ClaimJobs gives jobs to owner until a time.
	ClaimJobs(ctx context.Context, queue, owner string, until time.Time, jobs []Job) error
	// FinishJobs removes those jobs that were not enqueued again since they
	// were claimed, which it answers, and frees the others.
	FinishJobs(ctx context.Context, queue string, jobs []Job) ([]Job, error)
	// RetryJob frees a job; unless it was enqueued again since, it is due at a
	// time and has one attempt more.
	RetryJob(ctx context.Context, queue string, job Job, due time.Time) error
	// FreeJobs ends every claim on the queue.
	FreeJobs(ctx context.Context, queue string) error
	// JobNames are the jobs of a lane.
	JobNames(ctx context.Context, queue, lane string) ([]string, error)
	// NextJobDue is when the first job that nobody has claimed, or whose claim
	// runs out, is due; zero when there is none.
	NextJobDue(ctx context.Context, queue string) (time.Time, error)
}

// Queue is one kind of work. All fields are required.
type Queue struct {
	Name string
	InTx func(context.Context, func(Tx) error) error // commits when the function returns nil
	View func(context.Context, func(Tx) error) error // for reading
	Mint mint.Mint
	// Alone says that no other process works on the store: claims that are
	// there at the start are those of a process that died.
	Alone bool

	// Work does a batch, at most Batch of them, all claimed. It finishes jobs
	// by Finish or Retry; what it leaves is tried again when the claim runs out.
	Work func(context.Context, []Job) error
	// Failed is told of what kept a batch from being worked on.
	Failed func(error)

	wake chan struct{}
}

const (
	// Batch is the most jobs that are claimed at once.
	Batch = 500
	// claimFor is how long a worker may take for a batch.
	claimFor = 30 * time.Second
	// lookEvery is how often a worker looks for the jobs of other processes.
	lookEvery = 500 * time.Millisecond
	// longestBackoff bounds the wait between attempts.
	longestBackoff = time.Minute
)

// New returns q, ready to be used.
func New(q Queue) *Queue {
	q.wake = make(chan struct{}, 1)
	return &q
}

// Enqueue asks, in the transaction tx, for a job to be done.
func (q *Queue) Enqueue(ctx context.Context, tx Tx, lane, name string) error {
	return q.EnqueueAll(ctx, tx, []Job{{Lane: lane, Name: name}})
}

// EnqueueAll is Enqueue for many, of which Lane and Name matter. None comes twice.
func (q *Queue) EnqueueAll(ctx context.Context, tx Tx, wanted []Job) error {
	return q.EnqueueAt(ctx, tx, wanted, tx.Now())
}

// EnqueueAt is EnqueueAll for what is to be done at a time, not before.
func (q *Queue) EnqueueAt(ctx context.Context, tx Tx, wanted []Job, due time.Time) error {
	if err := tx.PutJobs(ctx, q.Name, wanted, due); err != nil {
		return fmt.Errorf("enqueue %d for %s: %w", len(wanted), q.Name, err)
	}
	tx.AfterCommit(q.poke)
	return nil
}

// Waiting are the names of the jobs of a lane that have not ended.
func (q *Queue) Waiting(ctx context.Context, tx Tx, lane string) ([]string, error) {
	names, err := tx.JobNames(ctx, q.Name, lane)
	if err != nil {
		return nil, fmt.Errorf("jobs of %s for %s: %w", lane, q.Name, err)
	}
	return names, nil
}

// poke lets a waiting worker look now.
func (q *Queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Finish ends jobs in the transaction tx, and answers those that have ended. A
// job that was enqueued again since it was claimed runs once more instead.
func (q *Queue) Finish(ctx context.Context, tx Tx, done []Job) ([]Job, error) {
	ended, err := tx.FinishJobs(ctx, q.Name, done)
	if err != nil {
		return nil, fmt.Errorf("finish %d of %s: %w", len(done), q.Name, err)
	}
	return ended, nil
}

// Retry puts a job off, each time for longer.
func (q *Queue) Retry(ctx context.Context, tx Tx, job Job) error {
	wait := min(time.Second<<min(job.Attempts, 10), longestBackoff)
	if err := tx.RetryJob(ctx, q.Name, job, tx.Now().Add(wait)); err != nil {
		return fmt.Errorf("retry %s of %s: %w", job.Name, q.Name, err)
	}
	return nil
}

// Run works until ctx ends.
func (q *Queue) Run(ctx context.Context) {
	owner := q.Mint.UUID()
	if q.Alone {
		if err := q.InTx(ctx, func(tx Tx) error { return tx.FreeJobs(ctx, q.Name) }); err != nil && ctx.Err() == nil {
			q.Failed(fmt.Errorf("free %s: %w", q.Name, err))
		}
	}
	for ctx.Err() == nil {
		n, err := q.workOnce(ctx, owner)
		if err != nil && ctx.Err() == nil {
			q.Failed(err)
		}
		if n == 0 || err != nil {
			q.wait(ctx)
		}
	}
}

// workOnce claims a batch and works on it; n is how many jobs it held.
func (q *Queue) workOnce(ctx context.Context, owner string) (n int, err error) {
	due, err := q.due(ctx)
	if err != nil || !due {
		return 0, err
	}
	var batch []Job
	err = q.InTx(ctx, func(tx Tx) error {
		if batch, err = tx.DueJobs(ctx, q.Name, owner, tx.Now(), Batch); err != nil {
			return err
		}
		return tx.ClaimJobs(ctx, q.Name, owner, tx.Now().Add(claimFor), batch)
	})
	if err != nil {
		return 0, fmt.Errorf("claim %s: %w", q.Name, err)
	}
	if len(batch) == 0 {
		return 0, nil
	}
	return len(batch), q.Work(ctx, batch)
}

// due looks, without keeping others from writing, whether there is work.
func (q *Queue) due(ctx context.Context) (due bool, err error) {
	err = q.View(ctx, func(tx Tx) error {
		at, err := tx.NextJobDue(ctx, q.Name)
		due = !at.IsZero() && !at.After(tx.Now())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", q.Name, err)
	}
	return due, nil
}

func (q *Queue) wait(ctx context.Context) {
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-q.wake:
	case <-timer.C:
	}
}
