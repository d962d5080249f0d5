// Package sts makes and opens temporary credentials, and decides together with
// the access gate who may have them.
//
// Credentials need no table. The [Minter] seals a session's whole state into
// its session token and derives its secret access key from its access key id,
// so any node that holds the key ring verifies a call without a lookup. What
// ends a session early is policy (aws:TokenIssueTime), as with AWS.
package sts

import (
	"context"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/policy"
	"foyer/internal/wire"
)

// Service answers for temporary credentials. All exported fields but MFA and
// ResourceControls are required; it must not be copied once used.
type Service struct {
	Minter Minter
	IAM    IAM
	Gate   Gate
	// MFA refuses the code of a device that who does not have, or that is wrong
	// or used. Nil where there are no devices: every code is refused.
	MFA func(ctx context.Context, who caller.Caller, f Factor) error
	// ResourceControls are the resource control policies over the roles of an
	// account. Nil where there are none.
	ResourceControls func(ctx context.Context, account arn.AccountID) ([][]policy.Attached, error)
	// Issuers have the keys of web identity tokens that come to us.
	Issuers IssuerKeys
	// Keys sign those that we issue, under issuers at Endpoint: scheme://host[:port].
	Keys     *SigningKeys
	Endpoint string
	// Organization tells where an account stands: its organization's id, "" for
	// none, and its path, o-…/r-…/ou-…/.
	Organization func(ctx context.Context, account arn.AccountID) (id, path string, err error)
	// MayAssumeRoot reports whether account manages the root sessions of target.
	MayAssumeRoot func(ctx context.Context, account, target arn.AccountID) (bool, error)

	verified recent[trusted, *proof]        // assertions
	tokens   recent[presented, *webProof]   // web identities
	trusts   recent[string, *policy.Policy] // compiled trust policies, by text
}

// IAM is what Service asks about accounts. *iam.Service answers it.
type IAM interface {
	Role(ctx context.Context, account arn.AccountID, name string) (iam.Role, error)
	SAMLProvider(ctx context.Context, providerARN string) (iam.SAMLProvider, error)
	OIDCProvider(ctx context.Context, providerARN string) (iam.OIDCProvider, error)
	PolicyDocument(ctx context.Context, account arn.AccountID, policyARN string) (iam.NamedDocument, error)
	KeyOwner(ctx context.Context, accessKeyID string) (iam.KeyOwner, bool, error)
	Entity(ctx context.Context, ref iam.Ref) (iam.Entity, error)
	OutboundFederation(ctx context.Context, account arn.AccountID) (iam.OutboundFederation, error)
	OutboundIssuer(ctx context.Context, issuerID string) (iam.OutboundFederation, error)
}

// Gate decides whether the call's principal may do d to a resource of owner
// whose own policy is document: a Denied fault when not.
type Gate interface {
	CheckResource(ctx context.Context, call *wire.Call, d wire.Demand, document string, owner arn.AccountID) error
}

// InvalidToken refuses an assertion that proves nothing.
type InvalidToken struct{ Err error }

// Error returns the reason.
func (e *InvalidToken) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *InvalidToken) Unwrap() error { return e.Err }

// TooLarge refuses session policies and tags that do not fit into a session.
type TooLarge struct{ Err error }

// Error returns the reason.
func (e *TooLarge) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *TooLarge) Unwrap() error { return e.Err }

func invalidToken(format string, args ...any) error {
	return &InvalidToken{fault.Newf(fault.Invalid, format, args...)}
}

func invalid(format string, args ...any) error {
	return fault.Newf(fault.Invalid, format, args...)
}

// Caller is the principal that a session's credentials speak for.
func Caller(s *caller.Session) caller.Caller {
	c := caller.Caller{Kind: s.Kind, Account: s.Account, Name: s.Name, AccessKeyID: s.AccessKeyID, Session: s}
	switch {
	case s.OfRole():
		c.Kind = caller.AssumedRole
		c.ARN = arn.STS(s.Account, "assumed-role/"+RoleName(s.RoleARN)+"/"+s.Name)
		c.ID = s.RoleID + ":" + s.Name
	case s.Kind == caller.FederatedUser:
		c.ARN = arn.STS(s.Account, "federated-user/"+s.Name)
		c.ID = string(s.Account) + ":" + s.Name
	default:
		c.ARN, c.ID = s.UserARN, s.UserID
	}
	return c
}

// RoleName is the name of a role, without its path.
func RoleName(roleARN string) string { return roleARN[strings.LastIndexByte(roleARN, '/')+1:] }

// role finds a role by its ARN. found is false when there is none of exactly
// this ARN; an ARN that can name no role is an Invalid fault.
func (s *Service) role(ctx context.Context, roleARN string) (role iam.Role, found bool, err error) {
	account, err := accountOfRole(roleARN)
	if err != nil {
		return iam.Role{}, false, err
	}
	role, err = s.IAM.Role(ctx, account, RoleName(roleARN))
	switch {
	case fault.Of(err) == fault.NotFound:
		return iam.Role{}, false, nil
	case err != nil:
		return iam.Role{}, false, err
	default: // names are met without regard to case and path; ARNs are not
		return role, role.ARN == roleARN, nil
	}
}

// accountOfRole returns the account in a role's ARN.
func accountOfRole(roleARN string) (arn.AccountID, error) {
	a, err := arn.Parse(roleARN)
	if err != nil || a.Partition != arn.Partition || a.Service != "iam" || a.Region != "" ||
		!a.Account.Valid() || !strings.HasPrefix(a.Resource, "role/") {
		return "", invalid("%s is invalid", roleARN)
	}
	return a.Account, nil
}

// KeyAccount returns the account that an access key belongs to. Temporary keys,
// of which there is no table, say it themselves.
func (s *Service) KeyAccount(ctx context.Context, accessKeyID string) (arn.AccountID, error) {
	if account, temporary := keyAccount(accessKeyID); temporary {
		return account, nil
	}
	owner, found, err := s.IAM.KeyOwner(ctx, accessKeyID)
	if err != nil {
		return "", err
	}
	if !found {
		return "", invalid("The access key ID %s is not known.", accessKeyID)
	}
	return owner.Account, nil
}
