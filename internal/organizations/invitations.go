package organizations

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/paging"
)

// Invitation is what asks an account to join.
type Invitation struct {
	Party string // an account id or an e-mail address
	Type  PartyType
	Notes string            // at most 1,024 characters
	Tags  map[string]string // for the account once it joins
}

// invitesADay is how far back invitations count against the quota.
const invitesADay = 24 * time.Hour

var emailAddress = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)

// Invite asks an account to join the organization. The account has fifteen days
// to answer. One that is in another organization leaves that when it accepts.
func (a Acting) Invite(ctx context.Context, i Invitation) (h Handshake, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		h = a.s.newHandshake(org, InviteAction, tx.Now(), inviteExpires)
		h.Party, h.PartyType, h.Notes, h.Tags = i.Party, i.Type, i.Notes, i.Tags
		if err := checkTags(0, i.Tags); err != nil {
			return err
		}
		invited, err := invitee(ctx, tx, i)
		if err != nil {
			return err
		}
		if invited.Organization == org.ID {
			return alreadyMember()
		}
		h.Account, h.EmailKey = invited.ID, EmailKey(invited.Email)
		if err := a.s.invitable(ctx, tx, org, h); err != nil {
			return err
		}
		return tx.PutOrgHandshakes(ctx, []Handshake{h})
	})
	return h, err
}

func alreadyMember() error {
	return violatesHandshake(InAnOrganization, "The handshake request is invalid because the invited account is already a member of an organization.")
}

// invitee finds whom an invitation is for. An e-mail address may be nobody's
// yet: then the account has that address and no id.
func invitee(ctx context.Context, tx Tx, i Invitation) (Account, error) {
	switch i.Type {
	case AccountParty:
		account, found, err := tx.OrgAccount(ctx, arn.AccountID(i.Party))
		if err != nil {
			return Account{}, fmt.Errorf("account %s: %w", i.Party, err)
		}
		if !found || account.State != Active {
			return Account{}, invalidInput(TargetNotSupported, "You can't perform the specified operation on that target entity.")
		}
		return account, nil
	case EmailParty:
		if !emailAddress.MatchString(i.Party) {
			return Account{}, invalidInput(InvalidEmail, "You specified an invalid email address for the invited account owner.")
		}
		account, found, err := tx.OrgAccountByEmail(ctx, EmailKey(i.Party))
		if err != nil {
			return Account{}, fmt.Errorf("account by e-mail: %w", err)
		}
		if !found {
			return Account{Email: i.Party}, nil
		}
		return account, nil
	default:
		return Account{}, invalidInput(WrongParty, "You specified the wrong type of entity (account, organization, or email) as a party.")
	}
}

// invitable holds an invitation to the rules on how many there are, and when.
func (s *Service) invitable(ctx context.Context, tx Tx, org Organization, h Handshake) error {
	now := tx.Now()
	migrating, err := open(ctx, tx, org, EnableAllAction)
	if err != nil {
		return err
	}
	if len(migrating) > 0 {
		return violatesHandshake(InvitesDisabled, "You can't issue new invitations to join an organization while it's in the process of enabling all features.")
	}
	theirs, err := tx.OrgHandshakesFor(ctx, h.Account, h.EmailKey, HandshakeFilter{Action: InviteAction}, now, paging.Page{Limit: maxInvites})
	if err != nil {
		return fmt.Errorf("invitations of %s: %w", h.Party, err)
	}
	for _, other := range theirs {
		if other.Organization == org.ID && other.at(now).open() {
			return refuse(DuplicateHandshake, fault.Conflict, "A handshake with the same action and target already exists.")
		}
	}
	if len(theirs) == maxInvites {
		return violatesHandshake(TooManyHandshakes, "The account has too many open invitations.")
	}
	today, err := tx.CountOrgInvites(ctx, org.ID, now.Add(-invitesADay))
	if err != nil {
		return fmt.Errorf("count invitations of %s: %w", org.ID, err)
	}
	if today >= max(20, s.Limits.accounts()) {
		return violatesHandshake(TooManyHandshakes, "You have exceeded the number of handshakes that you can send in one day.")
	}
	accounts, err := tx.CountOrgAccounts(ctx, org.ID)
	if err != nil {
		return fmt.Errorf("count accounts of %s: %w", org.ID, err)
	}
	invited, err := tx.CountOpenOrgInvites(ctx, org.ID, now)
	if err != nil {
		return fmt.Errorf("count invitations of %s: %w", org.ID, err)
	}
	if accounts+invited >= s.Limits.accounts() {
		return violatesHandshake(TooManyAccounts, "You have exceeded the number of accounts in your organization.")
	}
	return nil
}

// maxInvites bounds the open invitations to one account.
const maxInvites = 1000

// open returns the handshakes of an action that wait for an answer.
func open(ctx context.Context, tx Tx, org Organization, action HandshakeAction) (all []Handshake, err error) {
	found, err := tx.OrgHandshakes(ctx, org.ID, HandshakeFilter{Action: action}, tx.Now(), paging.Page{Limit: maxInvites})
	if err != nil {
		return nil, fmt.Errorf("handshakes of %s: %w", org.ID, err)
	}
	for _, h := range found {
		if h.at(tx.Now()).open() {
			all = append(all, h)
		}
	}
	return all, nil
}

// maxMigrating is how many accounts an organization may have that asks for all features.
const maxMigrating = 5_000

// EnableAllFeatures asks the members that were invited whether the
// organization, which is for billing alone, may have all features. When all
// have agreed, the management account accepts the handshake that this answers.
func (a Acting) EnableAllFeatures(ctx context.Context) (h Handshake, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		if org.Features == AllFeatures {
			return violatesHandshake(HasAllFeatures, "The handshake request is invalid because the organization has already enabled all features.")
		}
		migrating, err := open(ctx, tx, org, EnableAllAction)
		if err != nil {
			return err
		}
		if len(migrating) > 0 {
			return violatesHandshake(MigrationPending, "The handshake request is invalid because the organization has already started the process to enable all features.")
		}
		h = a.s.newHandshake(org, EnableAllAction, tx.Now(), featuresExpire)
		asked, err := a.s.askMembers(ctx, tx, org, h)
		if err != nil {
			return err
		}
		if len(asked) > 0 {
			h.State = HandshakeRequested
		}
		return tx.PutOrgHandshakes(ctx, append(asked, h))
	})
	return h, err
}

// askMembers are the handshakes that ask the invited members to approve parent.
func (s *Service) askMembers(ctx context.Context, tx Tx, org Organization, parent Handshake) (asked []Handshake, err error) {
	members, err := tx.OrgAccounts(ctx, org.ID, paging.Page{Limit: maxMigrating + 1})
	if err != nil {
		return nil, fmt.Errorf("accounts of %s: %w", org.ID, err)
	}
	if len(members) > maxMigrating {
		return nil, violates(TooManyToMigrate, "Your organization has more than 5000 accounts. To enable all features, contact support.")
	}
	for _, m := range members {
		if m.ID == org.Management || m.JoinedMethod != Invited || m.State != Active {
			continue
		}
		h := s.newHandshake(org, ApproveAllAction, tx.Now(), featuresExpire)
		h.Parent, h.Party, h.PartyType, h.Account = parent.ID, string(m.ID), AccountParty, m.ID
		asked = append(asked, h)
	}
	return asked, nil
}
