// Package audit records what happened: one CloudTrail-shaped event for every
// call, sign-in and service action, and finds events again.
//
// An event of a change is written in the transaction of the change. Events of
// reads and refusals are written in batches, soon after.
package audit

import (
	"encoding/json"
	"strings"
	"time"

	"foyer/internal/arn"
)

// Event is a CloudTrail record (record contents, version 1.11). Field order and
// names are CloudTrail's.
type Event struct {
	EventVersion        string          `json:"eventVersion"`
	UserIdentity        Identity        `json:"userIdentity"`
	EventTime           Moment          `json:"eventTime"`
	EventSource         string          `json:"eventSource"`
	EventName           string          `json:"eventName"`
	AWSRegion           string          `json:"awsRegion"`
	SourceIPAddress     string          `json:"sourceIPAddress"`
	UserAgent           string          `json:"userAgent,omitempty"`
	ErrorCode           string          `json:"errorCode,omitempty"`
	ErrorMessage        string          `json:"errorMessage,omitempty"`
	RequestParameters   json.RawMessage `json:"requestParameters"`
	ResponseElements    json.RawMessage `json:"responseElements"`
	AdditionalEventData map[string]any  `json:"additionalEventData,omitempty"`
	RequestID           string          `json:"requestID,omitempty"`
	EventID             string          `json:"eventID"`
	ReadOnly            bool            `json:"readOnly"`
	Resources           []Resource      `json:"resources,omitempty"`
	EventType           string          `json:"eventType"`
	ManagementEvent     bool            `json:"managementEvent"`
	RecipientAccountID  arn.AccountID   `json:"recipientAccountId"`
	ServiceEventDetails map[string]any  `json:"serviceEventDetails,omitempty"`
	EventCategory       string          `json:"eventCategory"`
}

// Types of events.
const (
	APICall       = "AwsApiCall"
	ServiceEvent  = "AwsServiceEvent"
	ConsoleSignIn = "AwsConsoleSignIn"
)

// Identity is who acted.
type Identity struct {
	Type           string          `json:"type"` // Root, IAMUser, AssumedRole, SAMLUser, IdentityCenterUser, AWSService, Unknown
	PrincipalID    string          `json:"principalId,omitempty"`
	ARN            string          `json:"arn,omitempty"`
	AccountID      arn.AccountID   `json:"accountId,omitempty"`
	AccessKeyID    string          `json:"accessKeyId,omitempty"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *SessionContext `json:"sessionContext,omitempty"`
	InvokedBy      string          `json:"invokedBy,omitempty"`
	// IdentityProvider is the name qualifier of a SAMLUser's provider.
	IdentityProvider string      `json:"identityProvider,omitempty"`
	OnBehalfOf       *OnBehalfOf `json:"onBehalfOf,omitempty"`
	CredentialID     string      `json:"credentialId,omitempty"` // the portal session: joins a person's acts across events
}

// SessionContext tells of a role session.
type SessionContext struct {
	SessionIssuer SessionIssuer     `json:"sessionIssuer"`
	Attributes    SessionAttributes `json:"attributes"`
}

// SessionIssuer is the role of a session.
type SessionIssuer struct {
	Type        string        `json:"type"`
	PrincipalID string        `json:"principalId"`
	ARN         string        `json:"arn"`
	AccountID   arn.AccountID `json:"accountId"`
	UserName    string        `json:"userName"`
}

// SessionAttributes tell how a session began.
type SessionAttributes struct {
	CreationDate     Moment `json:"creationDate"`
	MFAAuthenticated string `json:"mfaAuthenticated"` // "true" or "false"
}

// OnBehalfOf is the workforce user behind an act.
type OnBehalfOf struct {
	UserID           string `json:"userId"`
	IdentityStoreARN string `json:"identityStoreArn"`
}

// Resource is a thing that an event is about.
type Resource struct {
	ARN       string        `json:"ARN,omitempty"`
	AccountID arn.AccountID `json:"accountId,omitempty"`
	Type      string        `json:"type,omitempty"` // such as AWS::IAM::Role
}

// Moment is a time that is written as CloudTrail writes it: UTC, to the second.
type Moment time.Time

// MarshalText implements encoding.TextMarshaler.
func (m Moment) MarshalText() ([]byte, error) {
	return time.Time(m).UTC().AppendFormat(nil, "2006-01-02T15:04:05Z"), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Moment) UnmarshalText(text []byte) error {
	t, err := time.Parse("2006-01-02T15:04:05Z", string(text))
	*m = Moment(t)
	return err
}

// HiddenValue stands for what an event must not show.
const HiddenValue = "HIDDEN_DUE_TO_SECURITY_REASONS"

// Username is the name by which an event is looked up: of the IAM user, of the
// role session, of the person, or root.
func (e *Event) Username() string {
	id := &e.UserIdentity
	if id.UserName != "" {
		return id.UserName
	}
	if _, session, ok := strings.Cut(id.PrincipalID, ":"); ok {
		return session
	}
	if id.Type == "Root" {
		return "root"
	}
	return ""
}
