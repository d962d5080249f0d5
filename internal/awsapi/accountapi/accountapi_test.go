package accountapi_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	api "foyer/internal/awsapi/accountapi"
	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/organizations"
	"foyer/internal/paging"
	"foyer/internal/seal"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/wire"
)

const management = arn.AccountID("111122223333")

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// open is the service over an organization of two accounts, and the member's id.
func open(t *testing.T) (*api.Service, arn.AccountID) {
	t.Helper()
	db := storetest.Memory(t, func() time.Time { return now })
	ring, err := seal.NewKeyring(rand.Reader, seal.Key{ID: "k1", Master: []byte(strings.Repeat("a", seal.KeySize))})
	must(t, err)
	orgs := &organizations.Service{
		InTx:     sqlstore.Through(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		View:     sqlstore.Viewed(db, func(tx *sqlstore.Tx) organizations.Tx { return tx }),
		Mint:     mint.Mint{Source: rand.Reader},
		PutRoles: func(context.Context, []organizations.AccountRole) error { return nil },
	}
	must(t, orgs.CreateStandalone(t.Context(), management, "Management", "root@example.net"))
	must(t, orgs.SetContact(t.Context(), management, organizations.Contact{
		FullName: "Ann Lee", AddressLine1: "1 Main Street", City: "Berlin", PostalCode: "10115", CountryCode: "DE", PhoneNumber: "+49 30 1",
	}))
	_, err = orgs.CreateOrganization(t.Context(), organizations.NewOrganization{Management: management, TrustedServices: []string{organizations.AccountManagement}})
	must(t, err)
	made, err := orgs.CreateAccounts(t.Context(), management, []organizations.NewAccount{{Name: "prod", Email: "prod@example.net"}})
	must(t, err)
	return &api.Service{Organizations: orgs, Tokens: paging.Tokens{Ring: ring}}, made[0].Account
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func by(account arn.AccountID) *wire.Call {
	return &wire.Call{Caller: caller.Caller{Kind: caller.Root, Account: account, ARN: arn.IAM(account, "root")}, Time: now}
}

func TestAnAccountsInformation(t *testing.T) {
	s, account := open(t)
	got, err := s.GetAccountInformation(t.Context(), by(account), &api.GetAccountInformationRequest{})
	must(t, err)
	if *got.AccountId != string(account) || *got.AccountName != "prod" || *got.AccountState != "ACTIVE" || !got.AccountCreatedDate.Equal(now) {
		t.Errorf("information = %+v", got)
	}
	_, err = s.PutAccountName(t.Context(), by(management), &api.PutAccountNameRequest{AccountName: "Production", AccountId: new(string(account))})
	must(t, err)
	if got, err = s.GetAccountInformation(t.Context(), by(management), &api.GetAccountInformationRequest{AccountId: new(string(account))}); err != nil || *got.AccountName != "Production" {
		t.Errorf("information = %+v, %v", got, err)
	}
	contact, err := s.GetContactInformation(t.Context(), by(account), &api.GetContactInformationRequest{})
	must(t, err)
	if c := contact.ContactInformation; c.FullName != "Ann Lee" || c.CountryCode != "DE" || c.CompanyName != nil {
		t.Errorf("contact = %+v", c)
	}
	code := func(err error) string { return s.API().Fault(err).Code }
	if _, err = s.GetAccountInformation(t.Context(), by(account), &api.GetAccountInformationRequest{AccountId: new(string(management))}); code(err) != "AccessDeniedException" {
		t.Errorf("a member asks about the manager: %v", err)
	}
	must(t, s.Organizations.CreateStandalone(t.Context(), "444455556666", "Alone", "alone@example.net"))
	if _, err = s.GetContactInformation(t.Context(), by("444455556666"), &api.GetContactInformationRequest{}); code(err) != "ResourceNotFoundException" {
		t.Errorf("without a contact: %v", err)
	}
}

func TestRegionsArePagedAndFiltered(t *testing.T) {
	s, account := open(t)
	in := &api.ListRegionsRequest{MaxResults: new(int64(10)), RegionOptStatusContains: []string{"ENABLED_BY_DEFAULT", "DISABLED"}}
	pages, seen := 0, map[string]string{}
	for {
		out, err := s.ListRegions(t.Context(), by(account), in)
		must(t, err)
		for _, r := range out.Regions {
			seen[*r.RegionName] = *r.RegionOptStatus
		}
		pages++
		if in.NextToken = out.NextToken; out.NextToken == nil {
			break
		}
	}
	if len(seen) != len(organizations.Regions()) || pages != 4 || seen["eu-central-1"] != "ENABLED_BY_DEFAULT" || seen["af-south-1"] != "DISABLED" {
		t.Errorf("%d pages of %v", pages, seen)
	}
	out, err := s.ListRegions(t.Context(), by(account), &api.ListRegionsRequest{RegionOptStatusContains: []string{"ENABLING"}})
	if err != nil || len(out.Regions) != 0 || out.NextToken != nil {
		t.Errorf("enabling: %+v, %v", out, err)
	}
	if _, err := s.ListRegions(t.Context(), by(account), &api.ListRegionsRequest{NextToken: new("x")}); s.API().Fault(err).Code != "ValidationException" {
		t.Errorf("a forged token: %v", err)
	}
	if _, err := s.ListRegions(t.Context(), by(account), &api.ListRegionsRequest{AccountId: new("444455556666")}); s.API().Fault(err).Code != "AccessDeniedException" {
		t.Errorf("a stranger's: %v", err)
	}
}

func TestDemands(t *testing.T) {
	s, account := open(t)
	org, err := s.Organizations.As(management).Organization(t.Context())
	must(t, err)
	for operation, authorize := range s.API().Authorize {
		in := s.API().Operations[operation].New()
		demands, err := authorize(t.Context(), by(account), in)
		if err != nil || len(demands) != 1 || demands[0].Action != "account:"+operation || demands[0].Resource != "arn:aws:account::"+string(account)+":account" {
			t.Errorf("%s demands %+v, %v", operation, demands, err)
		}
	}
	get := s.API().Authorize["GetAccountInformation"]
	demands, err := get(t.Context(), by(management), &api.GetAccountInformationRequest{AccountId: new(string(account))})
	if err != nil || demands[0].Resource != "arn:aws:account::111122223333:account/"+org.ID+"/"+string(account) {
		t.Errorf("of a member: %+v, %v", demands, err)
	}
	if _, err := get(t.Context(), by("444455556666"), &api.GetAccountInformationRequest{AccountId: new(string(account))}); err != nil {
		t.Errorf("outside an organization: %v", err)
	}
}

func TestEveryFailureHasACodeOfTheModel(t *testing.T) {
	s, _ := open(t)
	contract := s.API()
	for kind := range fault.NumKinds {
		if e := contract.Fault(fault.Newf(fault.Kind(kind), "kind %d", kind)); contract.Errors[e.Code].Code == "" {
			t.Errorf("kind %d has the code %q, which the model does not hold", kind, e.Code)
		}
	}
	own := &wire.Error{Code: "Own"}
	if got := contract.Fault(errors.Join(own)); got != own {
		t.Errorf("a wire error is answered as %v", got)
	}
}
