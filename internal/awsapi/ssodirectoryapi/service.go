// Package ssodirectoryapi serves what administrators do about the sign-in of the
// directory's people: passwords, addresses, disabling, sessions.
//
// AWS's console does this by services that AWS does not publish (SWBUPService
// among them). Their IAM actions are public (sso-directory, identitystore-auth),
// and operations are named after those; the rest of the contract is ours.
package ssodirectoryapi

import (
	"context"

	"foyer/internal/arn"
	"foyer/internal/directory"
	"foyer/internal/fault"
	"foyer/internal/mfa"
	"foyer/internal/paging"
	"foyer/internal/secret"
	"foyer/internal/session"
	"foyer/internal/signin"
	"foyer/internal/wire"
)

// passwords is what happens to a user's password and address.
type passwords interface {
	OneTimePassword(ctx context.Context, user signin.User) (secret.Text, error)
	SendPassword(ctx context.Context, user signin.User) error
	SendVerification(ctx context.Context, user signin.User) error
}

// sessions are the sign-in sessions of users.
type sessions interface {
	Active(ctx context.Context, user string, page paging.Page) ([]session.Session, string, error)
	EndOf(ctx context.Context, user string, ids []session.ID) error
}

// devices are what users prove themselves with, and when they have to.
type devices interface {
	Devices(ctx context.Context, user string) ([]mfa.Device, error)
	Rename(ctx context.Context, by mfa.Actor, id, name string) error
	Remove(ctx context.Context, by mfa.Actor, id string) error
	Reset(ctx context.Context, by mfa.Actor) error
	Settings(ctx context.Context) (mfa.Settings, error)
	PutSettings(ctx context.Context, s mfa.Settings) error
}

// Service answers the API. All fields are required.
type Service struct {
	Directory *directory.Directory
	Passwords passwords
	Sessions  sessions
	MFA       devices
	Tokens    paging.Tokens
	// User finds a user as signing in knows them.
	User func(ctx context.Context, id string) (user signin.User, known bool, err error)
	// Owner is the account whose instance the store belongs to.
	Owner func() arn.AccountID
	// PortalURL is where people sign in.
	PortalURL func() string
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API { return newAPI(s, s.authorizations(), faultOf) }

// user finds the user of a store, or fails with directory.Missing.
func (s *Service) user(ctx context.Context, store, id string) (signin.User, error) {
	if err := s.Directory.CheckStore(ctx, store); err != nil {
		return signin.User{}, err
	}
	if _, err := s.Directory.User(ctx, directory.UserID(id)); err != nil {
		return signin.User{}, err
	}
	user, known, err := s.User(ctx, id)
	if err == nil && !known {
		err = fault.Newf(fault.NotFound, "USER not found.")
	}
	return user, err
}
