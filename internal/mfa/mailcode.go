package mfa

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"strings"
	"time"

	"crypto/sha256"

	"foyer/internal/fault"
	"foyer/internal/mail"
	"foyer/internal/mint"
	"foyer/internal/signin"
)

// mailLifetime is how long the code of a letter is good.
const mailLifetime = 10 * time.Minute

type pendingMail struct {
	Hash string `json:"hash"` // of the sign-in's id and the code
}

func mailHash(workflow, code string) string {
	sum := sha256.Sum256([]byte(workflow + " " + code))
	return hex.EncodeToString(sum[:])
}

// SendCode mails a code to a person who has no device, in place of an earlier
// one. It fails with a Conflict fault when they can't be reached, and with a
// Throttled one after many letters.
func (s *Service) SendCode(ctx context.Context, w signin.Workflow) error {
	at, err := s.Standing(ctx, w)
	if err != nil {
		return err
	}
	switch {
	case at.Demand != Mail:
		return errOver()
	case !s.reachable(w.User):
		return fault.Newf(fault.Conflict, "No code can be sent to you. Ask your administrator.")
	}
	organization, err := s.Organization(ctx)
	if err != nil {
		return err
	}
	return s.Unit(ctx, func(ctx context.Context) error {
		code := s.Mint.From("", mint.Digits, codeDigits)
		err := s.InTx(ctx, func(tx Tx) error {
			before, err := tx.MFAGuesses(ctx, letterKey(w.User.ID))
			if err != nil {
				return err
			}
			counted, admitted := before.count(s.Now().UTC(), maxLetters)
			if !admitted {
				return fault.Newf(fault.Throttled, "Too many codes were sent to you. Wait an hour and try again.")
			}
			if err := tx.PutMFAGuesses(ctx, letterKey(w.User.ID), counted); err != nil {
				return err
			}
			return s.ask(ctx, tx, askMail+w.ID, w.User.ID, pendingMail{mailHash(w.ID, code)}, mailLifetime)
		})
		if err != nil {
			return err
		}
		return s.Post.Send(ctx, mail.Letter{To: w.User.Email, Subject: "Your sign-in code for " + organization, Content: mail.Content{
			Greeting: "Hello " + w.User.DisplayName + ",",
			Lines:    []string{"Enter this code where you are signing in as " + w.User.UserName + "."},
			Code:     code,
			Closing:  []string{"The code is good for 10 minutes. If you are not signing in, somebody knows your password: tell your administrator at once."},
		}})
	})
}

// CodeSent reports whether a code is under way that is good still.
func (s *Service) CodeSent(ctx context.Context, w signin.Workflow) (sent bool, err error) {
	err = s.View(ctx, func(tx Tx) error {
		var p pendingMail
		err := s.asked(ctx, tx, askMail+w.ID, w.User.ID, &p)
		sent = err == nil
		if fault.Of(err) == fault.Unauthenticated {
			return nil
		}
		return err
	})
	return sent, err
}

// EnterMailedCode passes the step with the code of a letter. It fails as
// [Service.EnterCode] does.
func (s *Service) EnterMailedCode(ctx context.Context, w signin.Workflow, code string, trust bool, open signin.Open) (p Passed, err error) {
	at, last, err := s.beforeCode(ctx, w, Mail)
	if err != nil {
		return Passed{}, err
	}
	var pending pendingMail
	if err := s.View(ctx, func(tx Tx) error { return s.asked(ctx, tx, askMail+w.ID, w.User.ID, &pending) }); err != nil {
		return Passed{}, err
	}
	if subtle.ConstantTimeCompare([]byte(mailHash(w.ID, Code(code))), []byte(pending.Hash)) != 1 {
		return Passed{}, s.wrong(ctx, w, signin.EmailCredential, last)
	}
	err = s.Unit(ctx, func(ctx context.Context) error {
		p = Passed{}
		if err := s.take(ctx, askMail+w.ID, w.User.ID, &pending); err != nil {
			return err
		}
		err := s.InTx(ctx, func(tx Tx) error {
			if err := tx.DeleteMFAGuesses(ctx, guessKey(w.User.ID)); err != nil {
				return err
			}
			if !trust || !at.MayTrust {
				return nil
			}
			p.Trust, p.Expires, err = s.trust(ctx, tx, w)
			return err
		})
		if err != nil {
			return err
		}
		p.Turn, err = s.SignIns.Pass(ctx, w, Step, signin.EmailCredential, open)
		return err
	})
	return p, err
}

// HiddenAddress is an address that its owner recognizes and others don't.
func HiddenAddress(address string) string {
	local, host, found := strings.Cut(address, "@")
	if !found || local == "" {
		return ""
	}
	first := []rune(local)[0]
	return string(first) + "***@" + host
}
