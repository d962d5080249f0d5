package provisioning

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/instance"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
)

// Drift is a role that is not what Identity Center made it.
type Drift struct {
	Pair                     // Set is "" for a role of no permission set that there is
	RoleName    string       // in the account
	Differences []Difference // at least one
}

// Difference is one thing about a role that should be another.
type Difference struct {
	Property         string // as IAM calls it
	Expected, Actual string // "" for nothing
}

// What a role's Difference says when the whole role is there or not.
const (
	propertyRole = "Role"
	present      = "present"
)

// ledger is what should be in one account.
type ledger struct {
	account  arn.AccountID
	recorded map[string]Provisioned // by role name
	wanted   map[string]wish        // by role name
	busy     map[string]bool        // sets that are being written anyway
}

// wish is a permission set that somebody is assigned in the account.
type wish struct {
	set     string
	content permissionset.Content
}

// FindDrift compares what should be in accounts with what is. What a job is
// about to write anyway is no drift; of a role that waits to be brought up to
// date only what no permission set decides is compared.
func (s *Service) FindDrift(ctx context.Context, accounts []arn.AccountID) ([]Drift, error) {
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return nil, fmt.Errorf("find drift: %w", err)
	}
	metadata, err := s.metadata(ctx)
	if err != nil {
		return nil, fmt.Errorf("find drift: %w", err)
	}
	var ledgers []ledger
	err = s.View(ctx, func(tx Tx) error {
		contents := map[string]*permissionset.Content{}
		for _, account := range accounts {
			l, err := s.ledger(ctx, tx, i, account, contents)
			if err != nil {
				return err
			}
			ledgers = append(ledgers, l)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find drift: %w", err)
	}
	held, err := s.Accounts.Held(ctx, accounts, i.RolePath())
	if err != nil {
		return nil, fmt.Errorf("find drift: %w", err)
	}
	var all []Drift
	for n, h := range held {
		if h.Err != nil {
			return nil, fmt.Errorf("find drift in %s: %w", h.Account, h.Err)
		}
		all = append(all, ledgers[n].compare(i, metadata, h)...)
	}
	return all, nil
}

func (s *Service) metadata(ctx context.Context) (string, error) {
	signer, err := s.Instance.Signer(ctx)
	if err != nil {
		return "", err
	}
	metadata, err := signer.Metadata(signer.EntityID)
	if err != nil {
		return "", fmt.Errorf("metadata: %w", err)
	}
	return metadata, nil
}

// ledger reads what should be in an account; contents are those read already.
func (s *Service) ledger(ctx context.Context, tx Tx, i instance.Instance, account arn.AccountID, contents map[string]*permissionset.Content) (ledger, error) {
	l := ledger{account: account, recorded: map[string]Provisioned{}, wanted: map[string]wish{}, busy: map[string]bool{}}
	sets, err := tx.AssignedSets(ctx, account)
	if err != nil {
		return l, err
	}
	for _, set := range sets {
		content, err := contentOf(ctx, tx, set, contents)
		if err != nil {
			return l, err
		}
		if content != nil {
			l.wanted[i.RoleName(content.Name, account, set)] = wish{set, *content}
		}
	}
	for page := (paging.Page{Limit: pageSize}); ; {
		some, err := tx.ProvisionedSets(ctx, account, page)
		if err != nil {
			return l, err
		}
		for _, p := range some {
			l.recorded[p.RoleName], page.After = p, p.Set
		}
		if len(some) < page.Limit {
			break
		}
	}
	busy, err := s.Queue.Waiting(ctx, tx, string(account))
	for _, set := range busy {
		l.busy[set] = true
	}
	return l, err
}

// compare is pure.
func (l ledger) compare(i instance.Instance, metadata string, h Holding) (all []Drift) {
	there := map[string]HeldRole{}
	names := map[string]bool{}
	for _, role := range h.Roles {
		there[role.Name], names[role.Name] = role, true
	}
	for name := range l.wanted {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		wanted, isWanted := l.wanted[name]
		recorded, isRecorded := l.recorded[name]
		role, isThere := there[name]
		d := Drift{Pair: Pair{l.account, or(wanted.set, recorded.Set)}, RoleName: name}
		switch {
		case l.busy[d.Set]:
			continue
		case !isWanted:
			d.Differences = []Difference{{Property: propertyRole, Actual: present}}
		case !isThere:
			d.Differences = []Difference{{Property: propertyRole, Expected: present}}
		default:
			current := !isRecorded || recorded.Revision == Spoilt || recorded.Revision == wanted.content.Revision()
			d.Differences = differences(roleOf(i, d.Pair, name, wanted.content), role, l.account, current)
			if was := h.Providers[i.ProviderName(l.account)]; was != metadata {
				d.Differences = append(d.Differences, Difference{"SAMLMetadataDocument", metadata, was})
			}
		}
		if len(d.Differences) > 0 {
			all = append(all, d)
		}
	}
	return all
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// differences compares a role with what is there; what the permission set
// decides only if the role should be the current one.
func differences(want Role, is HeldRole, account arn.AccountID, current bool) (all []Difference) {
	add := func(property, expected, actual string, same bool) {
		if !same {
			all = append(all, Difference{property, expected, actual})
		}
	}
	add("Path", want.Path, is.Path, want.Path == is.Path)
	add("AssumeRolePolicyDocument", want.TrustPolicy, is.TrustPolicy, sameJSON(want.TrustPolicy, is.TrustPolicy))
	add("MaxSessionDuration", want.MaxSession.String(), is.MaxSession.String(), want.MaxSession == is.MaxSession)
	if !current {
		return all
	}
	attached := slices.Clone(want.ManagedPolicies)
	for _, p := range want.CustomerManaged {
		attached = append(attached, policyARN(account, p))
	}
	slices.Sort(attached)
	attached = slices.Compact(attached)
	add("AttachedPolicies", strings.Join(attached, "\n"), strings.Join(is.Attached, "\n"), slices.Equal(attached, is.Attached))
	boundary := ""
	if b := want.Boundary; b != nil {
		boundary = b.ManagedPolicyARN
		if b.Customer != nil {
			boundary = policyARN(account, *b.Customer)
		}
	}
	add("PermissionsBoundary", boundary, is.Boundary, boundary == is.Boundary)
	inline := maps.Clone(is.Inline)
	if want.Inline != "" {
		was := inline[want.InlineName]
		add("InlinePolicy "+want.InlineName, want.Inline, was, sameJSON(want.Inline, was))
		delete(inline, want.InlineName)
	}
	for _, name := range slices.Sorted(maps.Keys(inline)) {
		add("InlinePolicy "+name, "", inline[name], false)
	}
	return all
}

func policyARN(account arn.AccountID, p permissionset.PolicyRef) string {
	return arn.IAM(account, "policy"+p.Path+p.Name)
}

// sameJSON compares documents whatever their white space and order of members.
func sameJSON(a, b string) bool {
	if a == b {
		return true
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// Repair has what drifted in accounts written again, and answers the operation
// that is over when it was, and what it is about.
func (s *Service) Repair(ctx context.Context, accounts []arn.AccountID) (o Operation, found []Drift, err error) {
	if found, err = s.FindDrift(ctx, accounts); err != nil {
		return Operation{}, nil, err
	}
	i, err := s.Instance.Instance(ctx)
	if err != nil {
		return Operation{}, nil, fmt.Errorf("repair: %w", err)
	}
	err = s.InTx(ctx, func(tx Tx) error {
		o, err = s.repair(ctx, tx, i, found)
		return err
	})
	if err != nil {
		return Operation{}, nil, fmt.Errorf("repair %d: %w", len(found), err)
	}
	return o, found, nil
}

// repair begins to write what was found to have drifted.
func (s *Service) repair(ctx context.Context, tx Tx, i instance.Instance, found []Drift) (_ Operation, err error) {
	pairs, spoilt := make([]Pair, len(found)), make([]Provisioned, len(found))
	for n, d := range found {
		if pairs[n], err = d.owner(ctx, tx, i); err != nil {
			return Operation{}, err
		}
		spoilt[n] = Provisioned{pairs[n], d.RoleName, Spoilt}
	}
	if err := tx.PutProvisionedRoles(ctx, spoilt); err != nil {
		return Operation{}, err
	}
	return s.begin(ctx, tx, Request{Kind: KindRepair}, pairs)
}

// owner is the pair under which a role is written or removed. A role that no
// permission set there is can ever have gets a name of its own.
func (d Drift) owner(ctx context.Context, tx Tx, i instance.Instance) (Pair, error) {
	if d.Set != "" {
		return d.Pair, nil
	}
	name := strings.TrimPrefix(d.RoleName, "AWSReservedSSO_")
	set, found, err := tx.PermissionSetNamed(ctx, name[:max(strings.LastIndexByte(name, '_'), 0)])
	if err != nil {
		return Pair{}, err
	}
	if found && i.RoleName(set.Name, d.Account, set.ARN) == d.RoleName {
		return Pair{d.Account, set.ARN}, nil
	}
	return Pair{d.Account, stray + d.RoleName}, nil
}

// stray begins the name under which a role of no permission set is removed. No
// permission set's ARN begins so, and listings leave it out.
const stray = "stray role "

// Accounts whose drift is looked for at once.
const driftPage = 50

// Comparison is what looking for drift in the accounts of a page comes to.
type Comparison struct {
	Found    []Drift
	Compared int    // accounts
	Left     int    // accounts that come after them
	Next     string // "" when none do
}

// Compare looks for drift in the accounts of a page.
func (s *Service) Compare(ctx context.Context, after string) (Comparison, error) {
	ids, next, err := s.accountsAfter(ctx, after)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Compared: len(ids), Next: next}
	if next != "" {
		if c.Left, err = s.Accounts.Count(ctx, ids[len(ids)-1]); err != nil {
			return Comparison{}, fmt.Errorf("accounts after %s: %w", next, err)
		}
	}
	c.Found, err = s.FindDrift(ctx, ids)
	return c, err
}

func (s *Service) accountsAfter(ctx context.Context, after string) (ids []arn.AccountID, next string, err error) {
	accounts, next, err := s.Accounts.List(ctx, paging.Page{After: after, Limit: driftPage})
	if err != nil {
		return nil, "", fmt.Errorf("accounts after %s: %w", after, err)
	}
	for _, a := range accounts {
		ids = append(ids, a.ID)
	}
	return ids, next, nil
}
