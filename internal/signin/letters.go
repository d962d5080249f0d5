package signin

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/fault"
	"foyer/internal/mail"
	"foyer/internal/secret"
)

// Post sends letters.
type Post interface {
	// Send writes a letter in the transaction of ctx; it is posted afterwards.
	Send(ctx context.Context, l mail.Letter) error
}

// Invite sends a user a link to choose their first password. Earlier
// invitations stop working. It fails with a Conflict fault when the user cannot
// get mail, is disabled, or there is no mail server.
func (s *Service) Invite(ctx context.Context, user User) error {
	return s.sendLink(ctx, Invitation, user, func(organization, url string) mail.Letter {
		return mail.Letter{Subject: "Invitation to join " + organization, Content: mail.Content{
			Greeting: greeting(user),
			Lines: []string{
				fmt.Sprintf("You have been invited to the AWS access portal of %s.", organization),
				"Your username: " + user.UserName,
			},
			Action:  mail.Link{Label: "Accept invitation", URL: url},
			Closing: []string{"The link works once, within 7 days. From then on you sign in at " + s.Portal + "/start", unexpected},
		}}
	})
}

// SendReset sends a user a link to choose another password. It fails as
// [Service.Invite] does.
func (s *Service) SendReset(ctx context.Context, user User) error {
	return s.sendLink(ctx, Reset, user, func(organization, url string) mail.Letter {
		return mail.Letter{Subject: "Password reset for " + organization, Content: mail.Content{
			Greeting: greeting(user),
			Lines:    []string{"A new password was asked for, for the username " + user.UserName + "."},
			Action:   mail.Link{Label: "Choose a new password", URL: url},
			Closing:  []string{"The link works once, within an hour. Your password stays as it is until you choose another.", unexpected},
		}}
	})
}

// SendVerification sends a user a link that shows that their address is theirs.
// It fails as [Service.Invite] does.
func (s *Service) SendVerification(ctx context.Context, user User) error {
	return s.sendLink(ctx, Verification, user, func(organization, url string) mail.Letter {
		return mail.Letter{Subject: "Verify your e-mail address for " + organization, Content: mail.Content{
			Greeting: greeting(user),
			Lines:    []string{"Please confirm that this address is yours, username " + user.UserName + "."},
			Action:   mail.Link{Label: "Verify this address", URL: url},
			Closing:  []string{"The link works once, within a day.", unexpected},
		}}
	})
}

// AskVerification sends a user who asks for it the letter of
// [Service.SendVerification]. After many letters to one user it fails with a
// Throttled fault.
func (s *Service) AskVerification(ctx context.Context, user User) error {
	return s.Unit(ctx, func(ctx context.Context) error {
		if err := s.InTx(ctx, func(tx Tx) error { return s.countLetter(ctx, tx, user) }); err != nil {
			return err
		}
		return s.SendVerification(ctx, user)
	})
}

// countLetter counts a letter that somebody asked for.
func (s *Service) countLetter(ctx context.Context, tx Tx, user User) error {
	admitted, err := s.tally(ctx, tx, "letters "+user.ID, user.ID, letterLimit)
	if err == nil && !admitted {
		err = fault.Newf(fault.Throttled, "Too many letters were sent to you. Wait an hour and try again.")
	}
	return err
}

// SendPassword invites a user who has no password yet, and sends others a link
// to choose another.
func (s *Service) SendPassword(ctx context.Context, user User) error {
	var has bool
	err := s.View(ctx, func(tx Tx) (err error) {
		_, has, err = tx.SigninPassword(ctx, user.ID)
		return err
	})
	switch {
	case err != nil:
		return err
	case has:
		return s.SendReset(ctx, user)
	default:
		return s.Invite(ctx, user)
	}
}

// disabled refuses what is of no use to a user who can't sign in.
func disabled() error {
	return fault.Newf(fault.Conflict, "The user is disabled. Enable them first.")
}

// unexpected tells what to do about a letter that nobody asked for.
const unexpected = "If you did not expect this message you can ignore it, or tell your administrator."

func greeting(user User) string { return "Hello " + user.DisplayName + "," }

// sendLink makes a link and writes its letter in one transaction.
func (s *Service) sendLink(ctx context.Context, purpose Purpose, user User, write func(organization, url string) mail.Letter) error {
	switch {
	case s.Post == nil:
		return fault.Newf(fault.Conflict, "No mail server is configured, so no letter can be sent. Generate a one-time password instead.")
	case !user.Enabled:
		return disabled()
	case !s.Reachable(user):
		return fault.Newf(fault.Conflict, "The user has no e-mail address that a letter can be sent to.")
	}
	organization, err := s.Organization(ctx)
	if err != nil {
		return err
	}
	return s.Unit(ctx, func(ctx context.Context) error {
		var token secret.Text
		err := s.InTx(ctx, func(tx Tx) (err error) {
			token, err = s.newLink(ctx, tx, purpose, user)
			return err
		})
		if err != nil {
			return err
		}
		l := write(organization, s.Portal+"/link/"+token.Reveal())
		l.To = user.Email
		return s.Post.Send(ctx, l)
	})
}

// Reachable reports whether a letter can be sent to a user.
func (s *Service) Reachable(user User) bool {
	return s.Post != nil && mail.CheckAddress(user.Email) == nil
}

// changed does what follows when a user has chosen another password: their
// sessions end, and a letter tells them, so that they learn of it when it was
// not them.
func (s *Service) changed(ctx context.Context, user User) error {
	if err := s.EndSessions(ctx, user.ID); err != nil {
		return err
	}
	return s.notice(ctx, user)
}

// notice tells a user by a letter that their password is another one now.
func (s *Service) notice(ctx context.Context, user User) error {
	if !s.Reachable(user) {
		return nil
	}
	organization, err := s.Organization(ctx)
	if err != nil {
		return err
	}
	return s.Post.Send(ctx, mail.Letter{To: user.Email, Subject: "Your password for " + organization + " was changed", Content: mail.Content{
		Greeting: greeting(user),
		Lines:    []string{fmt.Sprintf("The password of the username %s was changed at %s UTC.", user.UserName, s.Now().UTC().Format(time.DateTime))},
		Closing:  []string{"If this was not you, tell your administrator at once."},
	}})
}
