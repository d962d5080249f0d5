// Package caller says who makes a request, once the request has proved it.
package caller

import (
	"time"

	"foyer/internal/arn"
)

// Kind is the kind of a principal.
type Kind uint8

// The kinds of principals.
const (
	Anonymous     Kind = iota // nobody: an unsigned request
	Root                      // the root user of an account
	User                      // an IAM user
	AssumedRole               // a role session
	Service                   // Foyer itself, acting as a service principal such as sso.amazonaws.com
	FederatedUser             // whom an IAM user, or root, vouches for: GetFederationToken
)

// Caller is the principal behind a request. The zero Caller is anonymous.
type Caller struct {
	Kind        Kind
	Account     arn.AccountID // the account the principal lives in; empty when anonymous
	ARN         string        // as GetCallerIdentity answers it
	ID          string        // aws:userid: the account id, AIDA…, AROA…:<session name>, or <account id>:<federated user>
	Name        string        // the user's name, the role session's, or the federated user's; "" for root
	AccessKeyID string        // the key that signed; "" when none did
	Session     *Session      // set when temporary credentials signed
}

// Session is the state of temporary credentials: of a role session, or of one
// that a user or root has for itself or for a federated user. It travels sealed
// in the session token, so that any node can verify a call without a lookup.
type Session struct {
	AccessKeyID    string              // ASIA…
	Account        arn.AccountID       // account of the role or user
	Kind           Kind                // Root, User or FederatedUser; zero means AssumedRole
	UserARN        string              // of the user, or root, that has the session or vouches for its federated user; "" for a role session
	UserID         string              // its AIDA…, or the account id
	RoleARN        string              // arn:aws:iam::<account>:role/<path><name>; "" when it is no role session
	RoleID         string              // AROA…
	Name           string              // role session name, or name of the user or federated user
	Policies       []string            // session policy documents given inline
	PolicyARNs     []string            // session policies given as managed policy ARNs
	Tags           map[string]string   // session tags: aws:PrincipalTag/<key>
	TransitiveKeys []string            // keys of Tags that survive role chaining
	SourceIdentity string              // aws:SourceIdentity
	Context        map[string][]string // further condition keys of the session, such as identitystore:UserId or saml:aud
	Provider       string              // aws:FederatedProvider: the SAML or OIDC provider's ARN; "" when none
	MFA            bool                // aws:MultiFactorAuthPresent
	Chained        bool                // of a role that another role's session assumed
	Issued         time.Time           // aws:TokenIssueTime
	Expires        time.Time
}

// OfRole reports whether the session is a role's.
func (s *Session) OfRole() bool { return s.RoleARN != "" }

// Person is a workforce user acting through a portal session.
type Person struct {
	UserID           string // identity store user id
	UserName         string
	IdentityStoreARN string
	CredentialID     string // the portal session's public id
}
