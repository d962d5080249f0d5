package sqlstore

import (
	"context"
	"slices"
	"time"

	"foyer/internal/jobs"
)

// PutJobs adds jobs, or makes them due again under a new version. Versions come
// from the clock, so that a job that was finished does not begin again at one
// that a slow worker still holds.
func (tx *Tx) PutJobs(ctx context.Context, queue string, wanted []jobs.Job, due time.Time) error {
	all := make([][]any, len(wanted))
	for i, j := range wanted {
		all[i] = []any{queue, j.Lane, j.Name, micros(tx.at), micros(due)}
	}
	return tx.inBatchesQuietly(ctx, "INSERT INTO job (queue, lane, name, version, attempts, due, owner, claimed_until) VALUES ", "(?, ?, ?, ?, 0, ?, '', 0)",
		` ON CONFLICT (queue, lane, name) DO UPDATE SET attempts = 0, due = excluded.due,
		version = CASE WHEN excluded.version > job.version THEN excluded.version ELSE job.version + 1 END`, all)
}

func scanJob(row scanner) (jobs.Job, error) {
	var j jobs.Job
	err := row.Scan(&j.Lane, &j.Name, &j.Version, &j.Attempts)
	return j, err
}

// DueJobs lists jobs that may be claimed by owner now.
func (tx *Tx) DueJobs(ctx context.Context, queue, owner string, now time.Time, limit int) ([]jobs.Job, error) {
	return rows(ctx, tx, scanJob, `SELECT lane, name, version, attempts FROM job
		WHERE queue = ? AND due <= ? AND claimed_until <= ?
		AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.queue = job.queue AND other.lane = job.lane AND other.claimed_until > ? AND other.owner <> ?)
		ORDER BY due LIMIT ?`, queue, micros(now), micros(now), micros(now), owner, limit)
}

// ClaimJobs gives jobs to owner until a time.
func (tx *Tx) ClaimJobs(ctx context.Context, queue, owner string, until time.Time, claimed []jobs.Job) error {
	for _, j := range claimed {
		if _, err := tx.execQuietly(ctx, "UPDATE job SET owner = ?, claimed_until = ? WHERE queue = ? AND lane = ? AND name = ?",
			owner, micros(until), queue, j.Lane, j.Name); err != nil {
			return err
		}
	}
	return nil
}

// FinishJobs removes jobs, or frees those that were enqueued again; the answer
// is those that it removed.
func (tx *Tx) FinishJobs(ctx context.Context, queue string, done []jobs.Job) ([]jobs.Job, error) {
	var ended []jobs.Job
	for _, j := range done {
		n, err := tx.execQuietly(ctx, "DELETE FROM job WHERE queue = ? AND lane = ? AND name = ? AND version = ?", queue, j.Lane, j.Name, j.Version)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			ended = append(ended, j)
		} else if err := tx.freeJob(ctx, queue, j); err != nil {
			return nil, err
		}
	}
	return ended, nil
}

func (tx *Tx) freeJob(ctx context.Context, queue string, j jobs.Job) error {
	_, err := tx.execQuietly(ctx, "UPDATE job SET owner = '', claimed_until = 0 WHERE queue = ? AND lane = ? AND name = ?", queue, j.Lane, j.Name)
	return err
}

// RetryJob frees a job and puts it off.
func (tx *Tx) RetryJob(ctx context.Context, queue string, j jobs.Job, due time.Time) error {
	n, err := tx.execQuietly(ctx, "UPDATE job SET owner = '', claimed_until = 0, attempts = ?, due = ? WHERE queue = ? AND lane = ? AND name = ? AND version = ?",
		j.Attempts+1, micros(due), queue, j.Lane, j.Name, j.Version)
	if err != nil || n > 0 {
		return err
	}
	return tx.freeJob(ctx, queue, j)
}

// FreeJobs ends every claim on the queue.
func (tx *Tx) FreeJobs(ctx context.Context, queue string) error {
	_, err := tx.execQuietly(ctx, "UPDATE job SET owner = '', claimed_until = 0 WHERE queue = ? AND claimed_until > 0", queue)
	return err
}

// JobNames are the jobs of a lane.
func (tx *Tx) JobNames(ctx context.Context, queue, lane string) ([]string, error) {
	return rows(ctx, tx, scanText, "SELECT name FROM job WHERE queue = ? AND lane = ? ORDER BY name", queue, lane)
}

// NextJobDue is when the first job that nobody has claimed is due, or, if that is
// sooner, when the first claim runs out.
func (tx *Tx) NextJobDue(ctx context.Context, queue string) (time.Time, error) {
	first, err := rows(ctx, tx, func(row scanner) (at int64, err error) {
		return at, row.Scan(&at)
	}, `SELECT * FROM (SELECT due FROM job WHERE queue = ? AND claimed_until = 0 ORDER BY due LIMIT 1) AS free
		UNION ALL SELECT * FROM (SELECT claimed_until FROM job WHERE queue = ? AND claimed_until > 0 ORDER BY claimed_until LIMIT 1) AS claimed`, queue, queue)
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	return fromMicros(slices.Min(first)), nil
}
