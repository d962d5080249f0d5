package organizations

import (
	"context"
	"fmt"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
)

// HandshakeAction is what a handshake is about.
type HandshakeAction string

// The actions.
const (
	InviteAction     HandshakeAction = "INVITE"               // an account is asked to join
	EnableAllAction  HandshakeAction = "ENABLE_ALL_FEATURES"  // an organization is to have all features
	ApproveAllAction HandshakeAction = "APPROVE_ALL_FEATURES" // an invited member is asked whether it may
)

// HandshakeState is how far a handshake has come.
type HandshakeState string

// The states.
const (
	HandshakeRequested HandshakeState = "REQUESTED" // not all who were asked have answered
	HandshakeOpen      HandshakeState = "OPEN"
	HandshakeCanceled  HandshakeState = "CANCELED"
	HandshakeAccepted  HandshakeState = "ACCEPTED"
	HandshakeDeclined  HandshakeState = "DECLINED"
	HandshakeExpired   HandshakeState = "EXPIRED"
)

// The times that handshakes have.
const (
	inviteExpires   = 15 * 24 * time.Hour
	featuresExpire  = 90 * 24 * time.Hour
	handshakesShown = 30 * 24 * time.Hour // after they have ended
)

// PartyType is how a party to a handshake is named.
type PartyType string

// The ways in which the account that is asked is named.
const (
	AccountParty PartyType = "ACCOUNT"
	EmailParty   PartyType = "EMAIL"
)

// Handshake is an offer between an organization and an account.
type Handshake struct {
	ID           string // h-<32>
	ARN          string
	Organization string
	Action       HandshakeAction
	State        HandshakeState
	Parent       string    // the ENABLE_ALL_FEATURES of an APPROVE_ALL_FEATURES; else ""
	Party        string    // the account or e-mail address that is asked; "" of ENABLE_ALL_FEATURES
	PartyType    PartyType // "" of ENABLE_ALL_FEATURES
	Account      arn.AccountID
	EmailKey     string
	Notes        string
	Tags         map[string]string // for the account once it joins
	Requested    time.Time
	Expires      time.Time
	Ended        time.Time // zero while it is open

	// What the account that is asked is shown of the organization.
	Management      arn.AccountID
	ManagementEmail string
	ManagementName  string
	Features        FeatureSet
}

// HandshakeFilter selects handshakes; its empty fields select all.
type HandshakeFilter struct {
	Action HandshakeAction
	Parent string
}

// HandshakeTx stores handshakes.
type HandshakeTx interface {
	PutOrgHandshakes(context.Context, []Handshake) error
	OrgHandshake(ctx context.Context, id string) (Handshake, bool, error)
	// SetOrgHandshakeState writes a state; ended is zero while the handshake is open.
	SetOrgHandshakeState(ctx context.Context, id string, state HandshakeState, ended time.Time) error
	// OrgHandshakes lists by id those of an organization that were not over at since.
	OrgHandshakes(ctx context.Context, organization string, filter HandshakeFilter, since time.Time, page paging.Page) ([]Handshake, error)
	// OrgHandshakesFor lists by id those that ask an account, by its id or its
	// e-mail address, and were not over at since.
	OrgHandshakesFor(ctx context.Context, account arn.AccountID, email string, filter HandshakeFilter, since time.Time, page paging.Page) ([]Handshake, error)
	// CountOrgInvites counts invitations begun since and not accepted.
	CountOrgInvites(ctx context.Context, organization string, since time.Time) (int, error)
	// CountOpenOrgInvites counts invitations that can be accepted at a time.
	CountOpenOrgInvites(ctx context.Context, organization string, at time.Time) (int, error)
	// PurgeOrgHandshakes removes at most limit that were over before a time.
	PurgeOrgHandshakes(ctx context.Context, before time.Time, limit int) (int, error)
}

// at is the handshake as it stands at a time: what nobody answered expires.
func (h Handshake) at(now time.Time) Handshake {
	if h.open() && !now.Before(h.Expires) {
		h.State, h.Ended = HandshakeExpired, h.Expires
	}
	return h
}

func (h Handshake) open() bool { return h.State == HandshakeOpen || h.State == HandshakeRequested }

// HandshakeARN names a handshake of the organization.
func (o Organization) HandshakeARN(action HandshakeAction, id string) string {
	return o.arn("handshake/" + o.ID + "/" + strings.ToLower(string(action)) + "/" + id)
}

// asks reports whether h asks account.
func (h Handshake) asks(account Account) bool {
	return h.Account == account.ID || h.Account == "" && h.EmailKey != "" && h.EmailKey == EmailKey(account.Email)
}

func (s *Service) newHandshake(org Organization, action HandshakeAction, now time.Time, lasts time.Duration) Handshake {
	h := Handshake{
		ID: s.Mint.From(handshakePrefix, mint.Hex, 32), Organization: org.ID, Action: action, State: HandshakeOpen,
		Requested: now, Expires: now.Add(lasts),
		Management: org.Management, ManagementEmail: org.Email, ManagementName: org.Name, Features: org.Features,
	}
	h.ARN = org.HandshakeARN(action, h.ID)
	return h
}

// parties is how the asking account stands to a handshake.
type parties struct {
	h       Handshake
	asked   bool // the handshake asks it
	manages bool // the handshake is of its organization
	account Account
}

// handshake returns a handshake that the asking account is a party to.
func (a Acting) handshake(ctx context.Context, tx Tx, id string) (parties, error) {
	account, found, err := tx.OrgAccount(ctx, a.account)
	if err != nil {
		return parties{}, fmt.Errorf("account %s: %w", a.account, err)
	}
	if !found {
		return parties{}, denied()
	}
	h, found, err := tx.OrgHandshake(ctx, id)
	if err != nil {
		return parties{}, fmt.Errorf("handshake %s: %w", id, err)
	}
	p := parties{h: h.at(tx.Now()), asked: found && h.asks(account), manages: found && h.Management == a.account, account: account}
	if p.h.Action == EnableAllAction {
		p.asked = p.manages // the organization answers itself
	}
	if !p.asked && !p.manages {
		return parties{}, refuse(HandshakeNotFound, fault.NotFound, "You specified a handshake that doesn't exist.")
	}
	return p, nil
}

// ends fails unless a handshake can go over into a state.
func (h Handshake) ends(in HandshakeState) error {
	switch {
	case h.State == in:
		return refuse(HandshakeAlreadyInState, fault.Conflict, "The specified handshake is already in the requested state.")
	case h.State == HandshakeOpen, h.State == HandshakeRequested && in != HandshakeAccepted:
		return nil
	default:
		return refuse(InvalidTransition, fault.Conflict, "You can't perform the operation on the handshake in its current state.")
	}
}

// Handshake returns a handshake that the account is a party to.
func (a Acting) Handshake(ctx context.Context, id string) (h Handshake, err error) {
	err = a.s.View(ctx, func(tx Tx) error {
		p, err := a.handshake(ctx, tx, id)
		h = p.h
		return err
	})
	return h, err
}

// HandshakeARN names a handshake, whoever asks; "" where there is none.
func (s *Service) HandshakeARN(ctx context.Context, id string) (name string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		h, _, err := tx.OrgHandshake(ctx, id)
		name = h.ARN
		return err
	})
	return name, err
}

func checkFilter(f HandshakeFilter) error {
	if f.Action != "" && f.Parent != "" {
		return invalidInput(TooManyFilters, "You can specify only one filter parameter for the operation.")
	}
	return nil
}

// HandshakesForAccount lists the handshakes that ask the account, by id, until
// thirty days after their end.
func (a Acting) HandshakesForAccount(ctx context.Context, f HandshakeFilter, page paging.Page) (all []Handshake, next string, err error) {
	err = a.s.View(ctx, func(tx Tx) error {
		if err := checkFilter(f); err != nil {
			return err
		}
		account, found, err := tx.OrgAccount(ctx, a.account)
		if err != nil || !found {
			return err
		}
		all, err = tx.OrgHandshakesFor(ctx, account.ID, EmailKey(account.Email), f, tx.Now().Add(-handshakesShown), more(page))
		asOf(all, tx.Now())
		return err
	})
	return cutHandshakes(all, page, err)
}

// HandshakesForOrganization lists the organization's handshakes, by id, until
// thirty days after their end.
func (a Acting) HandshakesForOrganization(ctx context.Context, f HandshakeFilter, page paging.Page) (all []Handshake, next string, err error) {
	err = a.asReader(ctx, func(tx Tx, org Organization) error {
		if err := checkFilter(f); err != nil {
			return err
		}
		all, err = tx.OrgHandshakes(ctx, org.ID, f, tx.Now().Add(-handshakesShown), more(page))
		asOf(all, tx.Now())
		return err
	})
	return cutHandshakes(all, page, err)
}

func asOf(all []Handshake, now time.Time) {
	for i := range all {
		all[i] = all[i].at(now)
	}
}

func cutHandshakes(all []Handshake, page paging.Page, err error) ([]Handshake, string, error) {
	if err != nil {
		return nil, "", err
	}
	all, next := paging.Cut(all, page.Limit, func(h Handshake) string { return h.ID })
	return all, next, nil
}
