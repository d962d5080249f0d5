package audit

import (
	"slices"
	"strconv"
	"strings"
)

// Term is an attribute of an event with its value.
type Term struct {
	Attribute Attribute
	Value     string
}

// Terms are the attributes by which an event is found that tell it from most
// others.
func (e *Event) Terms() []Term {
	terms := []Term{{ByEventName, e.EventName}}
	if name := e.Username(); name != "" {
		terms = append(terms, Term{ByUsername, name})
	}
	if id := e.UserIdentity.AccessKeyID; id != "" {
		terms = append(terms, Term{ByAccessKeyID, id})
	}
	for _, r := range e.Resources {
		terms = append(terms, Term{ByResourceName, r.ARN}, Term{ByResourceName, shortName(r.ARN)}, Term{ByResourceType, r.Type})
	}
	return terms
}

// shortName is the last part of an ARN: people look for either.
func shortName(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }

// Indexed reports whether events are found by the attribute's Terms.
func (a Attribute) Indexed() bool {
	return slices.Contains([]Attribute{ByEventName, ByUsername, ByAccessKeyID, ByResourceName, ByResourceType}, a)
}

// Matches reports whether the event has the attribute of q.
func (q *Query) Matches(e *Event) bool {
	switch q.Attribute {
	case "":
		return true
	case ByEventID:
		return e.EventID == q.Value
	case ByReadOnly:
		return strconv.FormatBool(e.ReadOnly) == q.Value
	case ByEventSource:
		return e.EventSource == q.Value
	default:
		return slices.Contains(e.Terms(), Term{q.Attribute, q.Value})
	}
}
