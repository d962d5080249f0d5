package sts

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/wire"
)

// Bounds of the sessions that users and root have without a role.
const (
	defaultUserSession = 12 * time.Hour
	maxUserSession     = 36 * time.Hour
	maxRootSession     = time.Hour // more is cut to this, not refused
)

// Factor is a code of a multi-factor authentication device. The zero Factor is
// none.
type Factor struct {
	Serial string // the device's serial number, or ARN
	Code   string // six digits
}

// begun adds to session what AWS does not let the caller choose, and issues it.
func (s *Service) begun(session caller.Session, scope Scope, tags []Tag) (Assumed, error) {
	size, err := packed(scope, tags)
	if err != nil {
		return Assumed{}, err
	}
	if scope.Policy != "" {
		session.Policies = []string{scope.Policy}
	}
	session.PolicyARNs = scope.PolicyARNs
	if len(tags) > 0 {
		session.Tags = make(map[string]string, len(tags))
		for _, t := range tags {
			session.Tags[t.Key] = t.Value
		}
	}
	issued, err := s.Minter.Issue(session)
	if err != nil {
		return Assumed{}, fmt.Errorf("credentials of %s%s: %w", session.RoleARN, session.UserARN, err)
	}
	session.AccessKeyID = issued.AccessKeyID
	return Assumed{Credentials: issued, Caller: Caller(&session), PackedSize: size, SourceIdentity: session.SourceIdentity}, nil
}

// SessionToken is a request for temporary credentials of the caller itself.
type SessionToken struct {
	Duration time.Duration // 0 means twelve hours, or one for root
	Factor   Factor
}

// SessionToken begins a session of the user, or root, that calls with its
// long-term key. No policy has a say in it. Without a device's code it is good
// for little: it may not call IAM, and of STS only AssumeRole and
// GetCallerIdentity.
func (s *Service) SessionToken(ctx context.Context, call *wire.Call, in SessionToken) (Assumed, error) {
	if err := longTerm(call, "GetSessionToken"); err != nil {
		return Assumed{}, err
	}
	length, err := userLength(in.Duration, call.Caller.Kind)
	if err != nil {
		return Assumed{}, err
	}
	authenticated, err := s.authenticate(ctx, call, in.Factor)
	if err != nil {
		return Assumed{}, err
	}
	c := &call.Caller
	return s.begun(caller.Session{
		Kind: c.Kind, Account: c.Account, UserARN: c.ARN, UserID: c.ID, Name: c.Name,
		MFA: authenticated, Issued: call.Time, Expires: call.Time.Add(length),
	}, Scope{}, nil)
}

// FederationToken is a request for temporary credentials of whom the caller
// vouches for.
type FederationToken struct {
	Name     string        // 2–32 of [\w+=,.@-]
	Duration time.Duration // 0 means twelve hours, or one when root vouches
	Scope    Scope         // the federated user may do what both it and the caller's own policies allow
	Tags     []Tag
}

// FederatedUserARN names a federated user of account.
func FederatedUserARN(account arn.AccountID, name string) string {
	return arn.STS(account, "federated-user/"+name)
}

// FederationToken begins a session of a federated user. The caller, a user or
// root with its long-term key, must be allowed to; the edge has asked.
func (s *Service) FederationToken(ctx context.Context, call *wire.Call, in FederationToken) (Assumed, error) {
	if err := longTerm(call, "GetFederationToken"); err != nil {
		return Assumed{}, err
	}
	if !validName(in.Name) || len(in.Name) > 32 {
		return Assumed{}, invalid("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", in.Name)
	}
	length, err := userLength(in.Duration, call.Caller.Kind)
	if err != nil {
		return Assumed{}, err
	}
	if err := checkTags(in.Tags); err != nil {
		return Assumed{}, err
	}
	c := &call.Caller
	if err := s.checkScope(ctx, c.Account, in.Scope); err != nil {
		return Assumed{}, err
	}
	return s.begun(caller.Session{
		Kind: caller.FederatedUser, Account: c.Account, UserARN: c.ARN, UserID: c.ID, Name: in.Name,
		Issued: call.Time, Expires: call.Time.Add(length),
	}, in.Scope, in.Tags)
}

// longTerm refuses every caller but a user or root with its long-term key.
func longTerm(call *wire.Call, operation string) error {
	if c := &call.Caller; c.Session != nil || c.Kind != caller.User && c.Kind != caller.Root {
		return fault.Newf(fault.Denied, "Cannot call %s with session credentials", operation)
	}
	return nil
}

// userLength is how long a session of a user lasts that was asked for with d.
func userLength(d time.Duration, kind caller.Kind) (time.Duration, error) {
	longest := maxUserSession
	if kind == caller.Root {
		longest = maxRootSession
	}
	switch {
	case d == 0:
		return min(defaultUserSession, longest), nil
	case d < minSession:
		return 0, invalid("The requested DurationSeconds must be at least %d.", int(minSession/time.Second))
	case d > maxUserSession:
		return 0, invalid("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to %d",
			int(d/time.Second), int(maxUserSession/time.Second))
	default:
		return min(d, longest), nil
	}
}

// authenticate checks a device's code, if there is one, for the call's user.
func (s *Service) authenticate(ctx context.Context, call *wire.Call, f Factor) (bool, error) {
	switch {
	case f == (Factor{}):
		return false, nil
	case f.Serial == "" || f.Code == "":
		return false, fault.Newf(fault.Denied, "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ")
	case s.MFA == nil || call.Caller.Kind != caller.User && call.Caller.Kind != caller.Root || call.Caller.Session != nil:
		return false, wrongCode(nil)
	}
	if err := s.MFA(ctx, call.Caller, f); err != nil {
		if fault.Of(err) == fault.Internal {
			return false, fmt.Errorf("code of %s: %w", f.Serial, err)
		}
		return false, wrongCode(err)
	}
	return true, nil
}

func wrongCode(cause error) error {
	return &fault.Error{Kind: fault.Denied, Message: "MultiFactorAuthentication failed with invalid MFA one time pass code. ", Err: cause}
}

// proven is the call as the gate sees it once a device's code came with it: the
// user has then a session of one call, that knows of it.
func proven(call *wire.Call) *wire.Call {
	c := *call
	c.Caller.Session = &caller.Session{
		Kind: c.Caller.Kind, Account: c.Caller.Account, UserARN: c.Caller.ARN, UserID: c.Caller.ID, Name: c.Caller.Name,
		MFA: true, Issued: call.Time, Expires: call.Time,
	}
	return &c
}

// Issuer is the name of the user who vouches for a federated user; "" for root.
func Issuer(s *caller.Session) string {
	if strings.HasSuffix(s.UserARN, ":root") {
		return ""
	}
	return RoleName(s.UserARN)
}
