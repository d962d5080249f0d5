package lastaccess

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"foyer/internal/actioncatalogue"
	"foyer/internal/arn"
)

// Reach is what an organization's service control policies allow at a place,
// and whom they allow it.
type Reach struct {
	Levels   [][]string // documents; every level must allow. Nil: everything is allowed
	Accounts []Placed
}

// Placed is an account at its place.
type Placed struct {
	ID   arn.AccountID
	Path string // o-…/r-…/ou-…/<account>
}

// levels are the grants of each level; what is allowed is allowed by all.
type levels []grants

// service reports whether any action of a service is allowed at every level.
func (l levels) service(prefix string) bool {
	whole := true
	for _, g := range l {
		touches := func(a actions) bool { return a.touches(prefix) }
		if !slices.ContainsFunc(g.allow, touches) {
			return false
		}
		whole = whole && !slices.ContainsFunc(g.deny, touches) && slices.ContainsFunc(g.allow, func(a actions) bool { return a.whole(prefix) })
	}
	if whole {
		return true
	}
	s, found := actioncatalogue.Find(prefix)
	return found && slices.ContainsFunc(s.Actions, func(a actioncatalogue.Action) bool {
		action := prefix + ":" + strings.ToLower(a.Name)
		return !slices.ContainsFunc(l, func(g grants) bool { return !g.match(action) })
	})
}

// match reports whether an action, in lower case, is allowed.
func (g grants) match(action string) bool {
	matches := func(of actions) bool { return of.match(action) }
	return slices.ContainsFunc(g.allow, matches) && !slices.ContainsFunc(g.deny, matches)
}

// GenerateForOrganization makes a report on what accounts at a place of the
// organization last used of what service control policies, or one of them,
// allow there, and answers its id. account asks.
func (r *Reports) GenerateForOrganization(ctx context.Context, account arn.AccountID, path, policyID string) (id string, err error) {
	reach, err := r.Organization(ctx, account, path, policyID)
	if err != nil {
		return "", err
	}
	if err := r.Recorder.Flush(ctx); err != nil {
		return "", err
	}
	report := Report{ID: r.Mint.UUID(), Account: account, Subject: path}
	allowed := make(levels, len(reach.Levels))
	for i, documents := range reach.Levels {
		for _, d := range documents {
			allowed[i].add(d)
		}
	}
	for _, prefix := range actioncatalogue.Prefixes() {
		if allowed.service(prefix) {
			report.Content.Services = append(report.Content.Services, Service{Prefix: prefix})
		}
	}
	err = r.InTx(ctx, func(tx Tx) error {
		report.Created = tx.Now()
		return fillAccounts(ctx, tx, &report, reach.Accounts)
	})
	return report.ID, err
}

// fillAccounts adds which account used what, and keeps the report.
func fillAccounts(ctx context.Context, tx Tx, report *Report, accounts []Placed) error {
	ids, at := make([]arn.AccountID, len(accounts)), make(map[arn.AccountID]int, len(accounts))
	for i, a := range accounts {
		ids[i], at[a.ID] = a.ID, i
		report.Content.Entities = append(report.Content.Entities, Entity{ID: string(a.ID), Path: a.Path})
	}
	all, err := tx.AccountAccesses(ctx, ids, tx.Now().Add(-Kept))
	if err != nil {
		return fmt.Errorf("what accounts of %s used: %w", report.Subject, err)
	}
	for _, a := range all {
		report.Content.Uses = append(report.Content.Uses, Use{By: at[a.Account], Service: a.Service, At: a.At, Region: a.Region})
	}
	return tx.PutAccessReport(ctx, *report)
}
