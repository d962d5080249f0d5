package signin

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// EventName names a sign-in event as CloudTrail does; its source is
// signin.amazonaws.com.
type EventName string

// The events of a sign-in, in their order. UserAuthentication is written only
// when the whole chain succeeded.
const (
	CredentialChallenge    EventName = "CredentialChallenge"
	CredentialVerification EventName = "CredentialVerification"
	UserAuthentication     EventName = "UserAuthentication"
)

// Credential is a kind of proof, in the words of CloudTrail's CredentialType.
type Credential string

// The credentials.
const (
	PasswordCredential Credential = "PASSWORD"
	TOTPCredential     Credential = "TOTP"
	WebAuthnCredential Credential = "WEBAUTHN"
	EmailCredential    Credential = "EMAIL_OTP"
)

// HiddenName stands in events for a name nobody has: people type their password
// there by mistake.
const HiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS"

// EnrolledNote is the note of a sign-in that demanded that a device be registered.
const EnrolledNote = "enrolled"

// Event is one step of a sign-in for the audit log.
type Event struct {
	Name           EventName
	Success        bool // serviceEventDetails: {<Name>: Success or Failure}
	UserID         string
	UserName       string // HiddenName for unknown users
	CredentialType string // the Credentials it is about, joined by commas
	WorkflowID     string // AuthWorkflowID
	LoginTo        string
	Enrolled       bool // the sign-in had a device registered: DeviceEnrollmentRequired
	SourceIP       netip.Addr
	UserAgent      string
	Time           time.Time
}

// step is one event of an attempt and how it went.
type step struct {
	name    EventName
	success bool
}

// event is what the steps of a sign-in have in common when they are about some
// credentials.
func (s *Service) event(w Workflow, about ...Credential) Event {
	e := Event{
		UserID: w.User.ID, UserName: w.User.UserName, CredentialType: credentialTypes(about), WorkflowID: w.ID,
		LoginTo: w.Target, Enrolled: w.Notes[EnrolledNote] != "", SourceIP: w.IP, UserAgent: w.UserAgent, Time: s.Now().UTC(),
	}
	if e.UserID == "" {
		e.UserName = HiddenName
	}
	return e
}

func credentialTypes(all []Credential) string {
	types := make([]string, len(all))
	for i, c := range all {
		types[i] = string(c)
	}
	return strings.Join(types, ",")
}

// AddProof adds a credential to those of a session, unless it is among them.
func AddProof(proofs string, c Credential) string {
	if slices.Contains(strings.Split(proofs, ","), string(c)) {
		return proofs
	}
	return strings.TrimPrefix(proofs+","+string(c), ",")
}

func (s *Service) record(ctx context.Context, e Event, steps ...step) error {
	for _, st := range steps {
		e.Name, e.Success = st.name, st.success
		if err := s.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
