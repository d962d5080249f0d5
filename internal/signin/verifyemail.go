package signin

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"foyer/internal/mail"
	"foyer/internal/mint"
	"foyer/internal/secret"
)

// VerifyEmailStep is the step in which a person shows that their address is
// theirs, by a code from a letter.
const VerifyEmailStep = "verify-email"

const (
	codeLifetime = 10 * time.Minute
	codeDigits   = 6
)

// VerifyEmail is the step that users take whose address is not known to be
// theirs: a code is sent there. Users without an address that a letter can
// reach pass it by: they have nothing to verify.
func (s *Service) VerifyEmail() Step {
	return Step{Name: VerifyEmailStep, Wanted: func(ctx context.Context, w Workflow) (bool, error) {
		if !s.Reachable(w.User) {
			return false, nil
		}
		verified, err := s.EmailVerified(ctx, w.User)
		return !verified, err
	}}
}

// SendCode sends the code of the step VerifyEmail, unless one was sent that is
// good still; again sends another all the same. After many letters to one user
// it fails with a Throttled fault.
func (s *Service) SendCode(ctx context.Context, w Workflow, again bool) error {
	if _, until := codeOf(w); s.Now().Before(until) && !again {
		return nil
	}
	organization, err := s.Organization(ctx)
	if err != nil {
		return err
	}
	code := s.Mint.From("", mint.Digits, codeDigits)
	return s.Unit(ctx, func(ctx context.Context) error {
		if err := s.InTx(ctx, func(tx Tx) error { return s.countLetter(ctx, tx, w.User) }); err != nil {
			return err
		}
		until := s.Now().UTC().Add(codeLifetime)
		if err := s.Note(ctx, w, VerifyEmailStep, codeHash(w, code)+" "+until.Format(time.RFC3339)); err != nil {
			return err
		}
		return s.Post.Send(ctx, mail.Letter{To: w.User.Email, Subject: "Your code for " + organization, Content: mail.Content{
			Greeting: greeting(w.User), Lines: []string{"Type this code where you are signing in as " + w.User.UserName + ". It is good for 10 minutes."}, Code: code, Closing: []string{unexpected},
		}})
	})
}

// EnterCode passes the step VerifyEmail with the code that was sent. It fails
// with an Unauthenticated fault for another one, and as [Service.Pass] does.
func (s *Service) EnterCode(ctx context.Context, w Workflow, code secret.Text, open Open) (Turn, error) {
	if err := s.Admit(ctx, w); err != nil {
		return Turn{}, err
	}
	want, until := codeOf(w)
	got := codeHash(w, strings.TrimSpace(code.Reveal()))
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 || !s.Now().Before(until) {
		return Turn{}, s.Refuse(ctx, w, EmailCredential)
	}
	return s.pass(ctx, w, VerifyEmailStep, "", open, func(ctx context.Context, tx Tx) error {
		return tx.PutSigninEmail(ctx, w.User.ID, strings.ToLower(w.User.Email), s.Now().UTC())
	})
}

// codeOf is the hash of the code that was sent, and how long it is good.
func codeOf(w Workflow) (hash string, until time.Time) {
	hash, text, _ := strings.Cut(w.Notes[VerifyEmailStep], " ")
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "", time.Time{}
	}
	return hash, until
}

// codeHash ties a code to its sign-in and the address that it was sent to.
func codeHash(w Workflow, code string) string {
	return secret.New(w.ID + " " + strings.ToLower(w.User.Email) + " " + code).Hash()
}
