package organizations_test

import (
	"slices"
	"testing"

	"foyer/internal/organizations"
)

func TestMembersLeave(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	broke(t, h.RemoveAccount(t.Context(), account), organizations.ConstraintViolation, organizations.WaitPeriod)
	broke(t, h.As(account).Leave(t.Context()), organizations.ConstraintViolation, organizations.WaitPeriod)
	h.now = h.now.Add(4 * day)
	mustDo(t, h.RegisterDelegate(t.Context(), account, "sso.amazonaws.com"))
	broke(t, h.RemoveAccount(t.Context(), account), organizations.ConstraintViolation, organizations.DelegateStays)
	mustDo(t, h.DeregisterDelegate(t.Context(), account, "sso.amazonaws.com"))
	mustDo(t, h.Tag(t.Context(), string(account), map[string]string{"a": "b"}))
	mustDo(t, h.RemoveAccount(t.Context(), account))

	alone, err := h.DescribeAccount(t.Context(), account)
	if err != nil || alone.Organization != "" || alone.ParentID != "" || alone.State != organizations.Active {
		t.Errorf("it is %+v, %v", alone, err)
	}
	if c, err := h.ControlPolicies(t.Context(), account); err != nil || !c.Exempt || c.Suspended || c.OrgID != "" {
		t.Errorf("over it: %+v, %v", c, err)
	}
	if !slices.Equal(h.gone, []organizations.Departure{{Account: account, Organization: h.org.ID}}) {
		t.Errorf("gone: %+v", h.gone)
	}
	broke(t, h.RemoveAccount(t.Context(), account), organizations.AccountNotFound, "")
	broke(t, h.As(account).Leave(t.Context()), organizations.NotInUse, "")
	broke(t, h.RemoveAccount(t.Context(), management), organizations.ManagementCannotLeave, "")
	broke(t, h.Leave(t.Context()), organizations.ManagementCannotLeave, "")
	broke(t, h.As(h.member(t, "other")).RemoveAccount(t.Context(), account), organizations.AccessDenied, "")
}

func TestClosedAccountsAreShownForNinetyDays(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	mustDo(t, h.CloseAccount(t.Context(), account))
	closed, err := h.Account(t.Context(), account)
	if err != nil || closed.State != organizations.Closed || closed.Status() != "SUSPENDED" {
		t.Errorf("closed = %+v, %v", closed, err)
	}
	if c, err := h.ControlPolicies(t.Context(), account); err != nil || !c.Suspended {
		t.Errorf("over it: %+v, %v", c, err)
	}
	h.now = h.now.Add(90 * day)
	broke(t, h.RemoveAccount(t.Context(), account), organizations.ConstraintViolation, organizations.CannotLeave)
	broke(t, h.DeleteOrganization(t.Context()), organizations.OrganizationNotEmpty, "")
	if n, err := h.Purge(t.Context(), 10); err != nil || n != 0 {
		t.Errorf("on the ninetieth day: %d, %v", n, err)
	}
	h.now = h.now.Add(day)
	if n, err := h.Purge(t.Context(), 10); err != nil || n != 1 {
		t.Errorf("after: %d, %v", n, err)
	}
	if n, err := h.Purge(t.Context(), 10); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	_, err = h.Account(t.Context(), account)
	broke(t, err, organizations.AccountNotFound, "")
	want := []organizations.Departure{{Account: account, Organization: h.org.ID, Closed: true}, {Account: account, Organization: h.org.ID}}
	if !slices.Equal(h.gone, want) {
		t.Errorf("gone: %+v, want %+v", h.gone, want)
	}
	if made, err := h.CreateAccounts(t.Context(), management, []organizations.NewAccount{{Name: "prod", Email: "prod@example.net"}}); err != nil || made[0].Failure != organizations.EmailExists {
		t.Errorf("its address is free: %+v, %v", made, err)
	}
}

func TestAnEmptyOrganizationIsDeleted(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	ou := h.unit(t, h.org.Root, "Workloads")
	mustDo(t, h.Tag(t.Context(), ou.ID, map[string]string{"a": "b"}))
	h.scp(t, "NoS3")
	broke(t, h.As(account).DeleteOrganization(t.Context()), organizations.AccessDenied, "")
	broke(t, h.DeleteOrganization(t.Context()), organizations.OrganizationNotEmpty, "")
	h.now = h.now.Add(4 * day)
	mustDo(t, h.RemoveAccount(t.Context(), account))
	mustDo(t, h.DeleteOrganization(t.Context()))
	_, err := h.Organization(t.Context())
	broke(t, err, organizations.NotInUse, "")

	again, err := h.CreateOrganization(t.Context(), organizations.NewOrganization{Management: management})
	if err != nil || again.ID == h.org.ID {
		t.Errorf("again = %+v, %v", again, err)
	}
	if units, _, err := h.UnitsForParent(t.Context(), again.Root, all); err != nil || len(units) != 0 {
		t.Errorf("units = %+v, %v", units, err)
	}
}

func TestGovCloudAccountsNeedOne(t *testing.T) {
	h := open(t)
	broke(t, h.CreateGovCloudAccount(t.Context()), organizations.ConstraintViolation, organizations.NoGovCloud)
	broke(t, h.As(h.member(t, "prod")).CreateGovCloudAccount(t.Context()), organizations.AccessDenied, "")
}
