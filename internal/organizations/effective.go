package organizations

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/inherit"
	"foyer/internal/paging"
)

// EffectivePolicy is what the management policies of one type come to for an account.
type EffectivePolicy struct {
	Account arn.AccountID
	Type    PolicyType
	Content string    // JSON, without operators
	Updated time.Time // when a policy that has a say was last written or attached
}

func noEffectivePolicy() error {
	return refuse(EffectivePolicyNotFound, fault.NotFound, "There is no effective policy of the specified type for the target.")
}

// EffectivePolicy returns the effective policy of an account; id "" means the
// asking account's own. Every member may ask for its own, who may read also for
// others.
func (a Acting) EffectivePolicy(ctx context.Context, kind PolicyType, id string) (p EffectivePolicy, err error) {
	run := a.asReader
	if id == "" || id == string(a.account) {
		id, run = string(a.account), a.asMember
	}
	err = run(ctx, withFeatures(func(tx Tx, org Organization) error {
		if TargetOf(id) != AccountTarget {
			return invalidInput(TargetNotSupported, "You can't perform this operation on a root or an organizational unit.")
		}
		account, err := member(ctx, tx, org, arn.AccountID(id))
		if fault.Of(err) == fault.NotFound {
			return noPlace(TargetNotFound)
		}
		if err != nil {
			return err
		}
		m, err := effectiveOf(ctx, tx, org, kind, account)
		if err != nil {
			return err
		}
		p = EffectivePolicy{account.ID, kind, m.content(kind), m.updated}
		return nil
	}))
	return p, err
}

// merged is the policies over one account, merged.
type merged struct {
	tree    *inherit.Node
	updated time.Time
}

func (m merged) content(kind PolicyType) string {
	return m.tree.JSON(func(path string) bool { return forms[kind].at(path).empty })
}

// effectiveOf merges the policies of a type over an account. Where there are
// none it fails as an EffectivePolicyNotFound refusal.
func effectiveOf(ctx context.Context, tx Tx, org Organization, kind PolicyType, account Account) (merged, error) {
	if !org.Has(kind) || !kind.Inherited() {
		return merged{}, noEffectivePolicy()
	}
	targets := pathTargets(account.Path)
	documents, err := tx.OrgPolicyDocuments(ctx, org.ID, kind, targets)
	if err != nil {
		return merged{}, fmt.Errorf("policies over %s: %w", account.ID, err)
	}
	if len(documents) == 0 {
		return merged{}, noEffectivePolicy()
	}
	return merge(kind, targets, documents)
}

// merge merges attached policies, the first target's first. Those of one target
// merge in the order in which they were attached.
func merge(kind PolicyType, targets []string, documents []AttachedDocument) (merged, error) {
	var m merged
	slices.SortStableFunc(documents, func(a, b AttachedDocument) int { return a.Attached.Compare(b.Attached) })
	levels := make([][]inherit.Attached, len(targets))
	for _, d := range documents {
		p, err := inherit.Parse(d.Document)
		if err != nil {
			return merged{}, fmt.Errorf("policy %s: %w", d.PolicyID, err) // it was parsed when it came
		}
		i := slices.Index(targets, d.Target)
		levels[i] = append(levels[i], inherit.Attached{ID: d.PolicyID, Policy: p})
		m.updated = latest(m.updated, d.Updated, d.Attached)
	}
	m.tree = inherit.Merge(levels, mergeOptions(kind))
	return m, nil
}

func latest(all ...time.Time) time.Time { return slices.MaxFunc(all, time.Time.Compare) }

// FlawedPolicy is what is wrong with an effective policy.
type FlawedPolicy struct {
	Account Account
	At      time.Time // of the check
	Flaws   []Flaw    // none when nothing is wrong
}

// EffectivePolicyFlaws returns what is wrong with the effective policy of an
// account.
func (a Acting) EffectivePolicyFlaws(ctx context.Context, kind PolicyType, id arn.AccountID) (f FlawedPolicy, err error) {
	err = a.asReader(ctx, withFeatures(func(tx Tx, org Organization) error {
		account, err := member(ctx, tx, org, id)
		if err != nil {
			return err
		}
		m, err := effectiveOf(ctx, tx, org, kind, account)
		if err != nil {
			return err
		}
		f = FlawedPolicy{account, tx.Now(), flawsOf(kind, m.tree, true)}
		return nil
	}))
	return f, err
}

// checkedAtOnce is how many accounts InvalidAccounts reads together.
const checkedAtOnce = 500

// InvalidAccounts lists, by id, the accounts whose effective policy of a type
// is flawed.
func (a Acting) InvalidAccounts(ctx context.Context, kind PolicyType, page paging.Page) (all []Account, next string, err error) {
	err = a.asReader(ctx, withFeatures(func(tx Tx, org Organization) error {
		if !org.Has(kind) || !kind.Inherited() {
			return noEffectivePolicy()
		}
		c := checker{org: org, kind: kind, flawed: map[string]bool{}}
		reading := paging.Page{After: page.After, Limit: checkedAtOnce}
		for {
			accounts, err := tx.OrgAccounts(ctx, org.ID, reading)
			if err != nil {
				return fmt.Errorf("accounts of %s: %w", org.ID, err)
			}
			bad, err := c.check(ctx, tx, accounts)
			if err != nil {
				return err
			}
			all = append(all, bad...)
			if len(accounts) < checkedAtOnce || len(all) > page.Limit {
				return nil
			}
			reading.After = string(accounts[len(accounts)-1].ID)
		}
	}))
	return cut(all, page, err)
}

// checker finds flawed effective policies of one type. Accounts under the same
// parent that have no policies of their own have the same one.
type checker struct {
	org    Organization
	kind   PolicyType
	flawed map[string]bool // of parents, for accounts without policies of their own
}

func (c *checker) check(ctx context.Context, tx Tx, accounts []Account) (bad []Account, err error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = string(a.ID)
	}
	attached, err := tx.OrgPolicyDocuments(ctx, c.org.ID, c.kind, ids)
	if err != nil {
		return nil, fmt.Errorf("policies of %d accounts: %w", len(accounts), err)
	}
	own := map[string]bool{}
	for _, d := range attached {
		own[d.Target] = true
	}
	for _, a := range accounts {
		flawed, known := c.flawed[a.ParentID]
		if own[string(a.ID)] || !known {
			if flawed, err = c.isFlawed(ctx, tx, a); err != nil {
				return nil, err
			}
		}
		if !own[string(a.ID)] {
			c.flawed[a.ParentID] = flawed
		}
		if flawed {
			bad = append(bad, a)
		}
	}
	return bad, nil
}

func (c *checker) isFlawed(ctx context.Context, tx Tx, a Account) (bool, error) {
	m, err := effectiveOf(ctx, tx, c.org, c.kind, a)
	if fault.Of(err) == fault.NotFound {
		return false, nil
	}
	return err == nil && len(flawsOf(c.kind, m.tree, true)) > 0, err
}
