package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/seal"
	"foyer/internal/secret"
	"foyer/internal/sts"
)

// The failures of credentials. AWS does not tell a key that was never issued
// from one that is turned off, deleted, or sent with another's token.
var (
	// ErrUnknownKey is an Unauthenticated fault.
	ErrUnknownKey = fault.Newf(fault.Unauthenticated, "The security token included in the request is invalid.")
	// ErrExpired is an Unauthenticated fault whose Expired method is true.
	ErrExpired error = expired{fault.Newf(fault.Unauthenticated, "The security token included in the request is expired")}
)

// expired marks credentials that were good once.
type expired struct{ err error }

func (e expired) Error() string { return e.err.Error() }
func (e expired) Unwrap() error { return e.err }

// Expired reports that the credentials ran out.
func (expired) Expired() bool { return true }

// Identifier tells whose access keys are. All fields are required.
type Identifier struct {
	// Keys returns the owner of a long-term key, or ErrUnknownKey: the method
	// KeyOwner of Facts, remembered or not.
	Keys     func(ctx context.Context, accessKeyID string) (iam.KeyOwner, error)
	Sessions *sts.Minter
}

// temporary begins the ids of keys that are nothing without their token.
const temporary = "ASIA"

// Identify returns who an access key speaks for, and the secret that signs for
// it. With a session token that is a role session, opened without a lookup;
// else the user or the root of an account. It fails with ErrUnknownKey, or
// ErrExpired.
func (i *Identifier) Identify(ctx context.Context, accessKeyID string, token secret.Text, now time.Time) (caller.Caller, secret.Text, error) {
	if !token.Empty() {
		return i.session(accessKeyID, token, now)
	}
	if strings.HasPrefix(accessKeyID, temporary) {
		return caller.Caller{}, secret.Text{}, ErrUnknownKey
	}
	owner, err := i.Keys(ctx, accessKeyID)
	if err == nil && !owner.Active {
		err = ErrUnknownKey
	}
	if err != nil {
		return caller.Caller{}, secret.Text{}, err
	}
	who := caller.Caller{
		Kind: caller.User, Account: owner.Account, ARN: owner.UserARN, ID: owner.UserID, Name: owner.UserName, AccessKeyID: accessKeyID,
	}
	if owner.Root {
		who.Kind = caller.Root
	}
	return who, owner.Secret, nil
}

func (i *Identifier) session(accessKeyID string, token secret.Text, now time.Time) (caller.Caller, secret.Text, error) {
	s, key, err := i.Sessions.Open(accessKeyID, token.Reveal(), now)
	if err == nil {
		return sts.Caller(s), key, nil
	}
	if _, late := errors.AsType[*sts.Expired](err); late {
		return caller.Caller{}, secret.Text{}, ErrExpired
	}
	if errors.Is(err, seal.ErrNotOurs) {
		return caller.Caller{}, secret.Text{}, ErrUnknownKey
	}
	return caller.Caller{}, secret.Text{}, fmt.Errorf("session of %s: %w", accessKeyID, err)
}
