package provisioning

import (
	"context"
	"fmt"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/jobs"
	"foyer/internal/permissionset"
)

// maxAttempts is after how many failures that may pass a request is told that
// it failed: with the queue's backoff, some minutes.
const maxAttempts = 8

// step is one job on its way.
type step struct {
	job     jobs.Job
	pair    Pair
	wanted  *permissionset.Content // nil: no role
	written *Provisioned           // nil: no role
	name    string                 // of the role
	marked  bool                   // the store says that the role may be anything
	failure error
}

// needed reports whether the account may differ from what is wanted. A role that
// nobody wants is deleted also when none was recorded: whoever wrote it may have
// died before.
func (s step) needed() bool {
	if s.wanted == nil {
		return s.name != ""
	}
	return s.written == nil || s.written.Revision != s.wanted.Revision()
}

// Work reconciles a batch: it is the queue's work.
func (s *Service) Work(ctx context.Context, batch []jobs.Job) error {
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	steps, err := s.look(ctx, i, batch)
	if err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	if err := s.mark(ctx, steps); err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	if err := s.apply(ctx, i, steps); err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	return s.settle(ctx, steps)
}

// mark notes, before roles are written again or deleted, that they are not what
// was written last. Whoever dies between writing and settling leaves no role that counts as
// something else: a permission set may by then be again what it was before.
func (s *Service) mark(ctx context.Context, steps []step) error {
	var spoilt []Provisioned
	for n, st := range steps {
		if st.needed() && st.written != nil && st.written.Revision != Spoilt {
			steps[n].marked = true
			spoilt = append(spoilt, Provisioned{st.pair, st.written.RoleName, Spoilt})
		}
	}
	if len(spoilt) == 0 {
		return nil
	}
	return s.InTx(ctx, func(tx Tx) error { return tx.PutProvisionedRoles(ctx, spoilt) })
}

// look reads what is wanted and what is there.
func (s *Service) look(ctx context.Context, i instance.Instance, batch []jobs.Job) (steps []step, err error) {
	contents := map[string]*permissionset.Content{}
	err = s.View(ctx, func(tx Tx) error {
		for _, job := range batch {
			st := step{job: job, pair: Pair{arn.AccountID(job.Lane), job.Name}}
			if err := st.read(ctx, tx, i, contents); err != nil {
				return err
			}
			steps = append(steps, st)
		}
		return nil
	})
	return steps, err
}

// read completes the step; contents are those read already.
func (s *step) read(ctx context.Context, tx Tx, i instance.Instance, contents map[string]*permissionset.Content) error {
	content, err := contentOf(ctx, tx, s.pair.Set, contents)
	if err != nil {
		return err
	}
	wanted, err := tx.ProvisioningWanted(ctx, s.pair)
	if err != nil {
		return err
	}
	if wanted {
		s.wanted = content
	}
	written, found, err := tx.ProvisionedRole(ctx, s.pair)
	if err != nil {
		return err
	}
	switch {
	case found:
		s.written, s.name = &written, written.RoleName
	case content != nil:
		s.name = i.RoleName(content.Name, s.pair.Account, s.pair.Set)
	}
	return nil
}

// contentOf reads a permission set's content, nil when there is none, unless it
// is one of contents already.
func contentOf(ctx context.Context, tx Tx, set string, contents map[string]*permissionset.Content) (*permissionset.Content, error) {
	content, known := contents[set]
	if known {
		return content, nil
	}
	c, found, err := tx.PermissionSetContent(ctx, set)
	if err != nil {
		return nil, err
	}
	if found {
		content = &c
	}
	contents[set] = content
	return content, nil
}

// apply brings the accounts up to date, all in one call of the seam.
func (s *Service) apply(ctx context.Context, i instance.Instance, steps []step) error {
	var (
		changes []Change
		of      []int // the step of each change
	)
	metadata, err := s.metadata(ctx)
	if err != nil {
		return err
	}
	for n, st := range steps {
		if !st.needed() {
			continue
		}
		c := Change{Account: st.pair.Account, Provider: Provider{i.ProviderName(st.pair.Account), metadata}}
		if st.wanted == nil {
			c.Delete, c.Role.Name = true, st.name
		} else {
			c.Role = roleOf(i, st.pair, st.name, *st.wanted)
			c.Anew = st.written != nil && st.written.Revision == Spoilt
		}
		changes, of = append(changes, c), append(of, n)
	}
	if len(changes) == 0 {
		return nil
	}
	for n, failure := range s.Accounts.Apply(ctx, changes) {
		if changes[n].Delete && fault.Of(failure) == fault.NotFound && failure != nil {
			failure = nil // the account is gone, and with it the role
		}
		steps[of[n]].failure = failure
	}
	return nil
}

// settle records what was done and ends the jobs, in one transaction.
func (s *Service) settle(ctx context.Context, steps []step) error {
	err := s.InTx(ctx, func(tx Tx) error {
		byName := map[Pair]step{}
		var done []jobs.Job
		for _, st := range steps {
			byName[st.pair] = st
			if mayPass(st.failure) && st.job.Attempts < maxAttempts {
				if err := s.Queue.Retry(ctx, tx, st.job); err != nil {
					return err
				}
				continue
			}
			if err := st.record(ctx, tx); err != nil {
				return err
			}
			done = append(done, st.job)
		}
		ended, err := s.Queue.Finish(ctx, tx, done)
		if err != nil {
			return err
		}
		for _, job := range ended {
			st := byName[Pair{arn.AccountID(job.Lane), job.Name}]
			dropped, err := st.answer(ctx, tx)
			if err != nil {
				return err
			}
			if dropped { // perhaps nobody is assigned any more: then no role is to be there
				if err := s.Queue.Enqueue(ctx, tx, job.Lane, job.Name); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle %d: %w", len(steps), err)
	}
	return nil
}

// mayPass reports whether trying again may help.
func mayPass(failure error) bool {
	if failure == nil {
		return false
	}
	kind := fault.Of(failure)
	return kind == fault.Internal || kind == fault.Throttled
}

// record notes what is in the account now.
func (s step) record(ctx context.Context, tx Tx) error {
	done := s.failure == nil && s.needed()
	switch {
	case done && s.wanted == nil:
		return tx.DeleteProvisionedRole(ctx, s.pair)
	case done:
		return tx.PutProvisionedRole(ctx, Provisioned{s.pair, s.name, s.wanted.Revision()})
	case s.marked: // it was left as it was
		return tx.PutProvisionedRole(ctx, *s.written)
	default:
		return nil
	}
}

// answer settles the requests that waited for the step. An assignment becomes
// usable when its role is there; one whose role could not be made is dropped.
func (s step) answer(ctx context.Context, tx Tx) (dropped bool, err error) {
	reason := ""
	if s.failure != nil {
		reason = fault.Message(s.failure)
	}
	waited, err := tx.EndProvisioningWait(ctx, s.pair, reason)
	if err != nil {
		return false, err
	}
	for _, o := range waited {
		if o.Kind != KindCreate {
			continue
		}
		if s.failure == nil {
			err = tx.ActivateAssignment(ctx, o.Request)
		} else {
			dropped, err = true, tx.DropPendingAssignment(ctx, o.Request)
		}
		if err != nil {
			return false, err
		}
	}
	return dropped, nil
}
