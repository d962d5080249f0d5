package signin

import (
	"context"
	"net/netip"
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

// CredentialPassword is the only CredentialType there is so far.
const CredentialPassword = "PASSWORD"

// HiddenName stands in events for a name nobody has: people type their password
// there by mistake.
const HiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS"

// Event is one step of a sign-in for the audit log.
type Event struct {
	Name           EventName
	Success        bool // serviceEventDetails: {<Name>: Success or Failure}
	UserID         string
	UserName       string // HiddenName for unknown users
	CredentialType string
	WorkflowID     string // AuthWorkflowID
	LoginTo        string
	SourceIP       netip.Addr
	UserAgent      string
	Time           time.Time
}

// step is one event of an attempt and how it went.
type step struct {
	name    EventName
	success bool
}

// event is what the steps of one attempt have in common.
func (s *Service) event(user User, known bool, from Source) Event {
	e := Event{
		UserID: user.ID, UserName: user.UserName, CredentialType: CredentialPassword, WorkflowID: from.Workflow,
		LoginTo: from.Target, SourceIP: from.IP, UserAgent: from.UserAgent, Time: s.Now().UTC(),
	}
	if !known {
		e.UserID, e.UserName = "", HiddenName
	}
	return e
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
