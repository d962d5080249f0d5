package iam

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/policy"
	"foyer/internal/quota"
)

// PolicyRef names a customer managed policy in whatever account it is looked
// for. Path "" means "/".
type PolicyRef struct {
	Path string
	Name string
}

// ProtectedRole is a role that Foyer puts into an account for a permission set.
type ProtectedRole struct {
	Account           arn.AccountID
	Name              string // AWSReservedSSO_…
	Path              string // /aws-reserved/sso.amazonaws.com/…
	Description       string
	TrustPolicy       string
	MaxSession        time.Duration // 0 means DefaultMaxSession
	ManagedPolicyARNs []string      // of AWS
	CustomerManaged   []PolicyRef   // to be found in Account
	InlineName        string
	Inline            string // "" for none
	BoundaryARN       string // of AWS; "" for none
	BoundaryCustomer  *PolicyRef
	// Anew writes the role also where the last write was the same: somebody may
	// have changed it since.
	Anew bool
}

// RoleRef names a role.
type RoleRef struct {
	Account arn.AccountID
	Name    string
}

// RoleWrite is a protected role as the store writes it: the role, everything it
// holds, and a digest of both.
type RoleWrite struct {
	Role
	Attached   []string // ARNs, in order
	InlineName string
	Inline     string
	InlineSize int
	Digest     string
	Exists     bool // a role of this ID is there: what it holds is replaced
}

// WrittenRole is what is there already under a protected role's name.
type WrittenRole struct {
	ID        string
	Created   time.Time
	Protected bool
	Digest    string // of the write that made it so
}

// CustomerPolicy names a customer managed policy of an account.
type CustomerPolicy struct {
	Account arn.AccountID
	Name    string // by Key
}

// ProtectedTx writes what Foyer puts into accounts, many at once.
type ProtectedTx interface {
	// WrittenRoles finds roles by account and Key of the name; what is not there is not in the answer.
	WrittenRoles(ctx context.Context, refs []RoleRef) (map[RoleRef]WrittenRole, error)
	// CustomerPolicyARNs finds policies; what is not there is not in the answer.
	CustomerPolicyARNs(ctx context.Context, names []CustomerPolicy) (map[CustomerPolicy]string, error)
	// WriteProtectedRoles writes roles with all they hold. No role comes twice.
	WriteProtectedRoles(ctx context.Context, writes []RoleWrite) error
	// DeleteIAMEntities removes entities with all they hold.
	DeleteIAMEntities(ctx context.Context, ids []string) error
	// IAMHoldings reads what accounts hold: see Service.Holdings.
	IAMHoldings(ctx context.Context, accounts []arn.AccountID, pathPrefix string) (map[arn.AccountID]Holding, error)
	// WriteProtectedProviders writes providers, new or not. None comes twice.
	WriteProtectedProviders(ctx context.Context, providers []SAMLProvider) error
}

func (r ProtectedRole) ref() RoleRef { return RoleRef{r.Account, Key(r.Name)} }

// PutProtectedRoles makes the roles as they are given, in one transaction; a
// role that was written so already costs a lookup. The answer has one slot for each: nil,
// or the fault for which this role was left as it was. A customer managed
// policy that the account does not have is a NotFound fault naming both.
func (s *Service) PutProtectedRoles(ctx context.Context, roles []ProtectedRole) (outcomes []error, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		outcomes = make([]error, len(roles))
		refs := make([]RoleRef, len(roles))
		for i, r := range roles {
			refs[i] = r.ref()
		}
		there, err := tx.WrittenRoles(ctx, refs)
		if err != nil {
			return fmt.Errorf("look up %d roles: %w", len(roles), err)
		}
		customer, err := tx.CustomerPolicyARNs(ctx, customerPolicies(roles))
		if err != nil {
			return fmt.Errorf("look up customer managed policies: %w", err)
		}
		b := batch{s: s, there: there, customer: customer, checked: map[documentAs]error{}, slot: map[RoleRef]int{}}
		for i, r := range roles {
			outcomes[i] = b.add(r, tx.Now())
		}
		if err := tx.WriteProtectedRoles(ctx, b.writes); err != nil {
			return fmt.Errorf("write %d roles: %w", len(b.writes), err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

func customerPolicies(roles []ProtectedRole) []CustomerPolicy {
	seen := map[CustomerPolicy]bool{}
	for _, r := range roles {
		for _, p := range r.CustomerManaged {
			seen[CustomerPolicy{r.Account, Key(p.Name)}] = true
		}
		if r.BoundaryCustomer != nil {
			seen[CustomerPolicy{r.Account, Key(r.BoundaryCustomer.Name)}] = true
		}
	}
	all := make([]CustomerPolicy, 0, len(seen))
	for p := range seen {
		all = append(all, p)
	}
	return all
}

// batch turns wanted roles into writes.
type batch struct {
	s        *Service
	there    map[RoleRef]WrittenRole
	customer map[CustomerPolicy]string
	checked  map[documentAs]error
	slot     map[RoleRef]int // where in writes a role of this batch is
	writes   []RoleWrite
}

// documentAs is a policy document and what it is used for.
type documentAs struct {
	document string
	kind     policy.Kind
}

// check is checkDocument, once for each document of the batch.
func (b *batch) check(document string, kind policy.Kind) error {
	key := documentAs{document, kind}
	err, known := b.checked[key]
	if !known {
		err = checkDocument(document, kind)
		b.checked[key] = err
	}
	return err
}

// add queues the write of r when something about it is new.
func (b *batch) add(r ProtectedRole, now time.Time) error {
	w, err := b.resolve(r)
	if err != nil {
		return err
	}
	was, exists := b.there[r.ref()]
	if exists && !was.Protected {
		return fault.Newf(fault.Conflict, "Role with name %s already exists in account %s and is not protected.", r.Name, r.Account)
	}
	at, queued := b.slot[r.ref()]
	if exists && was.Digest == w.Digest && !queued && !r.Anew {
		return nil
	}
	switch {
	case queued:
		w.ID, w.Created, w.Exists = b.writes[at].ID, b.writes[at].Created, b.writes[at].Exists
		b.writes[at] = w
		return nil
	case exists:
		w.ID, w.Created, w.Exists = was.ID, was.Created, true
	default:
		w.ID, w.Created = b.s.Mint.UniqueID(RoleKind.idPrefix()), now
	}
	b.slot[r.ref()] = len(b.writes)
	b.writes = append(b.writes, w)
	return nil
}

// resolve finds r's policies in its account and checks every rule.
func (b *batch) resolve(r ProtectedRole) (RoleWrite, error) {
	if r.Path == "" {
		r.Path = "/"
	}
	if r.MaxSession == 0 {
		r.MaxSession = DefaultMaxSession
	}
	w := RoleWrite{
		Role: Role{
			Entity: Entity{
				Kind: RoleKind, Account: r.Account, Name: r.Name, Path: r.Path,
				ARN: EntityARN(r.Account, RoleKind, r.Path, r.Name), Protected: true,
			},
			Description: r.Description, TrustPolicy: r.TrustPolicy, MaxSession: r.MaxSession,
		},
		Inline: r.Inline, InlineSize: size(r.Inline),
	}
	if err := b.check(r.TrustPolicy, policy.Trust); err != nil {
		return w, err
	}
	if r.Inline != "" {
		w.InlineName = r.InlineName
		if err := b.check(r.Inline, policy.Identity); err != nil {
			return w, err
		}
		if err := b.s.inlineFits(w.Entity, w.InlineSize); err != nil {
			return w, err
		}
	}
	if err := b.attach(r, &w); err != nil {
		return w, err
	}
	digest, err := w.digest()
	w.Digest = digest
	return w, err
}

// attach resolves r's managed policies and boundary into w.
func (b *batch) attach(r ProtectedRole, w *RoleWrite) error {
	for _, a := range r.ManagedPolicyARNs {
		if !assignable(a) {
			return noSuchPolicy(a)
		}
		w.Attached = append(w.Attached, a)
	}
	for _, ref := range r.CustomerManaged {
		a, err := b.find(r.Account, ref)
		if err != nil {
			return err
		}
		w.Attached = append(w.Attached, a)
	}
	slices.Sort(w.Attached)
	w.Attached = slices.Compact(w.Attached)
	if most := b.s.quotas().PoliciesPerRole; quota.Exceeded(most, len(w.Attached)) {
		return exceeded("PoliciesPerRole", most)
	}
	switch {
	case r.BoundaryCustomer != nil:
		a, err := b.find(r.Account, *r.BoundaryCustomer)
		w.BoundaryARN = a
		return err
	case r.BoundaryARN != "" && !assignable(r.BoundaryARN):
		return noSuchPolicy(r.BoundaryARN)
	}
	w.BoundaryARN = r.BoundaryARN
	return nil
}

func (b *batch) find(account arn.AccountID, ref PolicyRef) (string, error) {
	found, ok := b.customer[CustomerPolicy{account, Key(ref.Name)}]
	if want := PolicyARN(account, ref.Path, ref.Name); !ok || found != want {
		return "", fault.Newf(fault.NotFound, "The customer managed policy %s was not found in account %s: create it there with this name and path, then provision again.", want, account)
	}
	return found, nil
}

// digest is the same for two writes that leave the same behind.
func (w RoleWrite) digest() (string, error) {
	text, err := json.Marshal([]any{
		w.Name, w.Path, w.Description, w.TrustPolicy, w.MaxSession, w.BoundaryARN, w.Attached, w.InlineName, w.Inline,
	})
	if err != nil {
		return "", fmt.Errorf("digest of role %s: %w", w.ARN, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// DeleteProtectedRoles deletes protected roles with all they hold, in one
// transaction. The answer has one slot for each: nil, also when the role is not
// there, or the fault for which it was left.
func (s *Service) DeleteProtectedRoles(ctx context.Context, refs []RoleRef) (outcomes []error, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		outcomes = make([]error, len(refs))
		keys := make([]RoleRef, len(refs))
		for i, r := range refs {
			keys[i] = RoleRef{r.Account, Key(r.Name)}
		}
		there, err := tx.WrittenRoles(ctx, keys)
		if err != nil {
			return fmt.Errorf("look up %d roles: %w", len(refs), err)
		}
		var ids []string
		for i, k := range keys {
			role, found := there[k]
			switch {
			case !found:
			case !role.Protected:
				outcomes[i] = fault.Newf(fault.Conflict, "Role %s of account %s is not protected.", refs[i].Name, refs[i].Account)
			default:
				ids = append(ids, role.ID)
			}
		}
		return tx.DeleteIAMEntities(ctx, ids)
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// ProtectedProvider is a SAML provider that Foyer puts into an account.
type ProtectedProvider struct {
	Account  arn.AccountID
	Name     string // AWSSSO_<16 hex>_DO_NOT_DELETE
	Metadata string
}

// PutProtectedSAMLProvider is PutProtectedSAMLProviders for one.
func (s *Service) PutProtectedSAMLProvider(ctx context.Context, account arn.AccountID, name, metadata string) error {
	return s.PutProtectedSAMLProviders(ctx, []ProtectedProvider{{account, name, metadata}})
}

// PutProtectedSAMLProviders makes providers, or gives them new metadata, in one
// transaction. Doing it twice is no error.
func (s *Service) PutProtectedSAMLProviders(ctx context.Context, providers []ProtectedProvider) error {
	return s.InTx(ctx, func(tx Tx) error {
		parsed := map[string]SAMLProvider{} // by metadata: most accounts get the same
		last := map[RoleRef]int{}
		var writes []SAMLProvider
		for _, p := range providers {
			d, known := parsed[p.Metadata]
			if !known {
				if err := d.describe(p.Metadata, tx.Now()); err != nil {
					return err
				}
				parsed[p.Metadata] = d
			}
			w := s.newProvider(p.Account, p.Name, tx.Now())
			w.Metadata, w.EntityID, w.ValidUntil, w.Protected = d.Metadata, d.EntityID, d.ValidUntil, true
			ref := RoleRef{p.Account, Key(p.Name)}
			if at, queued := last[ref]; queued {
				writes[at] = w
				continue
			}
			last[ref] = len(writes)
			writes = append(writes, w)
		}
		return tx.WriteProtectedProviders(ctx, writes)
	})
}

// DeleteProtectedSAMLProvider removes a provider; one that is not there is no error.
func (s *Service) DeleteProtectedSAMLProvider(ctx context.Context, account arn.AccountID, name string) error {
	return s.InTx(ctx, func(tx Tx) error { return tx.DeleteSAMLProvider(ctx, account, name) })
}
