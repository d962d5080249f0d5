package audit

import (
	"iter"
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
func (e *Event) Terms() iter.Seq[Term] {
	return func(yield func(Term) bool) {
		if !yield(Term{ByEventName, e.EventName}) {
			return
		}
		if name := e.Username(); name != "" && !yield(Term{ByUsername, name}) {
			return
		}
		if id := e.UserIdentity.AccessKeyID; id != "" && !yield(Term{ByAccessKeyID, id}) {
			return
		}
		for _, r := range e.Resources {
			if !yield(Term{ByResourceName, r.ARN}) || !yield(Term{ByResourceName, shortName(r.ARN)}) || !yield(Term{ByResourceType, r.Type}) {
				return
			}
		}
	}
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
		for term := range e.Terms() {
			if term == (Term{q.Attribute, q.Value}) {
				return true
			}
		}
		return false
	}
}
