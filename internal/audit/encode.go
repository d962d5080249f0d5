package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// AppendEvents appends events as a JSON array: what encoding/json makes of them,
// at a fraction of the time. Events are written with every call there is.
func AppendEvents(out []byte, events []*Event) ([]byte, error) {
	out = append(out, '[')
	for i, e := range events {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = e.appendJSON(out); err != nil {
			return nil, fmt.Errorf("event %s: %w", e.EventID, err)
		}
	}
	return append(out, ']'), nil
}

func (e *Event) appendJSON(out []byte) ([]byte, error) {
	out = member(append(out, '{'), "eventVersion", e.EventVersion)
	out = append(out, `,"userIdentity":`...)
	out, err := e.UserIdentity.appendJSON(out)
	if err != nil {
		return nil, err
	}
	out = moment(append(out, ','), "eventTime", e.EventTime)
	out = member(append(out, ','), "eventSource", e.EventSource)
	out = member(append(out, ','), "eventName", e.EventName)
	out = member(append(out, ','), "awsRegion", e.AWSRegion)
	out = member(append(out, ','), "sourceIPAddress", e.SourceIPAddress)
	out = optional(out, "userAgent", e.UserAgent)
	out = optional(out, "errorCode", e.ErrorCode)
	out = optional(out, "errorMessage", e.ErrorMessage)
	out = raw(append(out, `,"requestParameters":`...), e.RequestParameters)
	out = raw(append(out, `,"responseElements":`...), e.ResponseElements)
	if out, err = details(out, "additionalEventData", e.AdditionalEventData); err != nil {
		return nil, err
	}
	out = optional(out, "requestID", e.RequestID)
	out = member(append(out, ','), "eventID", e.EventID)
	out = strconv.AppendBool(append(out, `,"readOnly":`...), e.ReadOnly)
	for i, r := range e.Resources {
		if i == 0 {
			out = append(out, `,"resources":[`...)
		} else {
			out = append(out, ',')
		}
		out = r.appendJSON(out)
		if i == len(e.Resources)-1 {
			out = append(out, ']')
		}
	}
	out = member(append(out, ','), "eventType", e.EventType)
	out = strconv.AppendBool(append(out, `,"managementEvent":`...), e.ManagementEvent)
	out = member(append(out, ','), "recipientAccountId", string(e.RecipientAccountID))
	if out, err = details(out, "serviceEventDetails", e.ServiceEventDetails); err != nil {
		return nil, err
	}
	return append(member(append(out, ','), "eventCategory", e.EventCategory), '}'), nil
}

func (i *Identity) appendJSON(out []byte) ([]byte, error) {
	out = member(append(out, '{'), "type", i.Type)
	out = optional(out, "principalId", i.PrincipalID)
	out = optional(out, "arn", i.ARN)
	out = optional(out, "accountId", string(i.AccountID))
	out = optional(out, "accessKeyId", i.AccessKeyID)
	out = optional(out, "userName", i.UserName)
	if i.SessionContext != nil {
		text, err := json.Marshal(i.SessionContext)
		if err != nil {
			return nil, err
		}
		out = append(append(out, `,"sessionContext":`...), text...)
	}
	out = optional(out, "invokedBy", i.InvokedBy)
	out = optional(out, "identityProvider", i.IdentityProvider)
	if o := i.OnBehalfOf; o != nil {
		out = member(append(out, `,"onBehalfOf":{`...), "userId", o.UserID)
		out = append(member(append(out, ','), "identityStoreArn", o.IdentityStoreARN), '}')
	}
	return append(optional(out, "credentialId", i.CredentialID), '}'), nil
}

func (r Resource) appendJSON(out []byte) []byte {
	begin := len(out)
	out = optional(out, "ARN", r.ARN)
	out = optional(out, "accountId", string(r.AccountID))
	out = optional(out, "type", r.Type)
	if len(out) == begin {
		return append(out, "{}"...)
	}
	out[begin] = '{' // in the place of the first comma
	return append(out, '}')
}

func member(out []byte, name, value string) []byte {
	out = append(append(append(out, '"'), name...), `":`...)
	return AppendText(out, value)
}

// optional is a comma and a member, unless it is empty.
func optional(out []byte, name, value string) []byte {
	if value == "" {
		return out
	}
	return member(append(out, ','), name, value)
}

func moment(out []byte, name string, at Moment) []byte {
	out = append(append(append(out, '"'), name...), `":"`...)
	text, _ := at.MarshalText() // it never fails
	return append(append(out, text...), '"')
}

// raw is JSON that somebody made; nil is null.
func raw(out []byte, text json.RawMessage) []byte {
	if text == nil {
		return append(out, "null"...)
	}
	return append(out, text...)
}

func details(out []byte, name string, values map[string]any) ([]byte, error) {
	if len(values) == 0 {
		return out, nil
	}
	text, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	out = append(append(append(out, `,"`...), name...), `":`...)
	return append(out, text...), nil
}

// plain are the bytes that a JSON string holds as they are.
var plain = func() (is [256]bool) {
	for c := ' '; c <= '~'; c++ {
		is[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return is
}()

// AppendText appends a JSON string.
func AppendText(out []byte, text string) []byte {
	for i := range len(text) {
		if !plain[text[i]] {
			quoted, err := json.Marshal(text)
			if err != nil {
				return append(out, `""`...) // strings always marshal
			}
			return append(out, quoted...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}
