package audit_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/internal/arn"
	"foyer/internal/audit"
)

func drawEvent(t *rapid.T) *audit.Event {
	text := func(name string) string {
		return rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[ -~]{0,12}`), rapid.String()).Draw(t, name)
	}
	e := &audit.Event{
		EventVersion: text("version"), EventTime: audit.Moment(time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0)), EventSource: text("source"),
		EventName: text("name"), AWSRegion: text("region"), SourceIPAddress: text("ip"), UserAgent: text("agent"), ErrorCode: text("code"),
		ErrorMessage: text("message"), RequestID: text("request"), EventID: text("id"), ReadOnly: rapid.Bool().Draw(t, "read only"), EventType: text("type"),
		ManagementEvent: rapid.Bool().Draw(t, "management"), RecipientAccountID: arn.AccountID(text("recipient")), EventCategory: text("category"),
		UserIdentity: audit.Identity{
			Type: text("kind"), PrincipalID: text("principal"), ARN: text("arn"), AccountID: arn.AccountID(text("account")), AccessKeyID: text("key"),
			UserName: text("user"), InvokedBy: text("invoker"), IdentityProvider: text("provider"), CredentialID: text("credential"),
		},
	}
	if rapid.Bool().Draw(t, "parameters") {
		e.RequestParameters = json.RawMessage(`{"a":[1,"<"]}`)
		e.AdditionalEventData = map[string]any{"b": text("data"), "a": 1}
		e.UserIdentity.OnBehalfOf = &audit.OnBehalfOf{UserID: text("behalf")}
	}
	if rapid.Bool().Draw(t, "session") {
		e.ResponseElements = json.RawMessage("null")
		e.ServiceEventDetails = map[string]any{"c": text("detail")}
		e.UserIdentity.SessionContext = &audit.SessionContext{SessionIssuer: audit.SessionIssuer{ARN: text("issuer")}}
	}
	for range rapid.IntRange(0, 3).Draw(t, "resources") {
		e.Resources = append(e.Resources, audit.Resource{ARN: text("resource"), AccountID: arn.AccountID(text("owner")), Type: text("resource type")})
	}
	return e
}

func TestEventsAreEncodedAsJSONDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []*audit.Event
		for range rapid.IntRange(1, 3).Draw(t, "events") {
			events = append(events, drawEvent(t))
		}
		got, err := audit.AppendEvents(nil, events)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		var compact bytes.Buffer // what is given as JSON is not escaped again
		json.HTMLEscape(&compact, got)
		if compact.String() != string(want) {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}
