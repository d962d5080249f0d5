package foyer

import (
	"context"
	"strconv"
	"strings"

	"foyer/internal/audit"
	"foyer/internal/console"
	"foyer/internal/sts"
)

// recordConsole writes into the audit log what somebody does at the door of the
// console, with CloudTrail's names.
func (r *rooms) recordConsole(region string) func(context.Context, console.Act) error {
	return func(ctx context.Context, act console.Act) error {
		p := act.Principal
		who := audit.Identity{Type: "FederatedUser", PrincipalID: p.ID, ARN: p.ARN, AccountID: p.Account, AccessKeyID: p.AccessKeyID}
		if p.RoleARN != "" {
			who.Type = "AssumedRole"
			roleID, _, _ := strings.Cut(p.ID, ":")
			who.SessionContext = &audit.SessionContext{
				SessionIssuer: audit.SessionIssuer{Type: "Role", PrincipalID: roleID, ARN: p.RoleARN, AccountID: p.Account, UserName: sts.RoleName(p.RoleARN)},
				Attributes:    audit.SessionAttributes{CreationDate: audit.Moment(p.Since), MFAAuthenticated: strconv.FormatBool(p.MFA)},
			}
		}
		event := audit.Event{
			UserIdentity: who, EventTime: audit.Moment(r.now().UTC()), EventSource: signInSource, EventName: act.Name, AWSRegion: region,
			SourceIPAddress: act.From.SourceIP, UserAgent: act.From.UserAgent, EventType: "AwsConsoleSignIn", RecipientAccountID: p.Account,
			ResponseElements:    object(nil, "{", act.Name, "Success"),
			AdditionalEventData: map[string]any{"MobileVersion": "No", "MFAUsed": "No"},
		}
		event.ResponseElements = append(event.ResponseElements, '}')
		if act.LoginTo != "" {
			event.AdditionalEventData["LoginTo"] = act.LoginTo
		}
		return r.recorder.RecordIn(ctx, event)
	}
}
