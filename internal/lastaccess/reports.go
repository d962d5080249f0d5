package lastaccess

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/mint"
	"foyer/internal/paging"
)

// IAM is what reports ask about accounts. *iam.Service answers it.
type IAM interface {
	Entity(context.Context, iam.Ref) (iam.Entity, error)
	PoliciesOf(context.Context, iam.Ref) (iam.PrincipalPolicies, error)
	PolicyDocument(ctx context.Context, account arn.AccountID, policyARN string) (iam.NamedDocument, error)
	Members(ctx context.Context, account arn.AccountID, group string, page paging.Page) (iam.Entity, []iam.Entity, string, error)
	EntitiesForPolicy(ctx context.Context, account arn.AccountID, q iam.EntitiesQuery, page paging.Page) ([]iam.Entity, string, error)
}

// Reports makes reports of what was last used. All fields are required.
type Reports struct {
	InTx     func(context.Context, func(Tx) error) error
	View     func(context.Context, func(Tx) error) error
	Mint     mint.Mint
	IAM      IAM
	Recorder *Recorder
	// Served are the prefixes of the services whose calls are noted.
	Served []string
	// Organization reads what is allowed at a place of account's organization,
	// or, with a policy's id, what that one allows.
	Organization func(ctx context.Context, account arn.AccountID, path, policyID string) (Reach, error)
}

// ReportsKept is how long a report can be read.
const ReportsKept = 7 * 24 * time.Hour

// Report is what was found out when it was asked for.
type Report struct {
	ID      string // UUID
	Account arn.AccountID
	Subject string // the ARN, or the path in the organization, that it is about
	Actions bool   // it tells of actions too, not of services alone
	Created time.Time
	Content Content
}

// Content is what a report holds.
type Content struct {
	Services []Service `json:"s"` // by prefix
	Entities []Entity  `json:"e"` // who could have used them, by ARN
	Uses     []Use     `json:"u"`
}

// Service is one that policies allow.
type Service struct {
	Prefix  string   `json:"p"`
	Actions []string `json:"a,omitempty"` // those that are noted
}

// Entity is a user or role; in a report on an organization an account, or a
// principal of one.
type Entity struct {
	ARN  string   `json:"a"`
	Kind iam.Kind `json:"k,omitempty"`
	Name string   `json:"n,omitempty"`
	ID   string   `json:"i"`
	Path string   `json:"p,omitempty"`
}

// Use is the last time that an entity used something.
type Use struct {
	By      int       `json:"b"` // place in Entities
	Service string    `json:"s"`
	Action  string    `json:"a,omitempty"`
	At      time.Time `json:"t"`
	Region  string    `json:"r,omitempty"`
}

// Generate makes a report on a user, group, role or managed policy that account
// can name, and answers its id.
func (r *Reports) Generate(ctx context.Context, account arn.AccountID, subject string, actions bool) (id string, err error) {
	if err := r.Recorder.Flush(ctx); err != nil {
		return "", err
	}
	documents, entities, err := r.subject(ctx, account, subject)
	if err != nil {
		return "", err
	}
	var g grants
	for _, d := range documents {
		g.add(d.Document)
	}
	report := Report{ID: r.Mint.UUID(), Account: account, Subject: subject, Actions: actions}
	for _, prefix := range g.services() {
		s := Service{Prefix: prefix}
		if actions && slices.Contains(r.Served, prefix) {
			s.Actions = g.some(prefix, math.MaxInt)
		}
		report.Content.Services = append(report.Content.Services, s)
	}
	err = r.InTx(ctx, func(tx Tx) error {
		report.Created = tx.Now()
		return r.fill(ctx, tx, &report, entities)
	})
	return report.ID, err
}

// fill adds who used what, and keeps the report.
func (r *Reports) fill(ctx context.Context, tx Tx, report *Report, entities []iam.Entity) error {
	ids := make([]string, len(entities))
	at := make(map[string]int, len(entities))
	slices.SortFunc(entities, func(a, b iam.Entity) int { return cmp.Compare(a.ARN, b.ARN) })
	for i, e := range entities {
		ids[i], at[e.ID] = e.ID, i
		report.Content.Entities = append(report.Content.Entities, Entity{ARN: e.ARN, Kind: e.Kind, Name: e.Name, ID: e.ID, Path: e.Path})
	}
	all, err := tx.Accesses(ctx, ids, tx.Now().Add(-Kept))
	if err != nil {
		return fmt.Errorf("what %s used: %w", report.Subject, err)
	}
	for _, a := range all {
		report.Content.Uses = append(report.Content.Uses, Use{By: at[a.Principal], Service: a.Service, Action: a.Action, At: a.At, Region: a.Region})
	}
	return tx.PutAccessReport(ctx, *report)
}

// subject finds the policies that a report is about, and who they are for.
func (r *Reports) subject(ctx context.Context, account arn.AccountID, subject string) ([]iam.NamedDocument, []iam.Entity, error) {
	a, err := arn.Parse(subject)
	if err != nil || a.Service != "iam" || a.Region != "" {
		return nil, nil, invalidARN(subject)
	}
	word, rest, _ := strings.Cut(a.Resource, "/")
	if word == "policy" {
		d, err := r.IAM.PolicyDocument(ctx, account, subject)
		if err != nil {
			return nil, nil, err
		}
		entities, err := r.holders(ctx, account, subject)
		return []iam.NamedDocument{d}, entities, err
	}
	ref := iam.Ref{Account: account, Kind: iam.Kind(word), Name: rest[strings.LastIndexByte(rest, '/')+1:]}
	switch ref.Kind {
	case iam.UserKind, iam.GroupKind, iam.RoleKind:
	default:
		return nil, nil, invalidARN(subject)
	}
	e, err := r.IAM.Entity(ctx, ref)
	if err == nil && e.ARN != subject || fault.Of(err) == fault.NotFound {
		err = fault.Newf(fault.NotFound, "%s does not exist.", subject)
	}
	if err != nil {
		return nil, nil, err
	}
	held, err := r.IAM.PoliciesOf(ctx, ref)
	if err != nil || ref.Kind != iam.GroupKind {
		return held.Documents, []iam.Entity{e}, err
	}
	members, err := r.members(ctx, account, e.Name)
	return held.Documents, members, err
}

func invalidARN(subject string) error {
	return fault.Newf(fault.Invalid, "ARN %s is not valid.", subject)
}

// everybody is one page of all.
var everybody = paging.Page{Limit: math.MaxInt32 - 1}

func (r *Reports) members(ctx context.Context, account arn.AccountID, group string) ([]iam.Entity, error) {
	_, members, _, err := r.IAM.Members(ctx, account, group, everybody)
	return members, err
}

// holders are the users and roles that a managed policy is attached to, also by
// way of a group.
func (r *Reports) holders(ctx context.Context, account arn.AccountID, policyARN string) ([]iam.Entity, error) {
	attached, _, err := r.IAM.EntitiesForPolicy(ctx, account, iam.EntitiesQuery{PolicyARN: policyARN, Usage: iam.AsPermissions}, everybody)
	if err != nil {
		return nil, err
	}
	all := map[string]iam.Entity{}
	for _, e := range attached {
		if e.Kind != iam.GroupKind {
			all[e.ID] = e
			continue
		}
		members, err := r.members(ctx, account, e.Name)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			all[m.ID] = m
		}
	}
	return slices.Collect(maps.Values(all)), nil
}

// ofOrganization reports whether the report is on a place of an organization.
func (r Report) ofOrganization() bool { return strings.HasPrefix(r.Subject, "o-") }

// Report returns a report of account on principals, or a NotFound fault.
func (r *Reports) Report(ctx context.Context, account arn.AccountID, id string) (Report, error) {
	return r.report(ctx, account, id, false)
}

// OrganizationReport returns a report of account on its organization, or a
// NotFound fault.
func (r *Reports) OrganizationReport(ctx context.Context, account arn.AccountID, id string) (Report, error) {
	return r.report(ctx, account, id, true)
}

func (r *Reports) report(ctx context.Context, account arn.AccountID, id string, ofOrganization bool) (report Report, err error) {
	err = r.View(ctx, func(tx Tx) error {
		var found bool
		if report, found, err = tx.AccessReport(ctx, account, id); err == nil && (!found || report.ofOrganization() != ofOrganization) {
			err = fault.Newf(fault.NotFound, "Job %s cannot be found.", id)
		}
		return err
	})
	return report, err
}

// Last is the last use of something, and by how many it was used.
type Last struct {
	Use      *Use // nil when nobody used it
	By       Entity
	Entities int
}

// UsesOf are the uses of each service, by prefix.
func (c *Content) UsesOf() map[string][]Use {
	all := map[string][]Use{}
	for _, u := range c.Uses {
		all[u.Service] = append(all[u.Service], u)
	}
	return all
}

// LastOf is the last of uses of a service, or with an action of that alone.
func (c *Content) LastOf(uses []Use, action string) (last Last) {
	users := map[int]bool{}
	for i := range uses {
		u := &uses[i]
		if action != "" && u.Action != action {
			continue
		}
		users[u.By] = true
		if last.Use == nil || u.At.After(last.Use.At) {
			last.Use, last.By = u, c.Entities[u.By]
		}
	}
	last.Entities = len(users)
	return last
}

// Purge removes what is too old to be told, at most limit of each, and answers
// how many of the greater part it was.
func (r *Reports) Purge(ctx context.Context, now time.Time, limit int) (n int, err error) {
	err = r.InTx(ctx, func(tx Tx) error {
		accesses, err := tx.DeleteAccesses(ctx, now.Add(-Kept), limit)
		if err != nil {
			return err
		}
		reports, err := tx.DeleteAccessReports(ctx, now.Add(-ReportsKept), limit)
		n = max(accesses, reports)
		return err
	})
	return n, err
}

// LastUsed is when principals, by id, last did anything, with the Region.
func (r *Reports) LastUsed(ctx context.Context, principals []string) (last map[string]Access, err error) {
	err = r.View(ctx, func(tx Tx) error {
		all, err := tx.LastAccesses(ctx, principals, tx.Now().Add(-Kept))
		last = make(map[string]Access, len(principals))
		for _, a := range all {
			if a.At.After(last[a.Principal].At) {
				last[a.Principal] = a
			}
		}
		return err
	})
	return last, err
}

// KeysLastUsed is where long-term access keys, by id, were last used. As at AWS
// it is known for as long as there is the key.
func (r *Reports) KeysLastUsed(ctx context.Context, ids []string) (last map[string]Access, err error) {
	err = r.View(ctx, func(tx Tx) error {
		all, err := tx.Accesses(ctx, ids, time.Time{})
		last = make(map[string]Access, len(ids))
		for _, a := range all {
			if a.At.After(last[a.Principal].At) {
				last[a.Principal] = a
			}
		}
		return err
	})
	return last, err
}

// Granting are the policies of one principal that allow something of a service.
type Granting struct {
	Service  string
	Policies []iam.NamedDocument
}

// PoliciesGranting lists, for each of services, which policies of a user,
// group or role allow any of its actions.
func (r *Reports) PoliciesGranting(ctx context.Context, account arn.AccountID, subject string, services []string) ([]Granting, error) {
	for _, s := range services {
		if !slices.Contains(actioncatalogue.Prefixes(), s) {
			return nil, fault.Newf(fault.Invalid, "Service namespace %s is not valid.", s)
		}
	}
	if strings.Contains(subject, ":policy/") {
		return nil, invalidARN(subject)
	}
	documents, _, err := r.subject(ctx, account, subject)
	if err != nil {
		return nil, err
	}
	all := make([]Granting, len(services))
	for i, s := range services {
		all[i].Service = s
	}
	for _, d := range documents {
		var g grants
		g.add(d.Document)
		for i, s := range services {
			if g.service(s) {
				all[i].Policies = append(all[i].Policies, d)
			}
		}
	}
	return all, nil
}
