package sts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/caller"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/wire"
)

// AssumeRole is a request for a role session by a principal of some account.
type AssumeRole struct {
	RoleARN        string
	SessionName    string        // 2–64 of [\w+=,.@-]
	Duration       time.Duration // 0 means one hour
	Scope          Scope
	Tags           []Tag
	TransitiveKeys []string // keys of Tags that survive further role chaining
	SourceIdentity string   // "" for none, or for that of the calling session
	ExternalID     string
	Factor         Factor
	Contexts       []ProvidedContext // at most 5
}

// Assumed is a role session just begun.
type Assumed struct {
	Credentials
	Caller         caller.Caller // who the credentials speak for
	PackedSize     int           // percent of the space for policies and tags; 0 when there are none
	SourceIdentity string
}

// chain is what a calling session hands down to the next one, and what is asked
// for beside it.
type chain struct {
	tags     []Tag    // all of the new session
	explicit []Tag    // those asked for
	keys     []string // transitive ones
	identity string
	context  map[string][]string // by provided contexts; nil for none
}

// AssumeRole begins a session of a role for the call's principal. The role's
// trust policy and, unless it names the principal itself within one account,
// the principal's own policies must allow it; the same holds for passing tags
// and a source identity. A refusal says nothing about whether the role exists.
func (s *Service) AssumeRole(ctx context.Context, call *wire.Call, in AssumeRole) (Assumed, error) {
	role, found, err := s.role(ctx, in.RoleARN)
	if err != nil {
		return Assumed{}, err
	}
	if call.Caller.Kind == caller.Root {
		return Assumed{}, fault.Newf(fault.Denied, "Roles may not be assumed by root accounts.")
	}
	if call.Caller.Kind == caller.FederatedUser {
		return Assumed{}, notAuthorized(call, "sts:AssumeRole", in.RoleARN, nil)
	}
	authenticated, err := s.authenticate(ctx, call, in.Factor)
	if err != nil {
		return Assumed{}, err
	}
	handed, err := handDown(call.Caller.Session, in)
	if err != nil {
		return Assumed{}, err
	}
	if handed.context, err = s.provided(in.Contexts, call.Time); err != nil {
		return Assumed{}, err
	}
	if !found {
		return Assumed{}, notAuthorized(call, "sts:AssumeRole", in.RoleARN, nil)
	}
	as := call
	if authenticated {
		as = proven(call)
	}
	if err := s.checkTrust(ctx, as, role, in, handed); err != nil {
		return Assumed{}, err
	}
	length, err := sessionLength(in.Duration, role, call.Caller.Session != nil)
	if err != nil {
		return Assumed{}, err
	}
	if err := s.checkScope(ctx, role.Account, in.Scope); err != nil {
		return Assumed{}, err
	}
	session := caller.Session{
		Name: in.SessionName, TransitiveKeys: handed.keys, SourceIdentity: handed.identity, Context: handed.context,
		MFA: as.Caller.Session != nil && as.Caller.Session.MFA, Chained: call.Caller.Session != nil && call.Caller.Session.OfRole(), Issued: call.Time, Expires: call.Time.Add(length),
	}
	return s.begin(role, session, in.Scope, handed.tags)
}

// begin issues the credentials of a role session that is allowed.
func (s *Service) begin(role iam.Role, session caller.Session, scope Scope, tags []Tag) (Assumed, error) {
	session.Account, session.RoleARN, session.RoleID = role.Account, role.ARN, role.ID
	return s.begun(session, scope, tags)
}

// handDown joins what is asked for with what the calling session, nil when
// there is none, hands down: transitive tags and the source identity, neither
// of which can be changed any more.
func handDown(from *caller.Session, in AssumeRole) (chain, error) {
	if !validName(in.SessionName) {
		return chain{}, invalid("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", in.SessionName)
	}
	if err := checkTags(in.Tags); err != nil {
		return chain{}, err
	}
	for _, k := range in.TransitiveKeys {
		if !slices.ContainsFunc(in.Tags, func(t Tag) bool { return strings.EqualFold(t.Key, k) }) {
			return chain{}, invalid("The specified transitive tag key must be included in the requested tags.")
		}
	}
	c := chain{tags: in.Tags, explicit: in.Tags, keys: in.TransitiveKeys, identity: in.SourceIdentity}
	if from == nil {
		return c, nil
	}
	for _, k := range from.TransitiveKeys {
		if slices.ContainsFunc(in.Tags, func(t Tag) bool { return strings.EqualFold(t.Key, k) }) {
			return chain{}, invalid("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		c.tags = append(slices.Clip(c.tags), Tag{k, from.Tags[k]})
		c.keys = append(slices.Clip(c.keys), k)
	}
	if from.SourceIdentity != "" {
		if in.SourceIdentity != "" && in.SourceIdentity != from.SourceIdentity {
			return chain{}, invalid("The source identity of the calling session can't be changed.")
		}
		c.identity = from.SourceIdentity
	}
	return c, checkTags(c.tags)
}

// checkTrust asks the gate for every right that the request needs.
func (s *Service) checkTrust(ctx context.Context, call *wire.Call, role iam.Role, in AssumeRole, handed chain) error {
	keys := requestKeys(handed.explicit, handed.keys, handed.identity)
	for k, v := range role.Tags {
		keys["aws:ResourceTag/"+k], keys["iam:ResourceTag/"+k] = []string{v}, []string{v}
	}
	keys["sts:RoleSessionName"] = []string{in.SessionName}
	if in.ExternalID != "" {
		keys["sts:ExternalId"] = []string{in.ExternalID}
	}
	// Tags that the calling session hands down are set in the new one all the same.
	asked := actions("sts:AssumeRole", handed.tags, handed.identity)
	if handed.context != nil {
		asked = append(asked, "sts:SetContext")
		keys["sts:RequestContextProviders"] = []string{ContextProvider}
		for key, values := range handed.context {
			keys["sts:RequestContext/"+key] = values
		}
	}
	for _, action := range asked {
		err := s.Gate.CheckResource(ctx, call, wire.Demand{Action: action, Resource: role.ARN, Context: keys}, role.TrustPolicy, role.Account)
		if fault.Of(err) == fault.Denied {
			return notAuthorized(call, action, role.ARN, err)
		}
		if err != nil {
			return fmt.Errorf("trust of %s: %w", role.ARN, err)
		}
	}
	return nil
}

// actions are what a request for a session needs: itself, and more for tags
// and a source identity.
func actions(assume string, tags []Tag, identity string) []string {
	all := []string{assume}
	if len(tags) > 0 {
		all = append(all, "sts:TagSession")
	}
	if identity != "" {
		all = append(all, "sts:SetSourceIdentity")
	}
	return all
}

// requestKeys are the condition keys that any request for a session has.
func requestKeys(tags []Tag, transitive []string, identity string) map[string][]string {
	keys := map[string][]string{}
	names := make([]string, 0, len(tags))
	for _, t := range tags {
		keys["aws:RequestTag/"+t.Key] = []string{t.Value}
		names = append(names, t.Key)
	}
	if len(names) > 0 {
		keys["aws:TagKeys"] = names
	}
	if len(transitive) > 0 {
		keys["sts:TransitiveTagKeys"] = transitive
	}
	if identity != "" {
		keys["sts:SourceIdentity"] = []string{identity}
	}
	return keys
}

// notAuthorized words a refusal as STS does, whatever the gate's own reason.
func notAuthorized(call *wire.Call, action, roleARN string, cause error) error {
	return &fault.Error{
		Kind: fault.Denied, Err: cause,
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", call.Caller.ARN, action, roleARN),
	}
}
