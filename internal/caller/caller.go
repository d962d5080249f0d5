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
	Anonymous   Kind = iota // nobody: an unsigned request
	Root                    // the root user of an account
	User                    // an IAM user
	AssumedRole             // a role session
	Service                 // Foyer itself, acting as a service principal such as sso.amazonaws.com
)

// Caller is the principal behind a request. The zero Caller is anonymous.
type Caller struct {
	Kind        Kind
	Account     arn.AccountID // the account the principal lives in; empty when anonymous
	ARN         string        // as GetCallerIdentity answers it
	ID          string        // aws:userid: the account id, AIDA…, or AROA…:<session name>
	Name        string        // the user's name, or the role session's; "" for root
	AccessKeyID string        // the key that signed; "" when none did
	Session     *Session      // set for role sessions only
}

// Session is the state of a role session. It travels sealed in the session
// token, so that any node can verify a call without a lookup.
type Session struct {
	AccessKeyID    string              // ASIA…
	Account        arn.AccountID       // account of the role
	RoleARN        string              // arn:aws:iam::<account>:role/<path><name>
	RoleID         string              // AROA…
	Name           string              // role session name
	Policies       []string            // session policy documents given inline
	PolicyARNs     []string            // session policies given as managed policy ARNs
	Tags           map[string]string   // session tags: aws:PrincipalTag/<key>
	TransitiveKeys []string            // keys of Tags that survive role chaining
	SourceIdentity string              // aws:SourceIdentity
	Context        map[string][]string // further condition keys of the session, such as identitystore:UserId or saml:aud
	Provider       string              // aws:FederatedProvider: the SAML or OIDC provider's ARN; "" when none
	MFA            bool                // aws:MultiFactorAuthPresent
	Issued         time.Time           // aws:TokenIssueTime
	Expires        time.Time
}

// Person is a workforce user acting through a portal session.
type Person struct {
	UserID           string // identity store user id
	UserName         string
	IdentityStoreARN string
	CredentialID     string // the portal session's public id
}
