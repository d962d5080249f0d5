package policycheck

import (
	"slices"
	"strings"
)

// risk is an action that should not be allowed for every role, with what is
// said of each way in which it is.
type risk struct {
	action string // in lower case
	spared string // the condition key that makes it harmless, in lower case; "" for none

	notResource, starAndNotResource, notActionAndNotResource issue
	star, starAndStar, starAndNotAction                      issue
}

var risks = []risk{
	{
		action: "iam:passrole", spared: "iam:passedtoservice",
		notResource:             issue{SecurityWarning, "PASS_ROLE_WITH_NOT_RESOURCE", "Using the iam:PassRole action with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
		starAndNotResource:      issue{SecurityWarning, "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", "Using an action with a wildcard (*) and NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
		notActionAndNotResource: issue{SecurityWarning, "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE", "Using NotAction with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
		star:                    issue{SecurityWarning, "PASS_ROLE_WITH_STAR_IN_RESOURCE", "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."},
		starAndStar:             issue{SecurityWarning, "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."},
		starAndNotAction:        issue{SecurityWarning, "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", "Using a resource with wildcards (*) and NotAction can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."},
	},
	{
		action: "iam:createservicelinkedrole", spared: "iam:awsservicename",
		notResource:             issue{Warning, "CREATE_SLR_WITH_NOT_RESOURCE", "Using the iam:CreateServiceLinkedRole action with NotResource can allow creation of unintended service-linked roles for multiple resources. We recommend that you specify resource ARNs instead."},
		starAndNotResource:      issue{Warning, "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", "Using an action with a wildcard (*) and NotResource can allow creation of unintended service-linked roles because it can allow iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
		notActionAndNotResource: issue{Warning, "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE", "Using NotAction with NotResource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
		star:                    issue{Warning, "CREATE_SLR_WITH_STAR_IN_RESOURCE", "Using the iam:CreateServiceLinkedRole action with wildcards (*) in the resource can allow creation of unintended service-linked roles. We recommend that you specify resource ARNs instead."},
		starAndStar:             issue{Warning, "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE", "Using wildcards (*) in the action and the resource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead."},
		starAndNotAction:        issue{Warning, "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", "Using a resource with wildcards (*) and NotAction can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead."},
	},
}

// roles finds an Allow of what should be allowed for some roles only.
func (c *checker) roles(s *statement) {
	if !s.allow || c.kind != Identity {
		return
	}
	for i := range risks {
		if r := &risks[i]; !s.conditionKey[r.spared] {
			c.risk(s, r)
		}
	}
}

// risk finds that s allows r for every role.
func (c *checker) risk(s *statement, r *risk) {
	var action *place
	for i := range s.actions {
		if contains(strings.ToLower(s.actions[i].node.Text), r.action) {
			action = &s.actions[i]
			break
		}
	}
	if s.notAction == (action != nil) || len(s.actions) == 0 {
		return
	}
	at := []Location{}
	starred := false
	if action != nil {
		at = append(at, c.at(*action))
		starred = strings.Contains(action.node.Text, "*")
	}
	wide := slices.IndexFunc(s.resources, func(p place) bool { return allRoles(p.node.Text) })
	if !s.notResource && wide < 0 {
		return
	}
	if wide >= 0 {
		at = append(at, c.at(s.resources[wide]))
	}
	c.add(r.way(starred, s.notAction, s.notResource), at)
}

// way is what is said of how an action comes to be allowed.
func (r *risk) way(starred, notAction, notResource bool) issue {
	switch {
	case notResource && notAction:
		return r.notActionAndNotResource
	case notResource && starred:
		return r.starAndNotResource
	case notResource:
		return r.notResource
	case notAction:
		return r.starAndNotAction
	case starred:
		return r.starAndStar
	default:
		return r.star
	}
}

// allRoles reports whether a resource pattern matches roles of any name.
func allRoles(pattern string) bool {
	if pattern == "*" {
		return true
	}
	parts := splitARN(pattern)
	return len(parts) == 6 && contains(parts[2], "iam") && (parts[5] == "*" || contains(parts[5], "role/*"))
}
