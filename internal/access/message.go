package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/jsontree"
	"foyer/internal/policy"
	"foyer/internal/seal"
)

// Messages seals why a request was denied, for those who may know: AWS's
// encoded authorization failure message. All fields are required.
type Messages struct{ Ring *seal.Keyring }

const (
	messagePurpose  = "authorization message"
	messageLifetime = 24 * time.Hour
	maxMessage      = 4 << 10 // bytes before sealing; the API takes 10,240 characters
)

// sealed is what an encoded message holds.
type sealed struct {
	Account arn.AccountID   `json:"a"`
	Until   int64           `json:"u"` // seconds since 1970
	Message json.RawMessage `json:"m"`
}

// InvalidMessage is a text that is no encoded message, is older than a day, or
// is about another account's request.
type InvalidMessage struct{ Err error }

// Error returns AWS's sentence.
func (e *InvalidMessage) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *InvalidMessage) Unwrap() error { return e.Err }

// Decode opens an encoded message about a request of account, and returns AWS's
// JSON of it. It fails with an *InvalidMessage.
func (m *Messages) Decode(account arn.AccountID, text string, now time.Time) (string, error) {
	var s sealed
	plain, err := m.Ring.Open(messagePurpose, text)
	if err == nil {
		err = json.Unmarshal(plain, &s)
	}
	if err == nil && (s.Account != account || now.Unix() > s.Until) {
		err = fmt.Errorf("of account %s until %d", s.Account, s.Until)
	}
	if err != nil {
		return "", &InvalidMessage{&fault.Error{Kind: fault.Invalid, Message: "Message is not valid", Err: err}}
	}
	return string(s.Message), nil
}

// Denial is why a request was denied. It is the cause of the gate's refusals.
type Denial struct {
	verdict policy.Verdict
	asked   *inquiry
}

// Error says what decided, for the log.
func (d *Denial) Error() string {
	if d.verdict.Decision != policy.ExplicitDeny {
		return "nothing allows it"
	}
	return fmt.Sprintf("statement %d (%q) of %s", d.verdict.By.Index, d.verdict.By.Sid, d.verdict.By.Policy)
}

// AuthorizationMessage is the encoded message; "" where none is made.
func (d *Denial) AuthorizationMessage() string {
	q := d.asked
	if q.messages == nil || q.call.Caller.Account == "" {
		return ""
	}
	message, err := json.Marshal(q.told(d.verdict))
	if err != nil || len(message) > maxMessage {
		return ""
	}
	plain, err := json.Marshal(sealed{q.call.Caller.Account, q.call.Time.Add(messageLifetime).Unix(), message})
	if err != nil {
		return ""
	}
	text, err := q.messages.Ring.Seal(messagePurpose, plain)
	if err != nil {
		return ""
	}
	return text
}

// The JSON of a decoded message, as AWS has it.
type (
	toldMessage struct {
		Allowed      bool                 `json:"allowed"`
		ExplicitDeny bool                 `json:"explicitDeny"`
		Matched      items[toldStatement] `json:"matchedStatements"`
		Failures     items[struct{}]      `json:"failures"`
		Context      toldContext          `json:"context"`
	}
	toldContext struct {
		Principal  toldPrincipal   `json:"principal"`
		Action     string          `json:"action"`
		Resource   string          `json:"resource"`
		Conditions items[toldPair] `json:"conditions"`
	}
	toldPrincipal struct {
		ID   string `json:"id"`
		Name string `json:"name,omitempty"`
		ARN  string `json:"arn"`
	}
	toldPair struct {
		Key    string           `json:"key"`
		Values items[toldValue] `json:"values"`
	}
	toldValue     struct{ Value string } // as {"value": …}
	toldStatement struct {
		ID         string           `json:"statementId"`
		Effect     string           `json:"effect"`
		Principals items[toldPair]  `json:"principals"`
		Groups     items[struct{}]  `json:"principalGroups"`
		Actions    items[toldValue] `json:"actions"`
		Resources  items[toldValue] `json:"resources"`
		Conditions items[toldPair]  `json:"conditions"`
	}
	items[T any] struct {
		Items []T `json:"items"`
	}
)

// MarshalJSON writes {"value": …}.
func (v toldValue) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"value": v.Value})
}

// MarshalJSON writes an empty list where there is nothing.
func (i items[T]) MarshalJSON() ([]byte, error) {
	all := i.Items
	if all == nil {
		all = []T{}
	}
	return json.Marshal(map[string][]T{"items": all})
}

func itemsOf(values []string) (out items[toldValue]) {
	for _, v := range values {
		out.Items = append(out.Items, toldValue{v})
	}
	return out
}

// told is what the message says of a verdict.
func (q *inquiry) told(v policy.Verdict) toldMessage {
	c := &q.call.Caller
	m := toldMessage{ExplicitDeny: v.Decision == policy.ExplicitDeny}
	m.Context = toldContext{
		Principal: toldPrincipal{c.ID, c.Name, c.ARN}, Action: q.demand.Action, Resource: q.demand.Resource, Conditions: q.toldKeys(),
	}
	if m.ExplicitDeny && q.mayKnow(v.Layer) {
		if s, ok := statementOf(q.source(v)); ok {
			m.Matched.Items = []toldStatement{s}
		}
	}
	return m
}

// mayKnow reports whether the statements of a layer are those of the caller's
// own account. The organization's, and another account's, are not told.
func (q *inquiry) mayKnow(in policy.Layer) bool {
	switch in {
	case policy.ControlLayer, policy.ResourceControlLayer:
		return false
	case policy.ResourceLayer, policy.TrustLayer:
		return q.owner == q.call.Caller.Account
	default:
		return true
	}
}

// toldGlobals are the global condition keys that a message names.
var toldGlobals = []string{
	"aws:PrincipalArn", "aws:userid", "aws:username", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalType", "aws:SourceIp",
	"aws:SecureTransport", "aws:CurrentTime", "aws:RequestedRegion", "aws:UserAgent", "aws:TokenIssueTime", "aws:MultiFactorAuthPresent",
	"aws:SourceIdentity", "aws:FederatedProvider", "aws:ResourceAccount",
}

func (q *inquiry) toldKeys() (out items[toldPair]) {
	for _, key := range append(slices.Clone(toldGlobals), slices.Sorted(maps.Keys(q.demand.Context))...) {
		if values, ok := q.Lookup(strings.ToLower(key)); ok && len(values) > 0 {
			out.Items = append(out.Items, toldPair{key, itemsOf(values)})
		}
	}
	return out
}

// source is the text of the statement that decided.
func (q *inquiry) source(v policy.Verdict) string {
	all := slices.Concat(q.layers.Identity, q.layers.Session, q.layers.Resource)
	if q.layers.Boundary != nil {
		all = append(all, *q.layers.Boundary)
	}
	for _, a := range all {
		if a.Name == v.By.Policy && a.Policy != nil {
			return a.Policy.Source(v.By.Index)
		}
	}
	return ""
}

// statementOf reads a statement's text.
func statementOf(text string) (toldStatement, bool) {
	n, err := jsontree.Parse(text)
	if err != nil {
		return toldStatement{}, false
	}
	s := toldStatement{Effect: "DENY"}
	for i := range n.Members {
		m := &n.Members[i]
		values, _ := m.Value.Strings()
		switch m.Name {
		case "Sid":
			s.ID = m.Value.Text
		case "Action", "NotAction":
			s.Actions = itemsOf(values)
		case "Resource", "NotResource":
			s.Resources = itemsOf(values)
		case "Principal", "NotPrincipal":
			s.Principals = pairsOf(&m.Value)
		case "Condition":
			for j := range m.Value.Members {
				s.Conditions.Items = append(s.Conditions.Items, pairsOf(&m.Value.Members[j].Value).Items...)
			}
		}
	}
	return s, true
}

func pairsOf(n *jsontree.Node) (out items[toldPair]) {
	for i := range n.Members {
		values, _ := n.Members[i].Value.Scalars()
		out.Items = append(out.Items, toldPair{n.Members[i].Name, itemsOf(values)})
	}
	return out
}
