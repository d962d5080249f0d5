package policy

// statement is a compiled statement.
type statement struct {
	index int // in the document, from 0
	sid   string

	actions    actions
	notAction  bool
	resources  []arnPattern // nil where the kind has no Resource: then any
	notRes     bool
	principals *principals // nil where the kind has no Principal
	notPrin    bool
	deny       bool
	conditions []condition
}

// matches reports whether s is about the request, and how closely it names the
// principal. Without a Principal element it names the one it is attached to.
func (s *statement) matches(e *evaluation) grant {
	if s.actions.match(e.service, e.action) == s.notAction {
		return noGrant
	}
	return s.applies(e)
}

// matches is the statement's, which has been found by the request's service.
func (c candidate) matches(e *evaluation) grant {
	if c.actions == nil {
		return c.statement.matches(e)
	}
	if !c.actions.match(e.action) {
		return noGrant
	}
	return c.statement.applies(e)
}

// applies is matches for a statement that is about the action.
func (s *statement) applies(e *evaluation) grant {
	if s.resources != nil && matchAny(s.resources, &e.resource, e.request.Context) == s.notRes {
		return noGrant
	}
	g := s.names(&e.request.Principal)
	if g == noGrant {
		return noGrant
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(e.request.Context) {
			return noGrant
		}
	}
	return g
}

// names returns how closely s names p.
func (s *statement) names(p *Principal) grant {
	switch {
	case s.principals == nil:
		return directGrant
	case !s.notPrin:
		return s.principals.grants(p)
	case s.deny:
		return directIf(!s.principals.spares(p))
	default:
		return directIf(s.principals.grants(p) == noGrant)
	}
}
