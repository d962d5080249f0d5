package foyer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"foyer/internal/arn"
	"foyer/internal/audit"
	"foyer/internal/browser"
	"foyer/internal/caller"
	"foyer/internal/embeddedaccounts"
	"foyer/internal/fault"
	"foyer/internal/provisioning"
	"foyer/internal/signin"
)

// signInSource is the event source of sign-ins, as CloudTrail names it.
const signInSource = "signin.amazonaws.com"

// recordSignIn writes a step of a sign-in into the audit log.
func (r *rooms) recordSignIn(ctx context.Context, e signin.Event) error {
	i, err := r.instance.Instance(ctx)
	if err != nil {
		return err
	}
	outcome := "Failure"
	if e.Success {
		outcome = "Success"
	}
	event := audit.Event{
		UserIdentity: person(i.Owner, i.IdentityStoreARN(), e.UserID, e.UserName, ""),
		EventTime:    audit.Moment(e.Time), EventSource: signInSource, EventName: string(e.Name), AWSRegion: i.Region,
		SourceIPAddress: e.SourceIP.String(), UserAgent: e.UserAgent, EventType: audit.ServiceEvent, RecipientAccountID: i.Owner,
		AdditionalEventData: map[string]any{"AuthWorkflowID": e.WorkflowID, "CredentialType": e.CredentialType},
		ServiceEventDetails: map[string]any{string(e.Name): outcome},
	}
	if e.Enrolled {
		event.AdditionalEventData["DeviceEnrollmentRequired"] = "true"
	}
	if e.LoginTo != "" {
		event.AdditionalEventData["LoginTo"] = e.LoginTo
	}
	return r.recorder.RecordIn(ctx, event)
}

// recordAct writes what a person did on a page into the audit log.
func (r *rooms) recordAct(ctx context.Context, act browser.Act) error {
	i, err := r.instance.Instance(ctx)
	if err != nil {
		return err
	}
	parameters, err := json.Marshal(act.Details)
	if err != nil {
		return fmt.Errorf("details of %s: %w", act.Name, err)
	}
	if len(act.Details) == 0 {
		parameters = nil
	}
	s, source := act.Session, act.Source
	if source == "" {
		source = "sso.amazonaws.com"
	}
	return r.recorder.RecordIn(ctx, audit.Event{
		UserIdentity: person(i.Owner, s.Store, s.UserID, s.UserName, string(s.ID)),
		EventTime:    audit.Moment(r.now().UTC()), EventSource: source, EventName: act.Name, AWSRegion: i.Region,
		SourceIPAddress: s.SourceIP.String(), UserAgent: s.UserAgent, EventType: audit.ServiceEvent, RecipientAccountID: i.Owner,
		RequestParameters: parameters,
	})
}

func person(owner arn.AccountID, store, id, name, credential string) audit.Identity {
	who := audit.Identity{Type: "IdentityCenterUser", AccountID: owner, UserName: name, CredentialID: credential}
	if id != "" {
		who.OnBehalfOf = &audit.OnBehalfOf{UserID: id, IdentityStoreARN: store}
	}
	return who
}

// recordDrift writes into the audit log, and the server's, which roles were
// found not to be what they should be, and are being repaired.
func (r *rooms) recordDrift(ctx context.Context, found []provisioning.Drift) error {
	i, err := r.instance.Instance(ctx)
	if err != nil {
		return err
	}
	for _, d := range found {
		properties := make([]string, len(d.Differences))
		for n, difference := range d.Differences {
			properties[n] = difference.Property
		}
		r.log.WarnContext(ctx, "role drifted", "account", d.Account, "role", d.RoleName, "properties", properties)
		err := r.recorder.RecordIn(ctx, audit.Event{
			UserIdentity: audit.Identity{Type: "AWSService", InvokedBy: "sso.amazonaws.com"},
			EventTime:    audit.Moment(r.now().UTC()), EventSource: "foyer", EventName: "RepairProvisioningDrift", AWSRegion: i.Region,
			SourceIPAddress: "sso.amazonaws.com", UserAgent: "sso.amazonaws.com", EventType: audit.ServiceEvent, RecipientAccountID: i.Owner,
			ServiceEventDetails: map[string]any{"accountId": d.Account, "permissionSetArn": d.Set, "roleName": d.RoleName, "properties": properties},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// recordExchange writes into the trail of an account that Identity Center took
// a role there for somebody, as AWS does.
func (r *rooms) recordExchange(ctx context.Context, x embeddedaccounts.Exchange) {
	i, err := r.instance.Instance(ctx)
	if err != nil {
		return // without an instance nobody vouches
	}
	asked, answered := exchangeParameters(x)
	event := audit.Event{
		UserIdentity: audit.Identity{Type: "SAMLUser", PrincipalID: x.Got.NameQualifier + ":" + x.Got.Subject, UserName: x.Got.Subject, IdentityProvider: x.Got.NameQualifier},
		EventTime:    audit.Moment(x.At), EventSource: "sts.amazonaws.com", EventName: "AssumeRoleWithSAML", AWSRegion: i.Region,
		SourceIPAddress: "sso.amazonaws.com", UserAgent: "sso.amazonaws.com", RequestParameters: asked, ResponseElements: answered,
		ReadOnly: true, RecipientAccountID: x.Account, RequestID: r.mint.UUID(),
		Resources: []audit.Resource{
			{ARN: x.RoleARN, AccountID: x.Account, Type: "AWS::IAM::Role"}, {ARN: x.ProviderARN, AccountID: x.Account, Type: "AWS::IAM::SAMLProvider"},
		},
	}
	if x.Err != nil {
		event.UserIdentity = audit.Identity{Type: "SAMLUser"}
		event.ErrorCode, event.ErrorMessage = "AccessDenied", fault.Message(x.Err)
	}
	r.recorder.Record(ctx, event)
}

// exchangeParameters are the parts of the event that CloudTrail gives as JSON.
func exchangeParameters(x embeddedaccounts.Exchange) (asked, answered json.RawMessage) {
	asked = object(make([]byte, 0, 384), "{", "roleArn", x.RoleARN, "principalArn", x.ProviderARN)
	if s := x.Got.Caller.Session; s != nil {
		asked = append(object(append(asked, ','), "", "roleSessionName", s.Name), tagsOf(s)...)
	}
	asked = append(strconv.AppendInt(append(asked, `,"durationSeconds":`...), int64(x.Duration.Seconds()), 10), '}')
	if x.Err != nil {
		return asked, nil
	}
	answered = object(make([]byte, 0, 768), `{"credentials":{`, "accessKeyId", x.Got.Credentials.AccessKeyID, "sessionToken", audit.HiddenValue,
		"expiration", x.Got.Credentials.Expires.UTC().Format(time.RFC3339))
	answered = object(answered, `},"assumedRoleUser":{`, "assumedRoleId", x.Got.Caller.ID, "arn", x.Got.Caller.ARN)
	answered = object(answered, "},", "subject", x.Got.Subject, "subjectType", x.Got.SubjectType, "issuer", x.Got.Issuer,
		"audience", x.Got.Audience, "nameQualifier", x.Got.NameQualifier)
	return asked, append(answered, '}')
}

// tagsOf are the session tags of an exchange, "" when there are none.
func tagsOf(s *caller.Session) []byte {
	if len(s.Tags) == 0 {
		return nil
	}
	members := make([]string, 0, 2*len(s.Tags))
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		members = append(members, key, s.Tags[key])
	}
	return append(object(nil, `,"principalTags":{`, members...), '}')
}

// object appends what begins an object, and its members: names and values.
func object(out []byte, begin string, members ...string) []byte {
	out = append(out, begin...)
	for i := 0; i < len(members); i += 2 {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(audit.AppendText(out, members[i]), ':')
		out = audit.AppendText(out, members[i+1])
	}
	return out
}
