package organizations

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/policy"
)

// ResourcePolicy is the policy of an organization itself: it lets principals of
// member accounts call for the management account.
type ResourcePolicy struct {
	ID      string // rp-<8>
	ARN     string
	Content string // JSON, at most 40,000 characters
}

// ResourcePolicyTx stores resource policies.
type ResourcePolicyTx interface {
	// PutOrgResourcePolicy writes an organization's one policy.
	PutOrgResourcePolicy(ctx context.Context, organization string, p ResourcePolicy) error
	OrgResourcePolicy(ctx context.Context, organization string) (ResourcePolicy, bool, error)
	DeleteOrgResourcePolicy(ctx context.Context, organization string) error
}

// ResourcePolicyARN names the organization's resource policy.
func (o Organization) ResourcePolicyARN(id string) string {
	return o.arn("resourcepolicy/" + o.ID + "/" + id)
}

const resourcePolicyPrefix = "rp-"

// PutResourcePolicy writes the organization's resource policy. Tags go with a
// new one only.
func (a Acting) PutResourcePolicy(ctx context.Context, content string, tags map[string]string) (p ResourcePolicy, err error) {
	err = a.asManager(ctx, func(tx Tx, org Organization) error {
		if err := hasFeatures(org); err != nil {
			return err
		}
		if err := checkResourcePolicy(content); err != nil {
			return err
		}
		if err := checkTags(0, tags); err != nil {
			return err
		}
		var found bool
		if p, found, err = tx.OrgResourcePolicy(ctx, org.ID); err != nil {
			return fmt.Errorf("resource policy of %s: %w", org.ID, err)
		}
		if !found {
			p.ID = a.s.Mint.From(resourcePolicyPrefix, mint.Lower, 8)
		} else if len(tags) > 0 {
			return violates("", "You can't tag an existing resource policy with this operation: use TagResource.")
		}
		p.ARN, p.Content = org.ResourcePolicyARN(p.ID), content
		if err := tx.PutOrgResourcePolicy(ctx, org.ID, p); err != nil {
			return fmt.Errorf("resource policy of %s: %w", org.ID, err)
		}
		return tx.PutOrgTags(ctx, tagsOf(p.ID, tags))
	})
	return p, err
}

func resourcePolicyOf(ctx context.Context, tx Tx, org Organization) (ResourcePolicy, error) {
	p, found, err := tx.OrgResourcePolicy(ctx, org.ID)
	if err == nil && !found {
		err = refuse(ResourcePolicyNotFound, fault.NotFound, "We can't find a resource policy request with the parameter that you specified.")
	}
	p.ARN = org.ResourcePolicyARN(p.ID)
	return p, err
}

// ResourcePolicy returns the organization's resource policy.
func (a Acting) ResourcePolicy(ctx context.Context) (p ResourcePolicy, err error) {
	err = a.asReader(ctx, withFeatures(func(tx Tx, org Organization) error {
		p, err = resourcePolicyOf(ctx, tx, org)
		return err
	}))
	return p, err
}

// DeleteResourcePolicy deletes the organization's resource policy.
func (a Acting) DeleteResourcePolicy(ctx context.Context) error {
	return a.asManager(ctx, withFeatures(func(tx Tx, org Organization) error {
		p, err := resourcePolicyOf(ctx, tx, org)
		if err != nil {
			return err
		}
		if err := tx.DeleteOrgTags(ctx, p.ID, nil); err != nil {
			return fmt.Errorf("untag %s: %w", p.ID, err)
		}
		return tx.DeleteOrgResourcePolicy(ctx, org.ID)
	}))
}

// Delegation returns the document of the resource policy that may let the
// account act for its organization, and that organization; "" where there is
// none, and for the management account, which needs none.
func (a Acting) Delegation(ctx context.Context) (document string, org Organization, err error) {
	err = a.asMember(ctx, func(tx Tx, o Organization) error {
		org = o
		if a.account == o.Management {
			return nil
		}
		p, _, err := tx.OrgResourcePolicy(ctx, o.ID)
		document = p.Content
		return err
	})
	return document, org, err
}

// grantable are the actions that a resource policy can be about (AWS
// Organizations User Guide, "Delegated administrator for AWS Organizations").
var grantable = []string{
	"AttachPolicy", "CreatePolicy", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "EnablePolicyType", "TagResource", "UntagResource", "UpdatePolicy",
	"DescribeAccount", "DescribeCreateAccountStatus", "DescribeEffectivePolicy", "DescribeHandshake", "DescribeOrganization",
	"DescribeOrganizationalUnit", "DescribePolicy", "DescribeResourcePolicy",
	"ListAWSServiceAccessForOrganization", "ListAccounts", "ListAccountsForParent", "ListAccountsWithInvalidEffectivePolicy", "ListChildren",
	"ListCreateAccountStatus", "ListDelegatedAdministrators", "ListDelegatedServicesForAccount", "ListEffectivePolicyValidationErrors",
	"ListHandshakesForAccount", "ListHandshakesForOrganization", "ListOrganizationalUnitsForParent", "ListParents", "ListPolicies",
	"ListPoliciesForTarget", "ListRoots", "ListTagsForResource", "ListTargetsForPolicy",
}

// notGrantable begins the actions that only the management account, or the
// account that is asked, has.
var notGrantable = []string{
	"Accept", "Cancel", "Close", "CreateA", "CreateG", "CreateO", "Decline", "DeleteO", "DeleteR", "Deregister", "DisableA", "EnableA",
	"Invite", "Leave", "Move", "Put", "Register", "Remove", "Terminate", "UpdateO", "UpdateR",
}

// isGrantable reports whether an action, which may end in *, names only actions
// that a resource policy can be about.
func isGrantable(action string) bool {
	service, name, ok := strings.Cut(action, ":")
	if !ok || !strings.EqualFold(service, "organizations") {
		return false
	}
	begin, wild := strings.CutSuffix(name, "*")
	if strings.ContainsAny(begin, "*?") {
		return false
	}
	begin = strings.ToLower(begin)
	for _, other := range notGrantable {
		if other = strings.ToLower(other); wild && strings.HasPrefix(other, begin) || strings.HasPrefix(begin, other) {
			return false
		}
	}
	for _, one := range grantable {
		if one = strings.ToLower(one); one == begin || wild && strings.HasPrefix(one, begin) {
			return true
		}
	}
	return false
}

// checkResourcePolicy refuses a document that is no resource policy of an organization.
func checkResourcePolicy(content string) error {
	all, err := statementsOf(content)
	if err != nil {
		return invalidInput(InvalidResourceJSON, "You provided an invalid JSON document for the resource policy.")
	}
	if _, err := policy.Compile(content, policy.Resource); err != nil {
		return invalidInput(InvalidResourceJSON, "You provided an invalid resource policy: "+err.Error())
	}
	for _, s := range all {
		if s.NotPrincipal != nil {
			return invalidInput(InvalidPrincipal, "You specified an invalid principal in the resource policy.")
		}
		if len(s.NotAction) > 0 {
			return unsupportedAction()
		}
		for _, action := range s.Action {
			if !isGrantable(action) {
				return unsupportedAction()
			}
		}
		for _, r := range s.Resource {
			if r != "*" && !strings.HasPrefix(r, "arn:aws:organizations:") {
				return invalidInput(UnsupportedResource, "You specified a resource that isn't supported in the resource policy.")
			}
		}
	}
	return nil
}

func unsupportedAction() error {
	return invalidInput(UnsupportedAction, "You specified an action that isn't supported in the resource policy.")
}

// statement is a statement of an authorization policy, as far as the rules of
// organizations go beyond the grammar.
type statement struct {
	Effect       string
	NotPrincipal any
	Action       oneOrMany
	NotAction    oneOrMany
	Resource     oneOrMany
}

// oneOrMany reads a string or a list of them.
type oneOrMany []string

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMany) UnmarshalJSON(text []byte) error {
	var one string
	if err := json.Unmarshal(text, &one); err == nil {
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// statementsOf reads the statements of a policy.
func statementsOf(content string) ([]statement, error) {
	var document struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(content), &document); err != nil {
		return nil, err
	}
	var one statement
	if err := json.Unmarshal(document.Statement, &one); err == nil {
		return []statement{one}, nil
	}
	var all []statement
	err := json.Unmarshal(document.Statement, &all)
	return all, err
}

// checkResourceControl holds a resource control policy of one's own to the
// rules beyond the grammar: it denies, and names services.
func checkResourceControl(content string) error {
	all, err := statementsOf(content)
	if err == nil {
		for _, s := range all {
			if s.Effect != "Deny" || s.NotPrincipal != nil || len(s.NotAction) > 0 || !namesServices(s.Action) {
				err = fmt.Errorf("statement with effect %s", s.Effect)
			}
		}
	}
	if err != nil {
		return refuse(MalformedPolicy, fault.Invalid, "The provided policy document does not meet the requirements of the specified policy type.")
	}
	return nil
}

func namesServices(actions []string) bool {
	for _, action := range actions {
		if service, _, ok := strings.Cut(action, ":"); !ok || strings.Contains(service, "*") {
			return false
		}
	}
	return len(actions) > 0
}
