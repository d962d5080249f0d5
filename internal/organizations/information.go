package organizations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"foyer/internal/arn"
	"foyer/internal/fault"
)

// AccountManagement is the service whose delegated administrators may read and
// name the accounts of their organization.
const AccountManagement = "account.amazonaws.com"

// Contact is the primary contact information of an account.
type Contact struct {
	FullName         string // 1–50 characters
	AddressLine1     string // 1–60 characters
	AddressLine2     string `json:",omitempty"`
	AddressLine3     string `json:",omitempty"`
	City             string // 1–50 characters
	StateOrRegion    string `json:",omitempty"`
	DistrictOrCounty string `json:",omitempty"`
	PostalCode       string // 1–20 characters
	CountryCode      string // ISO 3166: two letters
	PhoneNumber      string // +49 …, at most 20 characters
	CompanyName      string `json:",omitempty"`
	WebsiteURL       string `json:"WebsiteUrl,omitempty"`
}

var (
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	phoneNumber = regexp.MustCompile(`^[+][\s0-9()-]{1,19}$`)
)

// ParseContact reads contact information from JSON with AWS's member names.
func ParseContact(text string) (c Contact, err error) {
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return Contact{}, err
	}
	var mistakes []error
	for _, m := range []struct {
		name, value string
		most        int
		needed      bool
	}{
		{"FullName", c.FullName, 50, true},
		{"AddressLine1", c.AddressLine1, 60, true}, {"AddressLine2", c.AddressLine2, 60, false}, {"AddressLine3", c.AddressLine3, 60, false},
		{"City", c.City, 50, true}, {"StateOrRegion", c.StateOrRegion, 50, false}, {"DistrictOrCounty", c.DistrictOrCounty, 50, false},
		{"PostalCode", c.PostalCode, 20, true}, {"CompanyName", c.CompanyName, 50, false}, {"WebsiteUrl", c.WebsiteURL, 256, false},
	} {
		if n := utf8.RuneCountInString(m.value); n > m.most || n == 0 && m.needed {
			mistakes = append(mistakes, fmt.Errorf("%s has %d characters: want at most %d", m.name, n, m.most))
		}
	}
	if !countryCode.MatchString(c.CountryCode) {
		mistakes = append(mistakes, fmt.Errorf("CountryCode %q: want two capital letters", c.CountryCode))
	}
	if !phoneNumber.MatchString(c.PhoneNumber) {
		mistakes = append(mistakes, fmt.Errorf("PhoneNumber %q: want + and digits", c.PhoneNumber))
	}
	return c, errors.Join(mistakes...)
}

// InformationTx stores what accounts say of themselves.
type InformationTx interface {
	// PutAccountContacts gives accounts the same contact information.
	PutAccountContacts(ctx context.Context, ids []arn.AccountID, c Contact) error
	AccountContact(ctx context.Context, id arn.AccountID) (Contact, bool, error)
	RenameOrgAccount(ctx context.Context, id arn.AccountID, name string) error
}

// SetContact gives an account its contact information. Accounts that its
// organization makes from then on begin with the same.
func (s *Service) SetContact(ctx context.Context, id arn.AccountID, c Contact) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.PutAccountContacts(ctx, []arn.AccountID{id}, c) })
}

// asAdministrator returns the account that a is asking about: its own when id
// is "". About another it may ask when it manages the organization, or
// administers account management for it, and that service is trusted.
func (a Acting) asAdministrator(ctx context.Context, tx Tx, id arn.AccountID) (Account, error) {
	if id == "" {
		account, found, err := tx.OrgAccount(ctx, a.account)
		if err == nil && !found {
			err = denied()
		}
		return account, err
	}
	org, found, err := tx.OrganizationOf(ctx, a.account)
	if err != nil {
		return Account{}, fmt.Errorf("organization of %s: %w", a.account, err)
	}
	if !found || org.Features != AllFeatures || id == org.Management {
		return Account{}, denied()
	}
	trusted, err := tx.HasOrgServiceAccess(ctx, org.ID, AccountManagement)
	if err != nil {
		return Account{}, fmt.Errorf("access of %s: %w", AccountManagement, err)
	}
	may := a.account == org.Management
	if !may {
		if may, err = tx.IsOrgDelegate(ctx, org.ID, a.account, AccountManagement); err != nil {
			return Account{}, fmt.Errorf("delegations of %s: %w", a.account, err)
		}
	}
	account, err := member(ctx, tx, org, id)
	if fault.Of(err) == fault.NotFound || err == nil && (!trusted || !may) {
		err = denied()
	}
	return account, err
}

// Information returns an account: the asking one when id is "".
func (a Acting) Information(ctx context.Context, id arn.AccountID) (account Account, err error) {
	err = a.s.View(ctx, func(tx Tx) error {
		account, err = a.asAdministrator(ctx, tx, id)
		return err
	})
	return account, err
}

// Contact returns the contact information of an account: of the asking one when
// id is "". Where there is none it fails with a NotFound fault.
func (a Acting) Contact(ctx context.Context, id arn.AccountID) (c Contact, err error) {
	err = a.s.View(ctx, func(tx Tx) error {
		account, err := a.asAdministrator(ctx, tx, id)
		if err != nil {
			return err
		}
		var found bool
		if c, found, err = tx.AccountContact(ctx, account.ID); err == nil && !found {
			err = fault.Newf(fault.NotFound, "No contact information found for the account.")
		}
		return err
	})
	return c, err
}

// Rename gives an account a new name: the asking one when id is "".
func (a Acting) Rename(ctx context.Context, id arn.AccountID, name string) error {
	return a.s.InTx(ctx, func(tx Tx) error {
		account, err := a.asAdministrator(ctx, tx, id)
		if err != nil {
			return err
		}
		return tx.RenameOrgAccount(ctx, account.ID, name)
	})
}
