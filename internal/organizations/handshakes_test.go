package organizations_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
)

const (
	day      = 24 * time.Hour
	stranger = arn.AccountID("444455556666")
)

// standalone makes an account in no organization.
func (h *house) standalone(t testing.TB, id arn.AccountID) arn.AccountID {
	t.Helper()
	mustDo(t, h.CreateStandalone(t.Context(), id, "Account "+string(id), string(id)+"@example.net"))
	return id
}

// invite asks an account by its id.
func (h *house) invite(t testing.TB, id arn.AccountID) organizations.Handshake {
	t.Helper()
	i, err := h.Invite(t.Context(), organizations.Invitation{Party: string(id), Type: organizations.AccountParty, Notes: "come", Tags: map[string]string{"team": "red"}})
	mustDo(t, err)
	return i
}

func TestAnInvitedAccountJoins(t *testing.T) {
	h := open(t)
	h.standalone(t, stranger)
	sent := h.invite(t, stranger)
	if sent.State != organizations.HandshakeOpen || sent.Expires.Sub(sent.Requested) != 15*day || sent.ManagementName != "Management" ||
		sent.ARN != "arn:aws:organizations::111122223333:handshake/"+h.org.ID+"/invite/"+sent.ID {
		t.Errorf("sent = %+v", sent)
	}
	theirs, _, err := h.As(stranger).HandshakesForAccount(t.Context(), organizations.HandshakeFilter{}, all)
	if err != nil || len(theirs) != 1 || theirs[0].ID != sent.ID || theirs[0].Notes != "come" || theirs[0].ManagementEmail != "root@example.net" {
		t.Fatalf("the account is shown %+v, %v", theirs, err)
	}
	if _, err := h.As(stranger).Organization(t.Context()); err == nil {
		t.Error("it is a member before it answers")
	}
	accepted, err := h.As(stranger).Accept(t.Context(), sent.ID)
	if err != nil || accepted.State != organizations.HandshakeAccepted {
		t.Fatalf("accepted = %+v, %v", accepted, err)
	}
	account, err := h.Account(t.Context(), stranger)
	mustDo(t, err)
	if account.ParentID != h.org.Root || account.JoinedMethod != organizations.Invited || !account.Joined.Equal(h.now) {
		t.Errorf("member = %+v", account)
	}
	tags, _, err := h.Tags(t.Context(), string(stranger), all)
	if err != nil || len(tags) != 1 || tags[0].Value != "red" {
		t.Errorf("tags = %+v, %v", tags, err)
	}
	attached, _, err := h.PoliciesForTarget(t.Context(), string(stranger), organizations.ServiceControl, all)
	if err != nil || len(attached) != 1 {
		t.Errorf("policies = %+v, %v", attached, err)
	}
	if !slices.Equal(h.linked, []arn.AccountID{management, stranger}) || len(h.roles) != 0 {
		t.Errorf("linked %v, made roles %v", h.linked, h.roles)
	}
	_, err = h.As(stranger).Accept(t.Context(), sent.ID)
	broke(t, err, organizations.HandshakeAlreadyInState, "")
	_, err = h.As(stranger).Decline(t.Context(), sent.ID)
	broke(t, err, organizations.InvalidTransition, "")
	_, err = h.Cancel(t.Context(), sent.ID)
	broke(t, err, organizations.InvalidTransition, "")
	_, err = h.Invite(t.Context(), organizations.Invitation{Party: string(stranger), Type: organizations.AccountParty})
	broke(t, err, organizations.HandshakeViolation, organizations.InAnOrganization)
}

func TestWhoMayAnswerAHandshake(t *testing.T) {
	h := open(t)
	member := h.member(t, "prod")
	h.standalone(t, stranger)
	other := h.standalone(t, "777788889999")
	sent := h.invite(t, stranger)
	for name, tt := range map[string]struct {
		do   func(organizations.Acting) error
		by   arn.AccountID
		rule organizations.Rule
	}{
		"the sender accepts":   {func(a organizations.Acting) error { _, err := a.Accept(t.Context(), sent.ID); return err }, management, organizations.AccessDenied},
		"the sender declines":  {func(a organizations.Acting) error { _, err := a.Decline(t.Context(), sent.ID); return err }, management, organizations.AccessDenied},
		"the account cancels":  {func(a organizations.Acting) error { _, err := a.Cancel(t.Context(), sent.ID); return err }, stranger, organizations.AccessDenied},
		"another accepts":      {func(a organizations.Acting) error { _, err := a.Accept(t.Context(), sent.ID); return err }, other, organizations.HandshakeNotFound},
		"another reads":        {func(a organizations.Acting) error { _, err := a.Handshake(t.Context(), sent.ID); return err }, other, organizations.HandshakeNotFound},
		"a member reads":       {func(a organizations.Acting) error { _, err := a.Handshake(t.Context(), sent.ID); return err }, member, organizations.HandshakeNotFound},
		"one that is not here": {func(a organizations.Acting) error { _, err := a.Accept(t.Context(), "h-00000000"); return err }, stranger, organizations.HandshakeNotFound},
		"a member invites": {func(a organizations.Acting) error {
			_, err := a.Invite(t.Context(), organizations.Invitation{Party: string(other), Type: organizations.AccountParty})
			return err
		}, member, organizations.AccessDenied},
	} {
		t.Run(name, func(t *testing.T) { broke(t, tt.do(h.As(tt.by)), tt.rule, "") })
	}
	for _, party := range []arn.AccountID{management, stranger} {
		if got, err := h.As(party).Handshake(t.Context(), sent.ID); err != nil || got.ID != sent.ID {
			t.Errorf("%s reads %+v, %v", party, got, err)
		}
	}
	declined, err := h.As(stranger).Decline(t.Context(), sent.ID)
	if err != nil || declined.State != organizations.HandshakeDeclined {
		t.Errorf("declined = %+v, %v", declined, err)
	}
	again := h.invite(t, stranger)
	canceled, err := h.Cancel(t.Context(), again.ID)
	if err != nil || canceled.State != organizations.HandshakeCanceled {
		t.Errorf("canceled = %+v, %v", canceled, err)
	}
	_, err = h.Cancel(t.Context(), again.ID)
	broke(t, err, organizations.HandshakeAlreadyInState, "")
}

func TestInvitationsByEmail(t *testing.T) {
	h := open(t)
	i := organizations.Invitation{Party: "New@Example.net", Type: organizations.EmailParty}
	sent, err := h.Invite(t.Context(), i)
	mustDo(t, err)
	if sent.Account != "" || sent.Party != "New@Example.net" {
		t.Errorf("sent = %+v", sent)
	}
	_, err = h.Invite(t.Context(), organizations.Invitation{Party: "new@example.net", Type: organizations.EmailParty})
	broke(t, err, organizations.DuplicateHandshake, "")
	mustDo(t, h.CreateStandalone(t.Context(), stranger, "New", "new@example.net"))
	_, err = h.Invite(t.Context(), organizations.Invitation{Party: string(stranger), Type: organizations.AccountParty})
	broke(t, err, organizations.DuplicateHandshake, "")
	_, err = h.As(stranger).Accept(t.Context(), sent.ID)
	mustDo(t, err)

	for name, tt := range map[string]struct {
		organizations.Invitation
		reason string
	}{
		"no account":           {organizations.Invitation{Party: "000000000000", Type: organizations.AccountParty}, organizations.TargetNotSupported},
		"no address":           {organizations.Invitation{Party: "nobody", Type: organizations.EmailParty}, organizations.InvalidEmail},
		"an organization":      {organizations.Invitation{Party: h.org.ID, Type: "ORGANIZATION"}, organizations.WrongParty},
		"a tag of AWS's":       {organizations.Invitation{Party: "a@example.net", Type: organizations.EmailParty, Tags: map[string]string{"aws:x": ""}}, organizations.SystemTag},
		"an account by e-mail": {organizations.Invitation{Party: "x@y", Type: organizations.EmailParty}, organizations.InvalidEmail},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Invite(t.Context(), tt.Invitation)
			broke(t, err, organizations.InvalidInput, tt.reason)
		})
	}
}

func TestInvitationsExpire(t *testing.T) {
	h := open(t)
	h.standalone(t, stranger)
	sent := h.invite(t, stranger)
	h.now = h.now.Add(15*day - time.Second)
	if got, err := h.Handshake(t.Context(), sent.ID); err != nil || got.State != organizations.HandshakeOpen {
		t.Errorf("a second before: %+v, %v", got, err)
	}
	h.now = h.now.Add(time.Second)
	got, err := h.Handshake(t.Context(), sent.ID)
	if err != nil || got.State != organizations.HandshakeExpired {
		t.Errorf("after fifteen days: %+v, %v", got, err)
	}
	_, err = h.As(stranger).Accept(t.Context(), sent.ID)
	broke(t, err, organizations.InvalidTransition, "")
	h.invite(t, stranger) // the old one is in nobody's way
	listed := func() string {
		t.Helper()
		found, _, err := h.HandshakesForOrganization(t.Context(), organizations.HandshakeFilter{Action: organizations.InviteAction}, all)
		mustDo(t, err)
		states := make([]string, len(found))
		for i, f := range found {
			states[i] = string(f.State)
		}
		slices.Sort(states)
		return fmt.Sprint(states)
	}
	if got := listed(); got != "[EXPIRED OPEN]" {
		t.Errorf("listed: %s", got)
	}
	h.now = h.now.Add(30 * day)
	if got := listed(); got != "[EXPIRED]" {
		t.Errorf("thirty days later: %s", got)
	}
	if n, err := h.Purge(t.Context(), 100); err != nil || n != 1 {
		t.Errorf("purged %d, %v", n, err)
	}
	_, err = h.Handshake(t.Context(), sent.ID)
	broke(t, err, organizations.HandshakeNotFound, "")
}

func TestHandshakesArePaged(t *testing.T) {
	h := open(t)
	for i := range 5 {
		h.invite(t, h.standalone(t, arn.AccountID(fmt.Sprintf("55556666777%d", i))))
	}
	var seen []string
	page := paging.Page{Limit: 2}
	for {
		some, next, err := h.HandshakesForOrganization(t.Context(), organizations.HandshakeFilter{}, page)
		mustDo(t, err)
		for _, s := range some {
			seen = append(seen, s.ID)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if len(seen) != 5 || !slices.IsSorted(seen) {
		t.Errorf("seen %v", seen)
	}
	_, _, err := h.HandshakesForOrganization(t.Context(), organizations.HandshakeFilter{Action: "INVITE", Parent: "h-1"}, all)
	broke(t, err, organizations.InvalidInput, organizations.TooManyFilters)
	_, _, err = h.HandshakesForAccount(t.Context(), organizations.HandshakeFilter{Action: "INVITE", Parent: "h-1"}, all)
	broke(t, err, organizations.InvalidInput, organizations.TooManyFilters)
}

func TestInvitationsCountAgainstTheQuota(t *testing.T) {
	h := open(t)
	h.Limits.Accounts = 2 // the management account, and one more
	h.invite(t, h.standalone(t, stranger))
	other := h.standalone(t, "777788889999")
	_, err := h.Invite(t.Context(), organizations.Invitation{Party: string(other), Type: organizations.AccountParty})
	broke(t, err, organizations.HandshakeViolation, organizations.TooManyAccounts)
	h.Limits.Accounts = 20
	for i := range 19 {
		if _, err = h.Invite(t.Context(), organizations.Invitation{Party: fmt.Sprintf("a%d@example.org", i), Type: organizations.EmailParty}); err != nil {
			break
		}
	}
	broke(t, err, organizations.HandshakeViolation, organizations.TooManyAccounts)
	open, _, err := h.HandshakesForOrganization(t.Context(), organizations.HandshakeFilter{}, paging.Page{Limit: 200})
	mustDo(t, err)
	for _, o := range open {
		if _, err := h.Cancel(t.Context(), o.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err = h.Invite(t.Context(), organizations.Invitation{Party: "b@example.org", Type: organizations.EmailParty})
	mustDo(t, err)
	_, err = h.Invite(t.Context(), organizations.Invitation{Party: "c@example.org", Type: organizations.EmailParty})
	broke(t, err, organizations.HandshakeViolation, organizations.TooManyHandshakes)
	h.now = h.now.Add(day + time.Second)
	_, err = h.Invite(t.Context(), organizations.Invitation{Party: "c@example.org", Type: organizations.EmailParty})
	mustDo(t, err)
}

func TestAnAccountGoesFromOneOrganizationToAnother(t *testing.T) {
	h := open(t)
	h.standalone(t, stranger)
	second, err := h.CreateOrganization(t.Context(), organizations.NewOrganization{Management: stranger, ControlEnabled: true})
	mustDo(t, err)
	account := h.member(t, "prod")
	mustDo(t, h.Tag(t.Context(), string(account), map[string]string{"a": "b"}))
	sent, err := h.As(stranger).Invite(t.Context(), organizations.Invitation{Party: string(account), Type: organizations.AccountParty})
	mustDo(t, err)
	_, err = h.As(account).Accept(t.Context(), sent.ID)
	broke(t, err, organizations.ConstraintViolation, organizations.WaitPeriod)
	h.now = h.now.Add(4 * day)
	_, err = h.As(account).Accept(t.Context(), sent.ID)
	mustDo(t, err)
	got, err := h.As(stranger).Account(t.Context(), account)
	if err != nil || got.Organization != second.ID || got.JoinedMethod != organizations.Invited {
		t.Errorf("moved = %+v, %v", got, err)
	}
	_, err = h.Account(t.Context(), account)
	broke(t, err, organizations.AccountNotFound, "")
	if !slices.Equal(h.gone, []organizations.Departure{{Account: account, Organization: h.org.ID}}) {
		t.Errorf("gone: %+v", h.gone)
	}
	if tags, _, err := h.As(stranger).Tags(t.Context(), string(account), all); err != nil || len(tags) != 0 {
		t.Errorf("it kept the tags %v, %v", tags, err)
	}

	back := h.invite(t, stranger)
	_, err = h.As(stranger).Accept(t.Context(), back.ID)
	broke(t, err, organizations.ManagementCannotLeave, "")
}

func TestAllFeaturesNeedTheInvitedMembers(t *testing.T) {
	h := open(t)
	h.standalone(t, stranger)
	_, err := h.CreateOrganization(t.Context(), organizations.NewOrganization{Management: stranger, Features: organizations.ConsolidatedBilling})
	mustDo(t, err)
	billing := h.As(stranger)
	asked := []arn.AccountID{h.standalone(t, "777788889999"), h.standalone(t, "777788880000")}
	for _, id := range asked {
		i, err := billing.Invite(t.Context(), organizations.Invitation{Party: string(id), Type: organizations.AccountParty})
		mustDo(t, err)
		_, err = h.As(id).Accept(t.Context(), i.ID)
		mustDo(t, err)
	}
	_, err = h.CreateAccounts(t.Context(), stranger, []organizations.NewAccount{{Name: "made", Email: "made@example.net"}})
	mustDo(t, err)

	begun, err := billing.EnableAllFeatures(t.Context())
	mustDo(t, err)
	if begun.State != organizations.HandshakeRequested || begun.Action != organizations.EnableAllAction || begun.Expires.Sub(begun.Requested) != 90*day {
		t.Errorf("begun = %+v", begun)
	}
	_, err = billing.EnableAllFeatures(t.Context())
	broke(t, err, organizations.HandshakeViolation, organizations.MigrationPending)
	_, err = billing.Invite(t.Context(), organizations.Invitation{Party: "x@example.net", Type: organizations.EmailParty})
	broke(t, err, organizations.HandshakeViolation, organizations.InvitesDisabled)
	_, err = billing.Accept(t.Context(), begun.ID)
	broke(t, err, organizations.InvalidTransition, "")

	children, _, err := billing.HandshakesForOrganization(t.Context(), organizations.HandshakeFilter{Parent: begun.ID}, all)
	if err != nil || len(children) != 2 {
		t.Fatalf("the invited are asked: %+v, %v", children, err)
	}
	first := children[0]
	_, err = h.As(first.Account).Accept(t.Context(), first.ID)
	mustDo(t, err)
	if got, err := billing.Handshake(t.Context(), begun.ID); err != nil || got.State != organizations.HandshakeRequested {
		t.Errorf("after one of two: %+v, %v", got, err)
	}
	mustDo(t, h.As(children[1].Account).Leave(t.Context())) // whom nobody need ask any more
	if got, err := billing.Handshake(t.Context(), begun.ID); err != nil || got.State != organizations.HandshakeOpen {
		t.Fatalf("after all: %+v, %v", got, err)
	}
	_, err = billing.Accept(t.Context(), begun.ID)
	mustDo(t, err)
	if org, err := billing.Organization(t.Context()); err != nil || org.Features != organizations.AllFeatures {
		t.Errorf("organization = %+v, %v", org, err)
	}
	_, err = billing.EnableAllFeatures(t.Context())
	broke(t, err, organizations.HandshakeViolation, organizations.HasAllFeatures)
}

func TestAllFeaturesCanBeCalledOff(t *testing.T) {
	h := open(t)
	h.standalone(t, stranger)
	_, err := h.CreateOrganization(t.Context(), organizations.NewOrganization{Management: stranger, Features: organizations.ConsolidatedBilling})
	mustDo(t, err)
	billing, asked := h.As(stranger), h.standalone(t, "777788889999")
	i, err := billing.Invite(t.Context(), organizations.Invitation{Party: string(asked), Type: organizations.AccountParty})
	mustDo(t, err)
	_, err = h.As(asked).Accept(t.Context(), i.ID)
	mustDo(t, err)
	begun, err := billing.EnableAllFeatures(t.Context())
	mustDo(t, err)
	_, err = billing.Decline(t.Context(), begun.ID)
	broke(t, err, organizations.AccessDenied, "")
	_, err = billing.Cancel(t.Context(), begun.ID)
	mustDo(t, err)
	children, _, err := h.As(asked).HandshakesForAccount(t.Context(), organizations.HandshakeFilter{Action: organizations.ApproveAllAction}, all)
	if err != nil || len(children) != 1 || children[0].State != organizations.HandshakeCanceled || children[0].Parent != begun.ID {
		t.Errorf("children = %+v, %v", children, err)
	}
	_, err = billing.EnableAllFeatures(t.Context())
	mustDo(t, err)
}
