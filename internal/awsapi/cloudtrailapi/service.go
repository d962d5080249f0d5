// Package cloudtrailapi serves the part of AWS's CloudTrail API that finds
// events.
package cloudtrailapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"foyer/internal/audit"
	"foyer/internal/fault"
	"foyer/internal/paging"
	"foyer/internal/wire"
)

// Service answers the API. All fields are required.
type Service struct {
	Log    *audit.Log
	Tokens paging.Tokens
}

// API returns the service's contract, answered by s.
func (s *Service) API() *wire.API {
	return newAPI(s, map[string]wire.Authorization{
		"LookupEvents": wire.Demands(func(*wire.Call, *LookupEventsRequest) []wire.Demand {
			return []wire.Demand{{Action: "cloudtrail:LookupEvents", Resource: "*"}}
		}),
	}, faultOf)
}

// maxPage is CloudTrail's page: the default and the most.
const maxPage = 50

// LookupEvents finds events of the caller's account, newest first.
func (s *Service) LookupEvents(ctx context.Context, call *wire.Call, in *LookupEventsRequest) (*LookupEventsResponse, error) {
	q, err := s.query(call, in)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprint("LookupEvents ", q.Account, q.Attribute, q.Value, q.Start.Unix(), q.End.Unix())
	if in.NextToken != nil {
		if q.Page.After, err = s.Tokens.After(name, *in.NextToken); err != nil {
			return nil, &wire.Error{Code: "InvalidNextTokenException", Message: fault.Message(err), Err: err}
		}
	}
	events, after, err := s.Log.Lookup(ctx, q)
	if err != nil {
		return nil, err
	}
	next, err := s.Tokens.Next(name, after)
	if err != nil {
		return nil, err
	}
	out := &LookupEventsResponse{Events: make([]Event, 0, len(events))}
	if next != "" {
		out.NextToken = &next
	}
	for i := range events {
		e, err := wireEvent(&events[i])
		if err != nil {
			return nil, err
		}
		out.Events = append(out.Events, e)
	}
	return out, nil
}

func (s *Service) query(call *wire.Call, in *LookupEventsRequest) (audit.Query, error) {
	q := audit.Query{Account: call.Caller.Account, Page: paging.Page{Limit: maxPage}}
	if in.EventCategory != nil {
		return q, &wire.Error{Code: "InvalidEventCategoryException", Message: "Foyer records management events only; leave EventCategory out."}
	}
	if len(in.LookupAttributes) > 1 {
		return q, &wire.Error{Code: "InvalidLookupAttributesException", Message: "You can specify only one lookup attribute."}
	}
	for _, a := range in.LookupAttributes {
		q.Attribute, q.Value = audit.Attribute(a.AttributeKey), a.AttributeValue
		if q.Attribute == audit.ByReadOnly {
			q.Value = strings.ToLower(q.Value)
		}
	}
	if in.MaxResults != nil {
		q.Page.Limit = int(*in.MaxResults)
	}
	q.Start, q.End = given(in.StartTime), given(in.EndTime)
	if !q.Start.IsZero() && !q.End.IsZero() && q.Start.After(q.End) {
		return q, &wire.Error{Code: "InvalidTimeRangeException", Message: "The start time must be before the end time."}
	}
	return q, nil
}

func given(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func wireEvent(e *audit.Event) (Event, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", e.EventID, err)
	}
	at, readOnly := time.Time(e.EventTime), strconv.FormatBool(e.ReadOnly)
	w := Event{
		EventId: &e.EventID, EventName: &e.EventName, EventTime: &at, EventSource: &e.EventSource, ReadOnly: &readOnly,
		Resources: []Resource{}, CloudTrailEvent: new(string(text)),
	}
	if name := e.Username(); name != "" {
		w.Username = &name
	}
	if e.UserIdentity.AccessKeyID != "" {
		w.AccessKeyId = &e.UserIdentity.AccessKeyID
	}
	for _, r := range e.Resources {
		w.Resources = append(w.Resources, Resource{ResourceType: &r.Type, ResourceName: &r.ARN})
	}
	return w, nil
}

// codes are the service's words for the house's failures.
var codes = [fault.NumKinds]string{
	fault.Internal:        "InternalFailure",
	fault.Invalid:         "InvalidLookupAttributesException",
	fault.NotFound:        "InvalidLookupAttributesException",
	fault.Conflict:        "OperationNotPermittedException",
	fault.Denied:          "AccessDeniedException",
	fault.Unauthenticated: "AccessDeniedException",
	fault.Quota:           "OperationNotPermittedException",
	fault.Throttled:       "ThrottlingException",
}

func faultOf(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	e := &wire.Error{Code: codes[fault.Of(err)], Message: fault.Message(err), Err: err}
	if fault.Of(err) == fault.Internal {
		e.Status = 500
	}
	return e
}
