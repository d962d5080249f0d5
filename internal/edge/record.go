package edge

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/audit"
	"foyer/internal/caller"
	"foyer/internal/wire"
)

// record has the event of a read or a refusal written soon.
func (h *handler) record(ctx context.Context, x *exchange, out any, failure *wire.Error) {
	h.Recorder.Record(ctx, h.event(x, out, failure))
}

// event tells of a call as CloudTrail would.
func (h *handler) event(x *exchange, out any, failure *wire.Error) audit.Event {
	call := x.call
	e := audit.Event{
		UserIdentity: identity(call), EventTime: audit.Moment(call.Time),
		EventSource: call.API.EventSource, EventName: call.Operation.Name, AWSRegion: call.Region,
		SourceIPAddress: call.SourceIP.String(), UserAgent: call.UserAgent, RequestID: call.RequestID,
		ReadOnly: call.Operation.ReadOnly, RecipientAccountID: h.recipient(call),
	}
	e.Resources = resources(x.demands)
	if failure != nil {
		e.ErrorCode, e.ErrorMessage = failure.Code, failure.Message
	}
	if x.in != nil {
		e.RequestParameters = h.parameters(call.Operation.Input, x.in)
	}
	if out != nil && !call.Operation.ReadOnly { // CloudTrail leaves the answers of reads out
		e.ResponseElements = h.parameters(call.Operation.Output, out)
	}
	return e
}

func (h *handler) parameters(s *wire.Shape, value any) json.RawMessage {
	text, err := wire.Record(s, value)
	if err != nil || string(text) == "{}" {
		return nil // CloudTrail writes null
	}
	return text
}

// recipient is the account whose trail the event is in: the caller's, else the
// server's own.
func (h *handler) recipient(call *wire.Call) arn.AccountID {
	if call.Caller.Account != "" {
		return call.Caller.Account
	}
	return arn.AccountID(h.Account)
}

func identity(call *wire.Call) audit.Identity {
	c := &call.Caller
	id := audit.Identity{PrincipalID: c.ID, ARN: c.ARN, AccountID: c.Account, AccessKeyID: c.AccessKeyID}
	switch c.Kind {
	case caller.Root:
		id.Type = "Root"
		id.SessionContext = sessionContext(c.Session)
	case caller.User:
		id.Type, id.UserName = "IAMUser", c.Name
		id.SessionContext = sessionContext(c.Session)
	case caller.FederatedUser:
		id.Type = "FederatedUser"
		id.SessionContext = sessionContext(c.Session)
	case caller.AssumedRole:
		id.Type = "AssumedRole"
		id.SessionContext = sessionContext(c.Session)
	case caller.Service:
		id.Type, id.InvokedBy = "AWSService", c.Name
	default:
		id.Type = "Unknown"
	}
	if p := call.Person; p != nil {
		id = audit.Identity{
			Type: "IdentityCenterUser", AccountID: c.Account, UserName: p.UserName, CredentialID: p.CredentialID,
			OnBehalfOf: &audit.OnBehalfOf{UserID: p.UserID, IdentityStoreARN: p.IdentityStoreARN},
		}
	}
	return id
}

func sessionContext(s *caller.Session) *audit.SessionContext {
	if s == nil {
		return nil
	}
	mfa := "false"
	if s.MFA {
		mfa = "true"
	}
	session := &audit.SessionContext{Attributes: audit.SessionAttributes{CreationDate: audit.Moment(s.Issued), MFAAuthenticated: mfa}}
	switch root := strings.HasSuffix(s.UserARN, ":root"); {
	case s.OfRole():
		session.SessionIssuer = audit.SessionIssuer{Type: "Role", PrincipalID: s.RoleID, ARN: s.RoleARN, UserName: lastOf(s.RoleARN)}
	case root:
		session.SessionIssuer = audit.SessionIssuer{Type: "Root", PrincipalID: s.UserID, ARN: s.UserARN}
	default:
		session.SessionIssuer = audit.SessionIssuer{Type: "IAMUser", PrincipalID: s.UserID, ARN: s.UserARN, UserName: lastOf(s.UserARN)}
	}
	session.SessionIssuer.AccountID = s.Account
	return session
}

// lastOf is the name at the end of an ARN, without its path.
func lastOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// log writes one line for a call: failures of ours as errors, the rest for
// those who ask for it.
func (h *handler) log(ctx context.Context, x *exchange, status int, failure *wire.Error) {
	level := slog.LevelDebug
	var cause error
	code := ""
	if failure != nil {
		code = failure.Code
		if kindOf(failure) == "fault" {
			level, cause = slog.LevelError, failure.Err
		}
	}
	if !h.Log.Enabled(ctx, level) {
		return
	}
	operation, service := "", ""
	if x.call.API != nil {
		service = x.call.API.Name
	}
	if x.call.Operation != nil {
		operation = x.call.Operation.Name
	}
	h.Log.Log(ctx, level, "call", "request_id", x.call.RequestID, "service", service, "operation", operation, "status", status,
		"code", code, "principal", x.call.Caller.ARN, "source", x.call.SourceIP, "error", cause)
}

// resources are the things that a call's demands name.
func resources(demands []wire.Demand) []audit.Resource {
	var all []audit.Resource
	for _, d := range demands {
		name, err := arn.Parse(d.Resource)
		if err != nil || strings.ContainsAny(d.Resource, "*?") || slices.ContainsFunc(all, func(r audit.Resource) bool { return r.ARN == d.Resource }) {
			continue
		}
		all = append(all, audit.Resource{ARN: d.Resource, AccountID: name.Account, Type: resourceType(name)})
	}
	return all
}

// services are how CloudFormation, whose types CloudTrail uses, writes services.
var services = map[string]string{"iam": "IAM", "sts": "STS", "sso": "SSO", "identitystore": "IdentityStore", "organizations": "Organizations"}

// resourceType is a type such as AWS::IAM::Role.
func resourceType(name arn.ARN) string {
	kind, _, _ := strings.Cut(name.Resource, "/")
	var typed strings.Builder
	for word := range strings.SplitSeq(kind, "-") {
		if word != "" {
			typed.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return "AWS::" + services[name.Service] + "::" + typed.String()
}
