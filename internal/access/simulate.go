package access

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/iam"
	"foyer/internal/jsontree"
	"foyer/internal/policy"
)

// Simulator tells what policies would decide of a request that nobody makes. It
// asks the same engine as the gate does. All exported fields are required; it
// must not be copied once used.
type Simulator struct {
	IAM interface {
		PoliciesOf(context.Context, iam.Ref) (iam.PrincipalPolicies, error)
	}
	Place func(context.Context, arn.AccountID) (*Place, error) // the method of Facts, remembered or not

	policies library
}

// Simulation is what is asked of a Simulator, as AWS's SimulateCustomPolicy and
// SimulatePrincipalPolicy ask.
type Simulation struct {
	Account        arn.AccountID // who asks
	Source         string        // ARN of the user, group or role whose policies decide; "" for none
	Policies       []string      // documents that decide besides
	Boundaries     []string      // at most one document, in place of the source's boundary
	Actions        []string
	Resources      []string // ARNs; none means "*"
	ResourcePolicy string   // the policy that every resource has; "" for none
	ResourceOwner  string   // arn:aws:iam::<account>:root: who owns resources whose ARN does not say; "" means the caller's account
	Caller         string   // ARN of who makes the request; "" means the source
	Context        []ContextEntry
}

// ContextEntry is a condition key of a simulated request.
type ContextEntry struct {
	Name   string
	Type   string // of the model's ContextKeyTypeEnum; "" is not checked
	Values []string
}

// SimulatedAction is what is decided of one action.
type SimulatedAction struct {
	Action string
	SimulatedResult
	Organizations *bool             // whether service control policies allow it; nil outside an organization
	Each          []SimulatedResult // for each resource; nil for "*"
}

// SimulatedResult is what is decided of an action and a resource.
type SimulatedResult struct {
	Resource string // an ARN, "*", or for several resources what their ARNs look like
	Decision policy.Decision
	Matched  []SimulatedStatement
	Missing  []string                   // condition keys that policies ask about and the request lacks; only where nothing allows
	Boundary *bool                      // whether the permissions boundary allows it; nil for none
	Details  map[string]policy.Decision // what each kind of policy says, across accounts; nil for "*"
}

// SimulatedStatement is a statement that a decision rests on.
type SimulatedStatement struct {
	PolicyID, PolicyType string
	Start, End           jsontree.Position
}

// The types of policies, as AWS's simulations call them.
const (
	identityType = "IAM Policy"
	boundaryType = "Permissions Boundary Policy"
	resourceType = "Resource Policy"
)

// maxSimulated bounds the decisions of one page.
const maxSimulated = 10_000

// simulation is a Simulation made ready.
type simulation struct {
	ask       *Simulation
	resources []string
	sources   []source // by the number under which their policies are attached
	layers    policy.Layers
	principal policy.Principal
	owner     string // account of resources that do not say; "" means the principal's
	inOrg     bool
	keys      map[string][]string // by name in lower case
}

// source is where a policy comes from.
type source struct{ id, kind, document string }

// Simulate decides at most limit of q's actions, those behind the first from,
// and reports whether there are more. It fails with an Invalid or NotFound
// fault, in AWS's words.
func (s *Simulator) Simulate(ctx context.Context, q *Simulation, from, limit int) ([]SimulatedAction, bool, error) {
	m := &simulation{ask: q, resources: q.Resources}
	if len(m.resources) == 0 {
		m.resources = []string{"*"}
	}
	if err := q.check(m.resources); err != nil {
		return nil, false, err
	}
	if err := m.readContext(); err != nil {
		return nil, false, err
	}
	if err := s.gather(ctx, m); err != nil {
		return nil, false, err
	}
	var all []SimulatedAction
	for i := from; i < len(q.Actions); i++ {
		if len(all) >= limit || len(all) > 0 && (len(all)+1)*len(m.resources) > maxSimulated {
			return all, true, nil
		}
		all = append(all, m.decide(q.Actions[i]))
	}
	return all, false, ctx.Err()
}

// ContextKeys returns the condition keys that documents, and the policies of
// the user, group or role with the ARN source if it is not "", ask about.
func (s *Simulator) ContextKeys(ctx context.Context, account arn.AccountID, from string, documents []string) ([]string, error) {
	m := &simulation{ask: &Simulation{Account: account, Source: from, Policies: documents}}
	if err := s.gatherIdentity(ctx, m); err != nil {
		return nil, err
	}
	attached := m.layers.Identity
	if m.layers.Boundary != nil {
		attached = append(attached, *m.layers.Boundary)
	}
	return policy.Missing(attached, nil), nil
}

// check checks what needs no policy.
func (q *Simulation) check(resources []string) error {
	if len(q.Boundaries) > 1 {
		return fault.Newf(fault.Invalid, "The list of Permissions Boundary policies cannot exceed 1 items.")
	}
	for _, a := range q.Actions {
		if !strings.Contains(a, ":") {
			return fault.Newf(fault.Invalid, "The action is invalid since it is missing names")
		}
	}
	if len(resources) > 1 && slices.Contains(resources, "*") {
		return fault.Newf(fault.Invalid, "you cannot include both * and individual resources in the resource list for a simulation.")
	}
	for _, r := range resources {
		if r != "*" && !isResource(r) {
			return badResource(r)
		}
	}
	if q.ResourcePolicy != "" && resources[0] == "*" {
		return noEntity("*")
	}
	return nil
}

// isResource reports whether r has all that an ARN needs: a partition, a
// service and a resource.
func isResource(r string) bool {
	a, err := arn.Parse(r)
	return err == nil && a.Partition != "" && a.Service != "" && a.Resource != ""
}

func badResource(r string) error {
	return fault.Newf(fault.Invalid, "ResourceNames are not in a valid ARN format: %s.", r)
}

func noEntity(name string) error {
	return fault.Newf(fault.Invalid, "Invalid Entity Arn: %s does not clearly define entity type and name.", name)
}

// gather compiles what has a say, and finds out who asks.
func (s *Simulator) gather(ctx context.Context, m *simulation) error {
	if err := s.gatherIdentity(ctx, m); err != nil {
		return err
	}
	if len(m.ask.Boundaries) > 0 {
		b, err := s.add(m, source{"PermissionsBoundaryPolicyInputList.1", boundaryType, m.ask.Boundaries[0]}, policy.Identity)
		if err != nil {
			return fault.Newf(fault.Invalid, "Permissions Boundary policy input list item 1 has invalid content")
		}
		m.layers.Boundary = &b
	}
	if m.ask.ResourcePolicy != "" {
		if err := checkResourcePolicy(m.ask.ResourcePolicy); err != nil {
			return err
		}
		r, err := s.add(m, source{"ResourcePolicy", resourceType, m.ask.ResourcePolicy}, kindOf(m.resources[0]))
		if err != nil {
			return fault.Newf(fault.Invalid, "Resource policy has invalid content")
		}
		m.layers.Resource = []policy.Attached{r}
	}
	if err := m.identify(); err != nil {
		return err
	}
	return m.readOwner()
}

// checkResourcePolicy refuses a policy that is for no resource in particular.
func checkResourcePolicy(document string) error {
	root, err := jsontree.Parse(document)
	if err != nil {
		return fault.Newf(fault.Invalid, "Resource policy has invalid content")
	}
	if statements, ok := root.Member("Statement"); ok {
		for _, s := range statements.Items() {
			if r, ok := s.Member("Resource"); ok && r.Kind == jsontree.String && r.Text == "*" {
				return badResource("*")
			}
		}
	}
	return nil
}

// gatherIdentity compiles the policies of the source, and those that were given.
func (s *Simulator) gatherIdentity(ctx context.Context, m *simulation) error {
	if m.ask.Source != "" {
		if err := s.gatherSource(ctx, m); err != nil {
			return err
		}
	}
	for i, document := range m.ask.Policies {
		a, err := s.add(m, source{"PolicyInputList." + strconv.Itoa(i+1), identityType, document}, policy.Identity)
		if err != nil {
			return fault.Newf(fault.Invalid, "Policy input list item %d has invalid content", i+1)
		}
		m.layers.Identity = append(m.layers.Identity, a)
	}
	return nil
}

// gatherSource reads what the source holds, and where its account stands.
func (s *Simulator) gatherSource(ctx context.Context, m *simulation) error {
	ref, err := SourceRef(m.ask.Account, m.ask.Source)
	if err != nil {
		return err
	}
	held, err := s.IAM.PoliciesOf(ctx, ref)
	if err != nil {
		if fault.Of(err) == fault.NotFound {
			return fault.Newf(fault.NotFound, "Unable to retrieve specified IAM entity.")
		}
		return err
	}
	for _, d := range held.Documents {
		a, err := s.add(m, source{sourceID(d), identityType, d.Document}, policy.Identity)
		if err != nil {
			return fmt.Errorf("policy %s: %w", d.Name, err)
		}
		m.layers.Identity = append(m.layers.Identity, a)
	}
	if b := held.Boundary; b != nil {
		a, err := s.add(m, source{b.Name, boundaryType, b.Document}, policy.Identity)
		if err != nil {
			return fmt.Errorf("boundary %s: %w", b.Name, err)
		}
		m.layers.Boundary = &a
	}
	place, err := s.Place(ctx, ref.Account)
	if err != nil {
		return err
	}
	m.inOrg = place.OrgID != ""
	if !held.ServiceLinked {
		m.layers.Controls = place.controls
	}
	m.ofSource(ref, held, place)
	return nil
}

// sourceID is how AWS names a policy that an entity holds.
func sourceID(d iam.NamedDocument) string {
	if d.ARN != "" {
		return d.Name
	}
	return string(d.Holder.Kind) + "_" + d.Holder.Name + "_" + d.Name
}

// SourceRef reads the ARN of a user, group or role of account whose policies
// are to be simulated. Its path does not matter, as with AWS.
func SourceRef(account arn.AccountID, sourceARN string) (iam.Ref, error) {
	a, err := arn.Parse(sourceARN)
	kind, name, _ := strings.Cut(a.Resource, "/")
	ref := iam.Ref{Account: a.Account, Kind: iam.Kind(kind), Name: name[strings.LastIndexByte(name, '/')+1:]}
	known := ref.Kind == iam.UserKind || ref.Kind == iam.GroupKind || ref.Kind == iam.RoleKind
	switch {
	case err != nil || a.Service != "iam" || !known || ref.Name == "":
		return iam.Ref{}, fault.Newf(fault.Invalid, "Invalid ARN provided in the request: %s", sourceARN)
	case ref.Account != account:
		return iam.Ref{}, fault.Newf(fault.Invalid,
			"Invalid Policy Source Arn: caller's account %s does not have access to policies in account %s.", account, ref.Account)
	}
	return ref, nil
}

// add compiles a policy under the number of its source.
func (s *Simulator) add(m *simulation, from source, kind policy.Kind) (policy.Attached, error) {
	p, err := s.policies.compile(from.document, kind)
	m.sources = append(m.sources, from)
	return policy.Attached{Name: strconv.Itoa(len(m.sources) - 1), Policy: p}, err
}
