package mfa

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"foyer/internal/fault"
)

// Pending is a question that waits for its answer.
type Pending struct {
	Key     string // what is asked, and of whom
	User    string
	Sealed  string // what the answer is checked against
	Expires time.Time
}

// pendingLifetime is how long a question waits, but for codes in letters.
const pendingLifetime = 10 * time.Minute

const pendingPurpose = "mfa question"

// What is asked. The rest of a key is a sign-in's id, a session's, or the hash
// of a token.
const (
	askApp     = "app "     // to register an app
	askKey     = "key "     // to register a WebAuthn device
	askProof   = "proof "   // to prove themselves by WebAuthn
	askPasskey = "passkey " // to say who they are by a passkey
	askMail    = "mail "    // for the code of a letter
)

// errOver is the answer to what was never asked, was answered, or is too late.
func errOver() error {
	return fault.Newf(fault.Unauthenticated, "This took too long or was continued elsewhere. Please try again.")
}

// ask stores a question, in place of an earlier one.
func (s *Service) ask(ctx context.Context, tx Tx, key, user string, state any, life time.Duration) error {
	plain, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("question: %w", err)
	}
	p := Pending{Key: key, User: user, Expires: s.Now().UTC().Add(life)}
	if p.Sealed, err = s.Ring.Seal(pendingPurpose+" "+key, plain); err != nil {
		return fmt.Errorf("question: %w", err)
	}
	return tx.PutMFAPending(ctx, p)
}

// asked reads the question that a user has to answer still.
func (s *Service) asked(ctx context.Context, tx Tx, key, user string, state any) error {
	p, found, err := tx.MFAPending(ctx, key)
	if err != nil {
		return err
	}
	if !found || p.User != user || !s.Now().Before(p.Expires) {
		return errOver()
	}
	plain, err := s.Ring.Open(pendingPurpose+" "+key, p.Sealed)
	if err != nil {
		return fmt.Errorf("question: %w", err)
	}
	return json.Unmarshal(plain, state)
}

// take is asked for an answer that is looked at once, however it turns out.
func (s *Service) take(ctx context.Context, key, user string, state any) error {
	return s.InTx(ctx, func(tx Tx) error {
		if err := s.asked(ctx, tx, key, user, state); err != nil {
			return err
		}
		taken, err := tx.DeleteMFAPending(ctx, key)
		if err == nil && !taken {
			return errOver()
		}
		return err
	})
}
