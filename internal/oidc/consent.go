package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"time"

	"foyer/internal/fault"
	"foyer/internal/secret"
	"foyer/internal/session"
)

// Visitor is a person at the pages: the session that the caller authenticated,
// and where their browser is now.
type Visitor struct {
	session.Session
	From netip.Addr
}

// Consent is a question that was put to the person of a session. The form that
// answers it carries a token, which is good once, for this question, in this
// session: no other page can answer in the person's name, and no answer comes
// twice.
type Consent struct {
	Hash    string // of the token
	Session session.ID
	Asked   string // what is asked; see deviceQuestion and AuthorizeRequest.question
	Expires time.Time
}

// ask stores a question, and returns the token of its form.
func (s *Service) ask(ctx context.Context, tx Tx, asked string, by Visitor) (secret.Text, error) {
	token := s.Mint.Token("")
	return token, tx.PutOIDCConsent(ctx, Consent{Hash: token.Hash(), Session: by.ID, Asked: asked, Expires: s.Now().UTC().Add(ConsentLifetime)})
}

// answered uses a form up. It fails with an Invalid fault unless the form was
// made for this question and session, and is not used or too old.
func (s *Service) answered(ctx context.Context, tx Tx, form secret.Text, asked string, by Visitor) error {
	claimed, err := tx.ClaimOIDCConsent(ctx, Consent{Hash: form.Hash(), Session: by.ID, Asked: asked, Expires: s.Now().UTC()})
	if err == nil && !claimed {
		return fault.Newf(fault.Invalid, "This page is out of date, was answered before, or is not of this sign-in. Nothing was allowed. Start again from the application.")
	}
	return err
}

// deviceQuestion is what is asked about a device authorization.
func deviceQuestion(d Device) string { return devicePrefix + d.CodeHash }

const devicePrefix = "device:"

// question is what is asked about an authorization request: all of it, so that
// a form answers no other one.
func (r AuthorizeRequest) question() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // it is made of strings
	}
	sum := sha256.Sum256(text)
	return "authorize:" + hex.EncodeToString(sum[:])
}

// DeviceFlow says whether people may be asked by device authorization, which a
// stranger can begin and send to them.
type DeviceFlow string

// The ways to have it. With DeviceFlowSameAddress the browser that decides must
// come from where the device asked: one IPv4 address, or one IPv6 /64.
const (
	DeviceFlowOn          DeviceFlow = "on"
	DeviceFlowSameAddress DeviceFlow = "same-address"
	DeviceFlowOff         DeviceFlow = "off"
)

// together reports whether two addresses are of one place, as far as addresses
// tell: IPv6 hosts change theirs within a /64.
func together(a, b netip.Addr) bool {
	a, b = a.Unmap().WithZone(""), b.Unmap().WithZone("")
	if !a.IsValid() || !b.IsValid() {
		return false
	}
	if a.Is4() || b.Is4() {
		return a == b
	}
	return netip.PrefixFrom(a, 64).Masked() == netip.PrefixFrom(b, 64).Masked()
}

// deviceFlowOff is the answer to clients where device authorization is off.
func deviceFlowOff() error {
	return refuse(UnauthorizedClient, "Device authorization is turned off here: sign in with the authorization_code grant, as AWS CLI 2.22 and later do for a profile with sso_session")
}
