package organizations_test

import (
	"strings"
	"testing"

	"foyer/internal/fault"
	"foyer/internal/organizations"
)

const contactJSON = `{"FullName":"Ann Lee","AddressLine1":"1 Main Street","City":"Berlin","PostalCode":"10115","CountryCode":"DE","PhoneNumber":"+49 30 1234567","WebsiteUrl":"https://example.net"}`

func TestContactsAreParsed(t *testing.T) {
	c, err := organizations.ParseContact(contactJSON)
	if err != nil || c.FullName != "Ann Lee" || c.WebsiteURL != "https://example.net" {
		t.Fatalf("contact = %+v, %v", c, err)
	}
	for name, tt := range map[string]struct{ from, to string }{
		"no JSON":           {contactJSON, "{"},
		"no name":           {"Ann Lee", ""},
		"a long city":       {"Berlin", strings.Repeat("x", 51)},
		"a country by name": {`"DE"`, `"Germany"`},
		"a phone of words":  {"+49 30 1234567", "call me"},
		"a long phone":      {"+49 30 1234567", "+" + strings.Repeat("1", 20)},
	} {
		if _, err := organizations.ParseContact(strings.Replace(contactJSON, tt.from, tt.to, 1)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestWhoSeesAndNamesAnAccount(t *testing.T) {
	h := open(t)
	account, admin := h.member(t, "prod"), h.member(t, "admin")
	h.standalone(t, stranger)
	denied := func(err error) {
		t.Helper()
		if fault.Of(err) != fault.Denied {
			t.Errorf("err = %v, want a denial", err)
		}
	}
	own, err := h.As(account).Information(t.Context(), "")
	if err != nil || own.Name != "prod" || !own.Created.Equal(h.now) {
		t.Errorf("its own = %+v, %v", own, err)
	}
	if _, err := h.As(stranger).Information(t.Context(), ""); err != nil {
		t.Errorf("a standalone account's own: %v", err)
	}
	_, err = h.Information(t.Context(), account)
	denied(err) // the service is not trusted
	mustDo(t, h.EnableServiceAccess(t.Context(), organizations.AccountManagement))
	mustDo(t, h.RegisterDelegate(t.Context(), admin, organizations.AccountManagement))
	for _, by := range []organizations.Acting{h.Acting, h.As(admin)} {
		if got, err := by.Information(t.Context(), account); err != nil || got.ID != account {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	_, err = h.As(account).Information(t.Context(), admin)
	denied(err)
	_, err = h.As(stranger).Information(t.Context(), admin)
	denied(err)
	_, err = h.Information(t.Context(), stranger)
	denied(err)
	_, err = h.Information(t.Context(), management)
	denied(err) // it asks about itself without an id
	_, err = h.As(admin).Information(t.Context(), management)
	denied(err)
	_, err = h.As("000000000000").Information(t.Context(), "")
	denied(err)

	mustDo(t, h.As(account).Rename(t.Context(), "", "Production"))
	mustDo(t, h.As(admin).Rename(t.Context(), admin, "Administration"))
	denied(h.As(account).Rename(t.Context(), admin, "Mine"))
	if got, err := h.Account(t.Context(), account); err != nil || got.Name != "Production" {
		t.Errorf("renamed = %+v, %v", got, err)
	}
}

func TestNewAccountsHaveTheManagersContact(t *testing.T) {
	h := open(t)
	before := h.member(t, "before")
	c, err := organizations.ParseContact(contactJSON)
	mustDo(t, err)
	mustDo(t, h.SetContact(t.Context(), management, c))
	after := h.member(t, "after")
	if _, err := h.As(before).Contact(t.Context(), ""); fault.Of(err) != fault.NotFound {
		t.Errorf("before: %v", err)
	}
	if got, err := h.As(after).Contact(t.Context(), ""); err != nil || got != c {
		t.Errorf("after: %+v, %v", got, err)
	}
	if _, err := h.As(after).Contact(t.Context(), before); fault.Of(err) != fault.Denied {
		t.Errorf("another's: %v", err)
	}
}
