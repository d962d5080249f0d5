// Package federation answers the portal's questions: which accounts and roles a
// person may use, and credentials for them. It vouches for the person with a
// signed assertion, as any identity provider does.
package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/instance"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/provisioning"
	"foyer/internal/saml"
)

// Person is who asks, as their sign-in session says.
type Person struct {
	UserID   string
	UserName string
}

// Account is an account in which a person has a role.
type Account struct {
	ID    arn.AccountID
	Name  string
	Email string
}

// Role is a permission set that a person has in an account.
type Role struct {
	Name        string // of the permission set
	Set         string // its ARN
	Description string // its
}

// Credentials are a role session's.
type Credentials = provisioning.Credentials

// Grant is a person's assignment, with all that credentials for it need.
type Grant struct {
	Account     arn.AccountID
	Set         string // ARN of the permission set
	RoleName    string
	Duration    time.Duration // of sessions
	RelayState  string        // page of the console that sessions begin at; "" means its first
	RoleARN     string        // filled in by Service
	ProviderARN string        // likewise
	StoreARN    string        // of the identity store; likewise
	Tags        Tags          // of the session; likewise
}

// Tag is a session tag: aws:PrincipalTag/<key>.
type Tag struct{ Key, Value string }

// Tags are the session tags of a grant, in a form that can be compared: JSON; ""
// for none.
type Tags string

func pack(tags []Tag) (Tags, error) {
	if len(tags) == 0 {
		return "", nil
	}
	text, err := json.Marshal(tags)
	return Tags(text), err
}

func (t Tags) unpack() (tags []Tag, err error) {
	if t == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(t), &tags)
	return tags, err
}

// Asked names a grant.
type Asked struct {
	UserID  string
	Account arn.AccountID
	SetName string
}

// Tx is what the rules need of one transaction. Only assignments whose role is
// there are seen, those of the person's groups included.
type Tx interface {
	// AssignedAccounts lists, by id, the accounts in which a user has a role.
	AssignedAccounts(ctx context.Context, userID string, page paging.Page) ([]arn.AccountID, error)
	// AssignedRoles lists, by name, the permission sets a user has in an account.
	AssignedRoles(ctx context.Context, userID string, account arn.AccountID, page paging.Page) ([]Role, error)
	// AssignedEverywhere lists, by account and name, the permission sets a user
	// has, at most so many.
	AssignedEverywhere(ctx context.Context, userID string, most int) ([]Held, error)
	// AssignedGrant finds the permission set of a name that a user has in an account.
	AssignedGrant(ctx context.Context, a Asked) (Grant, bool, error)
}

// Plane is what federation needs of the seam.
type Plane interface {
	AssumeRoleWithSAML(ctx context.Context, a provisioning.Assertion) (provisioning.Credentials, error)
	Describe(ctx context.Context, ids []arn.AccountID) ([]provisioning.Account, error)
}

// Instance vouches for people. *instance.Service answers it.
type Instance interface {
	Instance(context.Context) (instance.Instance, error)
	Signer(context.Context) (*saml.Signer, error)
}

// Service is the federation of one instance. All exported fields are required
// but the Remembered ones; it must not be copied once used.
type Service struct {
	View     func(context.Context, func(Tx) error) error // for reading
	Mint     mint.Mint
	Now      func() time.Time
	Instance Instance
	Plane    Plane
	// Tags are the attributes for access control of a person.
	Tags func(ctx context.Context, i instance.Instance, userID string) ([]Tag, error)
	// Remembered, RememberedList and RememberedReach are Grant, List and ReadReach
	// with a memory before them; nil means the methods themselves.
	Remembered      func(context.Context, Asked) (Grant, error)
	RememberedList  func(context.Context, Listing) (Listed, error)
	RememberedReach func(ctx context.Context, userID string) ([]Reached, error)

	responses responses
}

// Listing asks for a page of a person's accounts.
type Listing struct {
	UserID string
	Page   paging.Page
}

// Listed is a page of accounts, and the key after which the next one begins.
type Listed struct {
	Accounts []Account
	Next     string
}

// Accounts lists, by id, the active accounts in which a user has a role.
func (s *Service) Accounts(ctx context.Context, userID string, page paging.Page) ([]Account, string, error) {
	list := s.List
	if s.RememberedList != nil {
		list = s.RememberedList
	}
	listed, err := list(ctx, Listing{userID, page})
	return listed.Accounts, listed.Next, err
}

// List is Accounts without a memory.
func (s *Service) List(ctx context.Context, l Listing) (Listed, error) {
	var ids []arn.AccountID
	err := s.View(ctx, func(tx Tx) (err error) {
		ids, err = tx.AssignedAccounts(ctx, l.UserID, paging.Page{After: l.Page.After, Limit: l.Page.Limit + 1})
		return err
	})
	if err != nil {
		return Listed{}, fmt.Errorf("accounts of %s: %w", l.UserID, err)
	}
	ids, next := paging.Cut(ids, l.Page.Limit, func(id arn.AccountID) string { return string(id) })
	described, err := s.Plane.Describe(ctx, ids)
	if err != nil {
		return Listed{}, fmt.Errorf("accounts of %s: %w", l.UserID, err)
	}
	all := make([]Account, 0, len(described))
	for _, a := range described {
		if a.Active {
			all = append(all, Account{ID: a.ID, Name: a.Name, Email: a.Email})
		}
	}
	return Listed{all, next}, nil
}

// Roles lists, by name, the permission sets a user has in an account.
func (s *Service) Roles(ctx context.Context, userID string, account arn.AccountID, page paging.Page) (roles []Role, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		roles, err = tx.AssignedRoles(ctx, userID, account, paging.Page{After: page.After, Limit: page.Limit + 1})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("roles of %s in %s: %w", userID, account, err)
	}
	roles, next = paging.Cut(roles, page.Limit, func(r Role) string { return r.Name })
	return roles, next, nil
}

// RelayState is the page of the console at which a person begins in a role. It
// fails as Credentials does.
func (s *Service) RelayState(ctx context.Context, p Person, account arn.AccountID, setName string) (string, error) {
	g, err := s.grant(ctx, Asked{p.UserID, account, setName})
	return g.RelayState, err
}

// grant is Grant, with the memory before it.
func (s *Service) grant(ctx context.Context, a Asked) (Grant, error) {
	if s.Remembered != nil {
		return s.Remembered(ctx, a)
	}
	return s.Grant(ctx, a)
}

// Grant finds the role behind a permission set's name. What a person has not
// been assigned is a Denied fault, whether it exists or not.
func (s *Service) Grant(ctx context.Context, a Asked) (g Grant, err error) {
	var found bool
	err = s.View(ctx, func(tx Tx) error {
		g, found, err = tx.AssignedGrant(ctx, a)
		return err
	})
	if err != nil {
		return Grant{}, fmt.Errorf("role %s of %s in %s: %w", a.SetName, a.UserID, a.Account, err)
	}
	if !found {
		return Grant{}, fault.Newf(fault.Denied, "You have no access to this account, or not in this role.")
	}
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return Grant{}, err
	}
	g.RoleARN, g.ProviderARN, g.StoreARN = i.RoleARN(a.Account, g.RoleName), i.ProviderARN(a.Account), i.IdentityStoreARN()
	tags, err := s.Tags(ctx, i, a.UserID)
	if err != nil {
		return Grant{}, fmt.Errorf("session tags of %s: %w", a.UserID, err)
	}
	if g.Tags, err = pack(tags); err != nil {
		return Grant{}, err
	}
	return g, nil
}
