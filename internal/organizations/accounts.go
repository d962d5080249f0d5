package organizations

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// State is where an account is in its life.
type State string

// The states Foyer's accounts have.
const (
	Active State = "ACTIVE"
	Closed State = "CLOSED" // by its owner; shown for ninety days
)

// JoinedMethod says how an account came into its organization.
type JoinedMethod string

// The ways into an organization.
const (
	Invited JoinedMethod = "INVITED" // also the management account
	Created JoinedMethod = "CREATED"
)

// Account is an AWS account.
type Account struct {
	ID           arn.AccountID
	ARN          string // in its organization; "" when standalone
	Name         string // 1–50 printable ASCII characters
	Email        string // of the root user; unique but for case
	State        State
	Organization string // o-…; "" when standalone
	ParentID     string // r-… or ou-…; "" when standalone
	Path         string // o-…/r-…/ou-…/<account>/; "" when standalone
	JoinedMethod JoinedMethod
	Joined       time.Time // when it came into its organization, or was made
	Created      time.Time // when it was made
	Closed       time.Time // zero while it is not
}

// Status is the account's state in the older words of the API.
func (a Account) Status() string {
	if a.State == Closed {
		return "SUSPENDED"
	}
	return string(a.State)
}

// AccountTx stores accounts.
type AccountTx interface {
	// PutOrgAccounts adds accounts whose ids and e-mail addresses are free.
	PutOrgAccounts(context.Context, []Account) error
	// OrgAccountsOf finds accounts; what is not there is not in the answer.
	OrgAccountsOf(ctx context.Context, ids []arn.AccountID) (map[arn.AccountID]Account, error)
	OrgAccount(ctx context.Context, id arn.AccountID) (Account, bool, error)
	// OrgAccounts lists by id; organization "" lists those of the whole installation.
	OrgAccounts(ctx context.Context, organization string, page paging.Page) ([]Account, error)
	// OrgAccountsUnder lists by id those right under a root or unit.
	OrgAccountsUnder(ctx context.Context, parent string, page paging.Page) ([]Account, error)
	CountOrgAccounts(ctx context.Context, organization string) (int, error)
	// CountAccountsAfter counts those of all organizations whose ids come after one.
	CountAccountsAfter(ctx context.Context, id arn.AccountID) (int, error)
	// CountOrgClosed counts the accounts closed since.
	CountOrgClosed(ctx context.Context, organization string, since time.Time) (int, error)
	// TakenAccountIDs answers which of ids exist.
	TakenAccountIDs(ctx context.Context, ids []arn.AccountID) ([]arn.AccountID, error)
	// TakenAccountEmails answers, in the form of EmailKey, which addresses exist.
	TakenAccountEmails(ctx context.Context, emails []string) ([]string, error)
	JoinOrganization(ctx context.Context, id arn.AccountID, organization, parent string, method JoinedMethod, at time.Time) error
	// LeaveOrganization makes an account standalone.
	LeaveOrganization(ctx context.Context, id arn.AccountID) error
	// OrgAccountByEmail finds an account by its address in the form of EmailKey.
	OrgAccountByEmail(ctx context.Context, email string) (Account, bool, error)
	// OrgClosedBefore returns accounts closed before a time that are still in
	// their organizations.
	OrgClosedBefore(ctx context.Context, before time.Time, limit int) ([]Account, error)
	MoveOrgAccount(ctx context.Context, id arn.AccountID, parent string) error
	CloseOrgAccount(ctx context.Context, id arn.AccountID, at time.Time) error

	PutOrgCreateStatuses(context.Context, string, []CreateStatus) error
	OrgCreateStatus(ctx context.Context, organization, id string) (CreateStatus, bool, error)
	// OrgCreateStatuses lists by id; no states means all.
	OrgCreateStatuses(ctx context.Context, organization string, states []CreateState, page paging.Page) ([]CreateStatus, error)
}

// CreateStandalone makes an account that is in no organization, as signing up
// with AWS does. An id or e-mail address that is taken is a Conflict fault.
func (s *Service) CreateStandalone(ctx context.Context, id arn.AccountID, name, email string) error {
	if !id.Valid() {
		return fault.Newf(fault.Invalid, "%q is not an account id: want twelve digits.", id)
	}
	return s.InTx(ctx, func(tx Tx) error {
		ids, err := tx.TakenAccountIDs(ctx, []arn.AccountID{id})
		if err != nil {
			return err
		}
		emails, err := tx.TakenAccountEmails(ctx, []string{EmailKey(email)})
		if err != nil {
			return err
		}
		if len(ids)+len(emails) > 0 {
			return fault.Newf(fault.Conflict, "An account with the id %s or its e-mail address exists already.", id)
		}
		return tx.PutOrgAccounts(ctx, []Account{{
			ID: id, Name: name, Email: email, State: Active, JoinedMethod: Invited, Joined: tx.Now(), Created: tx.Now(),
		}})
	})
}

// DescribeAccount returns any account of the installation, or a NotFound fault.
func (s *Service) DescribeAccount(ctx context.Context, id arn.AccountID) (account Account, err error) {
	err = s.View(ctx, func(tx Tx) error {
		var found bool
		account, found, err = tx.OrgAccount(ctx, id)
		if err == nil && !found {
			err = accountNotFound()
		}
		return err
	})
	return account, err
}

// DescribeAccounts returns those of the accounts of the installation that exist,
// in the order asked.
func (s *Service) DescribeAccounts(ctx context.Context, ids []arn.AccountID) ([]Account, error) {
	var found map[arn.AccountID]Account
	err := s.View(ctx, func(tx Tx) (err error) {
		found, err = tx.OrgAccountsOf(ctx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("describe %d accounts: %w", len(ids), err)
	}
	all := make([]Account, 0, len(found))
	for _, id := range ids {
		if a, ok := found[id]; ok {
			all = append(all, a)
		}
	}
	return all, nil
}

// Accounts lists the accounts of the whole installation, by id.
func (s *Service) Accounts(ctx context.Context, page paging.Page) (all []Account, next string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		all, err = tx.OrgAccounts(ctx, "", more(page))
		return err
	})
	return cut(all, page, err)
}

// CountAccounts counts the accounts, of all organizations, whose ids come after one.
func (s *Service) CountAccounts(ctx context.Context, after arn.AccountID) (n int, err error) {
	err = s.View(ctx, func(tx Tx) error {
		n, err = tx.CountAccountsAfter(ctx, after)
		return err
	})
	return n, err
}

func accountNotFound() error {
	return refuse(AccountNotFound, fault.NotFound, "You specified an account that doesn't exist.")
}

// more asks for one item beyond page, to learn whether there is another page.
func more(page paging.Page) paging.Page {
	return paging.Page{After: page.After, Limit: page.Limit + 1}
}

func cut(all []Account, page paging.Page, err error) ([]Account, string, error) {
	if err != nil {
		return nil, "", err
	}
	all, next := paging.Cut(all, page.Limit, func(a Account) string { return string(a.ID) })
	return all, next, nil
}

// Account returns an account of the organization.
func (a Acting) Account(ctx context.Context, id arn.AccountID) (account Account, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		account, err = member(ctx, tx, org, id)
		return err
	})
	return account, err
}

// member returns an account of org, or an AccountNotFound refusal.
func member(ctx context.Context, tx Tx, org Organization, id arn.AccountID) (Account, error) {
	account, found, err := tx.OrgAccount(ctx, id)
	if err != nil {
		return Account{}, fmt.Errorf("account %s: %w", id, err)
	}
	if !found || account.Organization != org.ID {
		return Account{}, accountNotFound()
	}
	return account, nil
}

// Accounts lists the organization's accounts, by id.
func (a Acting) Accounts(ctx context.Context, page paging.Page) (all []Account, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		all, err = tx.OrgAccounts(ctx, org.ID, more(page))
		return err
	})
	return cut(all, page, err)
}

// AccountsForParent lists the accounts right under a root or unit, by id.
func (a Acting) AccountsForParent(ctx context.Context, parent string, page paging.Page) (all []Account, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if _, err := place(ctx, tx, org, parent, ParentNotFound); err != nil {
			return err
		}
		all, err = tx.OrgAccountsUnder(ctx, parent, more(page))
		return err
	})
	return cut(all, page, err)
}

// MoveAccount puts an account under another root or unit of the organization.
func (a Acting) MoveAccount(ctx context.Context, id arn.AccountID, from, to string) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		account, err := member(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if _, err := place(ctx, tx, org, from, SourceParentNotFound); err != nil {
			return err
		}
		if _, err := place(ctx, tx, org, to, DestinationParentNotFound); err != nil {
			return err
		}
		if account.ParentID == to {
			return refuse(DuplicateAccount, fault.Conflict, "An account with the same ID already exists in the destination parent.")
		}
		if account.ParentID != from {
			return noPlace(SourceParentNotFound)
		}
		return tx.MoveOrgAccount(ctx, id, to)
	})
}

// closingPeriod is how far back closed accounts count against the quota.
const closingPeriod = 30 * 24 * time.Hour

// CloseAccount suspends a member account. At most a tenth of the accounts, but
// always ten, can be closed within thirty days.
func (a Acting) CloseAccount(ctx context.Context, id arn.AccountID) error {
	return a.asManager(ctx, func(tx Tx, org Organization) error {
		account, err := member(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if err := closable(ctx, tx, org, account); err != nil {
			return err
		}
		if err := tx.CloseOrgAccount(ctx, id, tx.Now()); err != nil {
			return fmt.Errorf("close account %s: %w", id, err)
		}
		return a.s.gone(ctx, Departure{Account: id, Organization: org.ID, Closed: true})
	})
}

func closable(ctx context.Context, tx Tx, org Organization, account Account) error {
	if account.ID == org.Management {
		return violates(ManagementStays, "You cannot close the management account of an organization.")
	}
	if account.State != Active {
		return refuse(AccountAlreadyClosed, fault.Conflict, "The provided account is already closed.")
	}
	delegate, err := tx.IsOrgDelegate(ctx, org.ID, account.ID, "")
	if err != nil {
		return fmt.Errorf("delegations of %s: %w", account.ID, err)
	}
	if delegate {
		return violates(DelegateStays, "The account is registered as a delegated administrator. Deregister it first.")
	}
	all, err := tx.CountOrgAccounts(ctx, org.ID)
	if err != nil {
		return fmt.Errorf("count accounts of %s: %w", org.ID, err)
	}
	closed, err := tx.CountOrgClosed(ctx, org.ID, tx.Now().Add(-closingPeriod))
	if err != nil {
		return fmt.Errorf("count closed accounts of %s: %w", org.ID, err)
	}
	if closed >= min(max(10, all/10), 1000) {
		return violates(TooManyClosed, "You have exceeded the close account quota for the past 30 days.")
	}
	return nil
}
