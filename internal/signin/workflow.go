package signin

import (
	"context"
	"slices"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
)

// WorkflowLifetime is how long a person may take from the user name to the session.
const WorkflowLifetime = 15 * time.Minute

// Bounds of what strangers may have stored: a longer user name belongs to
// nobody (directory: 128 characters), a longer target is dropped.
const (
	maxUserName  = 512
	maxTarget    = 4096
	maxUserAgent = 1024
)

// Workflow is a sign-in under way. The server holds it; the browser holds a
// token that opens it, and that changes with every step.
type Workflow struct {
	ID       string            // AuthWorkflowID of its audit events, a UUID
	UserName string            // as it was typed
	User     User              // who it is, as of now; zero until the first credential is verified
	Target   string            // the URL the person is on the way to; may be ""
	Proofs   []Credential      // what was verified, in order
	Passed   []string          // the steps behind the person
	Notes    map[string]string // what each step remembers, by its name: seal what is secret
	Tries    int               // answers given since the first credential
	Source                     // of the request at hand
	Expires  time.Time

	key string // hash of the token
}

// Proved reports whether a credential was verified in this sign-in.
func (w Workflow) Proved(c Credential) bool { return slices.Contains(w.Proofs, c) }

// ProofText are the proofs in CloudTrail's words, joined by commas.
func (w Workflow) ProofText() string { return credentialTypes(w.Proofs) }

// Step is something that may stand between the first credential and the
// session. The package comment tells how one is added.
type Step struct {
	Name string // one lower case word or two with a dash: also the last part of its page's path
	// Wanted reports whether the person has to take the step now. It is asked
	// after every step that was passed, in the order of [Service.Steps], until
	// one says yes; a step that was passed is not asked again.
	Wanted func(ctx context.Context, w Workflow) (bool, error)
}

// Turn is where a sign-in stands after a step was passed.
type Turn struct {
	Next  string      // the step to take now; "" when the person is signed in
	Token secret.Text // opens the workflow from now on; empty when the person is signed in
}

// Open makes, in the unit of work of ctx, what a finished sign-in leads to.
type Open func(ctx context.Context, w Workflow) error

// errOver is the answer to a workflow that is unknown, was finished or moved
// on, or took too long.
func errOver() error {
	return fault.Newf(fault.Unauthenticated, "Your sign-in took too long or was continued elsewhere. Please start again.")
}

// Begin starts a sign-in for a name, whether or not anyone has it. The token
// opens the workflow until the next step.
func (s *Service) Begin(ctx context.Context, userName, target string, from Source) (Workflow, secret.Text, error) {
	if len(userName) > maxUserName {
		userName = userName[:maxUserName]
	}
	if len(target) > maxTarget {
		target = ""
	}
	token := s.Mint.Token("")
	w := Workflow{
		ID: s.Mint.UUID(), UserName: userName, Target: target, Source: from.cut(),
		Expires: s.Now().UTC().Add(WorkflowLifetime), key: token.Hash(),
	}
	err := s.Fleeting(ctx, func(tx Tx) error { return tx.PutSigninWorkflow(ctx, w.key, w) })
	return w, token, err
}

// Workflow returns the sign-in that a token opens. One that is over, or whose
// user has been disabled or deleted since, is an Unauthenticated fault.
func (s *Service) Workflow(ctx context.Context, token secret.Text, from Source) (w Workflow, err error) {
	var found bool
	key := token.Hash()
	if err := s.View(ctx, func(tx Tx) error {
		w, found, err = tx.SigninWorkflow(ctx, key)
		return err
	}); err != nil {
		return Workflow{}, err
	}
	if !found || !s.Now().Before(w.Expires) {
		return Workflow{}, errOver()
	}
	w.key, w.Source = key, from.cut()
	if w.User.ID == "" {
		return w, nil
	}
	user, known, err := s.UserByID(ctx, w.User.ID)
	if err != nil {
		return Workflow{}, err
	}
	if !known || !user.Enabled {
		return Workflow{}, refusal()
	}
	w.User = user
	return w, nil
}

// Next is the step that a workflow waits for, "" when that is the first
// credential.
func (s *Service) Next(ctx context.Context, w Workflow) (string, error) {
	if w.User.ID == "" {
		return "", nil
	}
	return s.next(ctx, w)
}

func (s *Service) next(ctx context.Context, w Workflow) (string, error) {
	for _, step := range s.Steps {
		if slices.Contains(w.Passed, step.Name) {
			continue
		}
		wanted, err := step.Wanted(ctx, w)
		if err != nil || wanted {
			return step.Name, err
		}
	}
	return "", nil
}

// Note replaces what a step remembers in the workflow; "" forgets it.
func (s *Service) Note(ctx context.Context, w Workflow, step, note string) error {
	return s.InTx(ctx, func(tx Tx) error {
		stored, found, err := tx.SigninWorkflow(ctx, w.key)
		if err != nil {
			return err
		}
		if !found {
			return errOver()
		}
		stored.note(step, note)
		_, err = tx.MoveSigninWorkflow(ctx, w.key, w.key, stored)
		return err
	})
}

func (w *Workflow) note(step, note string) {
	notes := map[string]string{}
	for name, text := range w.Notes {
		notes[name] = text
	}
	notes[step] = note
	if note == "" {
		delete(notes, step)
	}
	w.Notes = notes
}

// Prove takes a first credential that the caller has verified, of a user who is
// enabled, and goes on from there as [Service.Pass] does: a passkey, or the
// link of an invitation.
func (s *Service) Prove(ctx context.Context, w Workflow, user User, credential Credential, open Open) (Turn, error) {
	w.User = user
	return s.advance(ctx, w, credential, open, nil)
}

// Pass notes that the person passed a step, by a credential or ("") by none,
// and turns to the next. When no step is wanted any more the workflow is over,
// and open runs in the same unit of work. A workflow is passed on once: of two
// who hold its token, the second gets an Unauthenticated fault.
func (s *Service) Pass(ctx context.Context, w Workflow, step string, credential Credential, open Open) (Turn, error) {
	return s.pass(ctx, w, step, credential, open, nil)
}

// pass is Pass with something that happens in the same unit of work.
func (s *Service) pass(ctx context.Context, w Workflow, step string, credential Credential, open Open, also func(context.Context, Tx) error) (Turn, error) {
	w.Passed = append(slices.Clip(w.Passed), step)
	w.note(step, "")
	return s.advance(ctx, w, credential, open, also)
}

// advance records a verified credential, and moves the workflow on to the next
// step or to its end.
func (s *Service) advance(ctx context.Context, from Workflow, credential Credential, open Open, also func(context.Context, Tx) error) (turn Turn, err error) {
	err = s.Unit(ctx, func(ctx context.Context) error {
		w := from
		turn = Turn{}
		if also != nil {
			if err := s.InTx(ctx, func(tx Tx) error { return also(ctx, tx) }); err != nil {
				return err
			}
		}
		if credential != "" {
			w.Proofs = append(slices.Clip(w.Proofs), credential)
			if err := s.record(ctx, s.event(w, credential), step{CredentialChallenge, true}, step{CredentialVerification, true}); err != nil {
				return err
			}
		}
		if turn.Next, err = s.next(ctx, w); err != nil {
			return err
		}
		if turn.Next == "" {
			return s.finish(ctx, w, open)
		}
		turn.Token = s.Mint.Token("")
		return s.InTx(ctx, func(tx Tx) error {
			moved, err := tx.MoveSigninWorkflow(ctx, w.key, turn.Token.Hash(), w)
			if err == nil && !moved {
				return errOver()
			}
			return err
		})
	})
	if err != nil {
		return Turn{}, err
	}
	return turn, nil
}

// finish ends a workflow whose person is proved: its failures are forgotten,
// and what it leads to begins.
func (s *Service) finish(ctx context.Context, w Workflow, open Open) error {
	err := s.InTx(ctx, func(tx Tx) error {
		ended, err := tx.DeleteSigninWorkflow(ctx, w.key)
		if err == nil && !ended {
			return errOver()
		}
		if err != nil {
			return err
		}
		return s.succeeded(ctx, tx, w)
	})
	if err != nil {
		return err
	}
	if err := s.record(ctx, s.event(w, w.Proofs...), step{UserAuthentication, true}); err != nil {
		return err
	}
	return open(ctx, w)
}

// maxTries is how many answers a workflow takes after its first credential.
const maxTries = 10

// Admit counts an answer at a step before it is looked at, so that answers sent
// at the same time are no more guesses than others. It counts on the name too:
// starting over brings no more of them. It fails with an Unauthenticated fault
// when there were too many; the workflow is over then.
func (s *Service) Admit(ctx context.Context, w Workflow) error {
	return s.InTx(ctx, func(tx Tx) error {
		stored, found, err := tx.SigninWorkflow(ctx, w.key)
		if err != nil {
			return err
		}
		if !found {
			return errOver()
		}
		admitted, err := s.count(ctx, tx, w)
		if err != nil {
			return err
		}
		if stored.Tries++; stored.Tries > maxTries || !admitted {
			if _, err := tx.DeleteSigninWorkflow(ctx, w.key); err != nil {
				return err
			}
			return fault.Keep(refusal())
		}
		_, err = tx.MoveSigninWorkflow(ctx, w.key, w.key, stored)
		return err
	})
}

// Refuse records that a credential was not verified, and returns the refusal to
// show.
func (s *Service) Refuse(ctx context.Context, w Workflow, credential Credential) error {
	err := s.Unit(ctx, func(ctx context.Context) error {
		return s.record(ctx, s.event(w, credential), step{CredentialChallenge, true}, step{CredentialVerification, false})
	})
	if err != nil {
		return err
	}
	return refusal()
}
