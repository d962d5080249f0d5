package organizations

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
)

// AccessRole is the role that the management account finds in accounts made
// for it, when CreateAccount names no other.
const AccessRole = "OrganizationAccountAccessRole"

const administratorAccess = "arn:" + arn.Partition + ":iam::aws:policy/AdministratorAccess"

// AccountRole is a role to be made in a new account.
type AccountRole struct {
	Account           arn.AccountID
	Name              string
	TrustPolicy       string
	ManagedPolicyARNs []string
}

// NewAccount is what an account is made from.
type NewAccount struct {
	ID       arn.AccountID // "" means a random one
	Name     string        // 1–50 printable ASCII characters
	Email    string        // 6–64 characters
	RoleName string        // "" means AccessRole
	Parent   string        // r-… or ou-…; "" means the root
	Tags     map[string]string
}

// CreateState is how far the creation of an account has come.
type CreateState string

// The states of a creation.
const (
	InProgress CreateState = "IN_PROGRESS"
	Succeeded  CreateState = "SUCCEEDED"
	Failed     CreateState = "FAILED"
)

// Reasons why a creation failed.
const (
	EmailExists   = "EMAIL_ALREADY_EXISTS"
	LimitExceeded = "ACCOUNT_LIMIT_EXCEEDED"
)

// CreateStatus is the creation of an account, as it stands.
type CreateStatus struct {
	ID        string // car-<32 hex>
	Name      string // of the account
	State     CreateState
	Account   arn.AccountID // "" unless it succeeded
	Failure   string        // "" unless it failed
	Requested time.Time
	Completed time.Time // zero while it is in progress
}

// asked is the status as AWS answers it to the request itself: creation has
// begun and nothing more is known. Its outcome is asked for afterwards.
func (c CreateStatus) asked() CreateStatus {
	return CreateStatus{ID: c.ID, Name: c.Name, State: InProgress, Requested: c.Requested}
}

// EmailKey is the form in which e-mail addresses are unique.
func EmailKey(email string) string { return strings.ToLower(email) }

// CreateAccount makes a member account under the root, with a role that the
// management account may assume. The answer is in progress; the outcome, which
// stands at once, is read by CreateStatus.
func (a Acting) CreateAccount(ctx context.Context, n NewAccount) (status CreateStatus, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		all, err := a.s.create(ctx, tx, org, []NewAccount{n})
		if err == nil {
			status = all[0].asked()
		}
		return err
	})
	return status, err
}

// CreateGovCloudAccount refuses: an account of the AWS GovCloud (US) partition
// is made beside one of the management account's own, which no account of
// Foyer has.
func (a Acting) CreateGovCloudAccount(ctx context.Context) error {
	return a.asManager(ctx, func(_ Tx, org Organization) error {
		if err := hasFeatures(org); err != nil {
			return err
		}
		return violates(NoGovCloud, "To create an account in the AWS GovCloud (US) Region, the management account must have an associated account in the AWS GovCloud (US-West) Region.")
	})
}

// CreateAccounts makes many member accounts of management's organization at
// once, in one transaction, and answers how each came out.
func (s *Service) CreateAccounts(ctx context.Context, management arn.AccountID, wanted []NewAccount) (all []CreateStatus, err error) {
	err = s.As(management).asManager(ctx, func(tx Tx, org Organization) error {
		all, err = s.create(ctx, tx, org, wanted)
		return err
	})
	return all, err
}

// creation is a batch of accounts on its way.
type creation struct {
	org      Organization
	now      time.Time
	room     int             // how many more accounts the quota allows
	emails   map[string]bool // taken, by EmailKey
	ids      map[arn.AccountID]bool
	accounts []Account
	roles    []AccountRole
	tags     []Tag
}

func (s *Service) create(ctx context.Context, tx Tx, org Organization, wanted []NewAccount) ([]CreateStatus, error) {
	wanted = slices.Clone(wanted) // ids are filled in
	c, err := s.prepare(ctx, tx, org, wanted)
	if err != nil {
		return nil, err
	}
	statuses := make([]CreateStatus, len(wanted))
	for i, n := range wanted {
		if err := checkNew(ctx, tx, org, n); err != nil {
			return nil, err
		}
		statuses[i] = s.add(c, n)
	}
	if err := tx.PutOrgAccounts(ctx, c.accounts); err != nil {
		return nil, fmt.Errorf("make %d accounts: %w", len(c.accounts), err)
	}
	if err := tx.PutOrgTags(ctx, c.tags); err != nil {
		return nil, fmt.Errorf("tag new accounts: %w", err)
	}
	if err := bindNew(ctx, tx, org, c.targets()); err != nil {
		return nil, err
	}
	if err := shareContact(ctx, tx, org, c.accounts); err != nil {
		return nil, err
	}
	if err := tx.PutOrgCreateStatuses(ctx, org.ID, statuses); err != nil {
		return nil, fmt.Errorf("record %d creations: %w", len(statuses), err)
	}
	if len(c.roles) == 0 {
		return statuses, nil
	}
	return statuses, s.PutRoles(ctx, c.roles)
}

// shareContact gives new accounts the contact information of the management
// account, if it has any, as AWS does.
func shareContact(ctx context.Context, tx Tx, org Organization, accounts []Account) error {
	contact, found, err := tx.AccountContact(ctx, org.Management)
	if err != nil {
		return fmt.Errorf("contact of %s: %w", org.Management, err)
	}
	if !found || len(accounts) == 0 {
		return nil
	}
	ids := make([]arn.AccountID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	return tx.PutAccountContacts(ctx, ids, contact)
}

// checkNew holds n to the rules that fail a request rather than a creation.
func checkNew(ctx context.Context, tx Tx, org Organization, n NewAccount) error {
	if n.Parent != "" {
		if _, err := place(ctx, tx, org, n.Parent, ParentNotFound); err != nil {
			return err
		}
	}
	return checkTags(0, n.Tags)
}

func (c *creation) targets() []string {
	ids := make([]string, len(c.accounts))
	for i, a := range c.accounts {
		ids[i] = string(a.ID)
	}
	return ids
}

// prepare reads what the batch must not clash with, and gives every account
// without an id a free one.
func (s *Service) prepare(ctx context.Context, tx Tx, org Organization, wanted []NewAccount) (*creation, error) {
	count, err := tx.CountOrgAccounts(ctx, org.ID)
	if err != nil {
		return nil, fmt.Errorf("count accounts of %s: %w", org.ID, err)
	}
	c := &creation{
		org: org, now: tx.Now(), room: s.Limits.accounts() - count,
		emails: map[string]bool{}, ids: map[arn.AccountID]bool{},
	}
	emails := make([]string, len(wanted))
	for i, n := range wanted {
		emails[i] = EmailKey(n.Email)
	}
	taken, err := tx.TakenAccountEmails(ctx, emails)
	if err != nil {
		return nil, fmt.Errorf("look up e-mail addresses: %w", err)
	}
	for _, e := range taken {
		c.emails[e] = true
	}
	for i := range wanted {
		if wanted[i].ID == "" {
			continue
		}
		if !wanted[i].ID.Valid() || c.ids[wanted[i].ID] {
			return nil, fault.Newf(fault.Invalid, "%q is not an account id, or is wanted twice.", wanted[i].ID)
		}
		c.ids[wanted[i].ID] = true
	}
	fixed := make([]arn.AccountID, 0, len(c.ids))
	for id := range c.ids {
		fixed = append(fixed, id)
	}
	clash, err := tx.TakenAccountIDs(ctx, fixed)
	if err != nil {
		return nil, fmt.Errorf("look up account ids: %w", err)
	}
	if len(clash) > 0 {
		return nil, fault.Newf(fault.Conflict, "An account with the id %s exists already.", clash[0])
	}
	return c, s.freeIDs(ctx, tx, c, wanted)
}

// freeIDs gives random, free ids to the accounts that want no certain one.
func (s *Service) freeIDs(ctx context.Context, tx Tx, c *creation, wanted []NewAccount) error {
	for {
		var fresh []arn.AccountID
		for i := range wanted {
			if wanted[i].ID != "" {
				continue
			}
			id := s.newAccountID()
			if c.ids[id] {
				continue
			}
			c.ids[id], wanted[i].ID = true, id
			fresh = append(fresh, id)
		}
		if len(fresh) == 0 {
			return nil
		}
		taken, err := tx.TakenAccountIDs(ctx, fresh)
		if err != nil {
			return fmt.Errorf("look up account ids: %w", err)
		}
		for i := range wanted {
			if slices.Contains(taken, wanted[i].ID) {
				wanted[i].ID = ""
			}
		}
	}
}

// newAccountID returns twelve digits. The first is no zero: too many programs
// read account ids as numbers.
func (s *Service) newAccountID() arn.AccountID {
	return arn.AccountID(s.Mint.From(s.Mint.From("", mint.Digits[1:], 1), mint.Digits, 11))
}

// add settles one account of the batch.
func (s *Service) add(c *creation, n NewAccount) CreateStatus {
	status := CreateStatus{
		ID: s.Mint.From("car-", mint.Hex, 32), Name: n.Name, State: Failed,
		Requested: c.now, Completed: c.now,
	}
	switch {
	case c.emails[EmailKey(n.Email)]:
		status.Failure = EmailExists
		return status
	case c.room <= 0:
		status.Failure = LimitExceeded
		return status
	}
	c.emails[EmailKey(n.Email)] = true
	c.room--
	status.State, status.Account = Succeeded, n.ID
	c.accounts = append(c.accounts, Account{
		ID: n.ID, Name: n.Name, Email: n.Email, State: Active,
		Organization: c.org.ID, ParentID: orRoot(n.Parent, c.org), JoinedMethod: Created, Joined: c.now, Created: c.now,
	})
	c.tags = append(c.tags, tagsOf(string(n.ID), n.Tags)...)
	role := n.RoleName
	if role == "" {
		role = AccessRole
	}
	c.roles = append(c.roles, AccountRole{
		Account: n.ID, Name: role, ManagedPolicyARNs: []string{administratorAccess},
		TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` +
			arn.IAM(c.org.Management, "root") + `"},"Action":"sts:AssumeRole"}]}`,
	})
	return status
}

func orRoot(parent string, org Organization) string {
	if parent == "" {
		return org.Root
	}
	return parent
}

// CreateStatus returns how the creation of an account stands.
func (a Acting) CreateStatus(ctx context.Context, id string) (status CreateStatus, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		var found bool
		status, found, err = tx.OrgCreateStatus(ctx, org.ID, id)
		if err == nil && !found {
			err = refuse(CreateStatusNotFound, fault.NotFound, "You specified an create account request that doesn't exist.")
		}
		return err
	})
	return status, err
}

// CreateStatuses lists creations by id; no states means all.
func (a Acting) CreateStatuses(ctx context.Context, states []CreateState, page paging.Page) (all []CreateStatus, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		all, err = tx.OrgCreateStatuses(ctx, org.ID, states, more(page))
		return err
	})
	if err != nil {
		return nil, "", err
	}
	all, next = paging.Cut(all, page.Limit, func(c CreateStatus) string { return c.ID })
	return all, next, nil
}
