package organizations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/arn"
	"foyer/internal/organizations"
	"foyer/internal/paging"
)

// management adds a management policy, enables its type, and attaches it.
func (h *house) settings(t testing.TB, kind organizations.PolicyType, name, content string, targets ...string) string {
	t.Helper()
	org, err := h.Organization(t.Context())
	mustDo(t, err)
	if !org.Has(kind) {
		_, err := h.EnablePolicyType(t.Context(), h.org.Root, kind)
		mustDo(t, err)
	}
	p, err := h.CreatePolicy(t.Context(), organizations.Policy{Type: kind, Name: name, Content: content}, nil)
	mustDo(t, err)
	for _, target := range targets {
		mustDo(t, h.AttachPolicy(t.Context(), p.ID, target))
	}
	return p.ID
}

func TestEffectivePoliciesFollowThePath(t *testing.T) {
	h := open(t)
	account := h.member(t, "prod")
	ou := h.unit(t, h.org.Root, "Workloads")
	mustDo(t, h.MoveAccount(t.Context(), account, h.org.Root, ou.ID))
	_, err := h.EffectivePolicy(t.Context(), organizations.TagPolicy, string(account))
	broke(t, err, organizations.EffectivePolicyNotFound, "")
	_, err = h.EnablePolicyType(t.Context(), h.org.Root, organizations.TagPolicy)
	mustDo(t, err)
	_, err = h.EffectivePolicy(t.Context(), organizations.TagPolicy, string(account))
	broke(t, err, organizations.EffectivePolicyNotFound, "")

	h.settings(t, organizations.TagPolicy, "root", `{"tags":{"CostCenter":{"tag_key":{"@@assign":"CostCenter"},"tag_value":{"@@assign":["100","200"]}}}}`, h.org.Root)
	h.now = h.now.Add(time.Hour)
	h.settings(t, organizations.TagPolicy, "ou", `{"tags":{"costcenter":{"tag_value":{"@@append":["300"],"@@remove":["100"]}}}}`, ou.ID)
	h.settings(t, organizations.TagPolicy, "account", `{"tags":{"Team":{"tag_key":{"@@assign":"Team"}}}}`, string(account))

	p, err := h.EffectivePolicy(t.Context(), organizations.TagPolicy, string(account))
	mustDo(t, err)
	const want = `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["200","300"]},"team":{"tag_key":"Team"}}}`
	if p.Content != want || p.Account != account || !p.Updated.Equal(h.now) {
		t.Errorf("effective = %+v, want %s", p, want)
	}
	own, err := h.As(account).EffectivePolicy(t.Context(), organizations.TagPolicy, "")
	if err != nil || own.Content != want {
		t.Errorf("the account itself reads %+v, %v", own, err)
	}
	theirs, err := h.EffectivePolicy(t.Context(), organizations.TagPolicy, "")
	if err != nil || theirs.Content != `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["100","200"]}}}` {
		t.Errorf("the management account has %+v, %v", theirs, err)
	}
	_, err = h.As(account).EffectivePolicy(t.Context(), organizations.TagPolicy, string(management))
	broke(t, err, organizations.AccessDenied, "")
	_, err = h.EffectivePolicy(t.Context(), organizations.TagPolicy, ou.ID)
	broke(t, err, organizations.InvalidInput, organizations.TargetNotSupported)
	_, err = h.EffectivePolicy(t.Context(), organizations.TagPolicy, "000000000000")
	broke(t, err, organizations.TargetNotFound, "")
	_, err = h.EffectivePolicy(t.Context(), organizations.ServiceControl, string(account))
	broke(t, err, organizations.EffectivePolicyNotFound, "")
}

func TestPoliciesOfOneTargetMergeInTheOrderOfAttachment(t *testing.T) {
	h := open(t)
	document := func(v string) string {
		return `{"services":{"default":{"opt_out_policy":{"@@assign":"` + v + `"}}}}`
	}
	in := h.settings(t, organizations.AIOptOutPolicy, "in", document("optIn"))
	out := h.settings(t, organizations.AIOptOutPolicy, "out", document("optOut"))
	for _, order := range [][]string{{in, out}, {out, in}} {
		for _, id := range order {
			h.now = h.now.Add(time.Minute)
			mustDo(t, h.AttachPolicy(t.Context(), id, h.org.Root))
		}
		want := map[string]string{in: "optIn", out: "optOut"}[order[1]]
		p, err := h.EffectivePolicy(t.Context(), organizations.AIOptOutPolicy, "")
		if err != nil || p.Content != `{"services":{"default":{"opt_out_policy":"`+want+`"}}}` {
			t.Errorf("effective = %+v, %v, want %s", p, err, want)
		}
		mustDo(t, h.DetachPolicy(t.Context(), in, h.org.Root)) // the last can go: nothing is needed
		mustDo(t, h.DetachPolicy(t.Context(), out, h.org.Root))
	}
}

const halfBackup = `{"plans":{"daily":{"regions":{"@@assign":["eu-central-1"]},"rules":{"night":{"schedule_expression":{"@@assign":"cron(0 5 ? * * *)"}}}}}}`

func TestFlawedEffectivePolicies(t *testing.T) {
	h := open(t)
	good, bad := h.member(t, "good"), h.member(t, "bad")
	ou := h.unit(t, h.org.Root, "Workloads")
	inside := h.member(t, "inside")
	mustDo(t, h.MoveAccount(t.Context(), inside, h.org.Root, ou.ID))
	_, _, err := h.InvalidAccounts(t.Context(), organizations.BackupPolicy, all)
	broke(t, err, organizations.EffectivePolicyNotFound, "")
	id := h.settings(t, organizations.BackupPolicy, "half", halfBackup, string(bad), ou.ID)

	flawed, err := h.EffectivePolicyFlaws(t.Context(), organizations.BackupPolicy, bad)
	mustDo(t, err)
	var told []string
	for _, f := range flawed.Flaws {
		told = append(told, f.Code+" "+f.Path)
		if !slices.Equal(f.Policies, []string{id}) || f.Message == "" {
			t.Errorf("flaw = %+v", f)
		}
	}
	if fmt.Sprint(told) != "[ELEMENT_MISSING plans.daily.selections ELEMENT_MISSING plans.daily.rules.night.target_backup_vault_name]" {
		t.Errorf("flaws = %v", told)
	}
	if !flawed.At.Equal(h.now) || flawed.Account.ID != bad {
		t.Errorf("flawed = %+v", flawed)
	}
	_, err = h.EffectivePolicyFlaws(t.Context(), organizations.BackupPolicy, good)
	broke(t, err, organizations.EffectivePolicyNotFound, "")
	_, err = h.EffectivePolicyFlaws(t.Context(), organizations.BackupPolicy, "000000000000")
	broke(t, err, organizations.AccountNotFound, "")

	want := []arn.AccountID{bad, inside}
	slices.Sort(want)
	var got []arn.AccountID
	page := paging.Page{Limit: 1}
	for {
		some, next, err := h.InvalidAccounts(t.Context(), organizations.BackupPolicy, page)
		mustDo(t, err)
		for _, a := range some {
			got = append(got, a.ID)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("invalid accounts = %v, want %v", got, want)
	}
}

func TestManagementPoliciesAreChecked(t *testing.T) {
	h := open(t)
	for name, tt := range map[string]struct {
		kind    organizations.PolicyType
		content string
		ok      bool
	}{
		"a tag policy":               {organizations.TagPolicy, `{"tags":{"a":{"tag_key":{"@@assign":"A"}}}}`, true},
		"another key than it says":   {organizations.TagPolicy, `{"tags":{"a":{"tag_key":{"@@assign":"b"}}}}`, false},
		"an unknown element":         {organizations.TagPolicy, `{"tags":{"a":{"tag_colour":{"@@assign":"b"}}}}`, false},
		"many values for one":        {organizations.TagPolicy, `{"tags":{"a":{"tag_key":{"@@append":["a"]}}}}`, false},
		"a value for a group":        {organizations.TagPolicy, `{"tags":{"@@assign":"b"}}`, false},
		"a group for a value":        {organizations.TagPolicy, `{"tags":{"a":{"tag_key":{"b":{"@@assign":"c"}}}}}`, false},
		"another service's policy":   {organizations.TagPolicy, `{"plans":{}}`, false},
		"no operators":               {organizations.TagPolicy, `{"tags":{"a":{"tag_key":"A"}}}`, false},
		"a value that there is not":  {organizations.AIOptOutPolicy, `{"services":{"lex":{"opt_out_policy":{"@@assign":"maybe"}}}}`, false},
		"an opt-out, locked":         {organizations.AIOptOutPolicy, `{"services":{"default":{"opt_out_policy":{"@@assign":"optOut","@@operators_allowed_for_child_policies":["@@none"]}}}}`, true},
		"a lock by itself":           {organizations.AIOptOutPolicy, `{"services":{"default":{"opt_out_policy":{"@@operators_allowed_for_child_policies":["@@none"]}}}}`, true},
		"half a backup policy":       {organizations.BackupPolicy, halfBackup, true},
		"a chatbot policy":           {organizations.ChatbotPolicy, `{"chatbot":{"platforms":{"slack":{"client":{"@@assign":"enabled"}}}}}`, true},
		"a declarative policy":       {organizations.DeclarativeEC2, `{"ec2_attributes":{"serial_console_access":{"status":{"@@assign":"disabled"}}}}`, true},
		"a state that there is not":  {organizations.DeclarativeEC2, `{"ec2_attributes":{"serial_console_access":{"status":{"@@assign":"perhaps"}}}}`, false},
		"a Security Hub policy":      {organizations.SecurityHubPolicy, `{"securityhub":{"enable_in_regions":{"@@append":["ALL_SUPPORTED"]},"disable_in_regions":{"@@append":[]}}}`, true},
		"an RCP that allows":         {organizations.ResourceControl, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:*","Resource":"*"}]}`, false},
		"an RCP over all services":   {organizations.ResourceControl, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`, false},
		"an RCP over one service":    {organizations.ResourceControl, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":["sts:*"],"Resource":"*"}}`, true},
		"an RCP without a principal": {organizations.ResourceControl, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.CreatePolicy(t.Context(), organizations.Policy{Type: tt.kind, Name: name, Content: tt.content}, nil)
			if tt.ok && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !tt.ok {
				broke(t, err, organizations.MalformedPolicy, "")
			}
		})
	}
	_, err := h.CreatePolicy(t.Context(), organizations.Policy{Type: organizations.AIOptOutPolicy, Name: "big", Content: `{"services":{}}` + strings.Repeat(" ", 2500)}, nil)
	broke(t, err, organizations.ConstraintViolation, organizations.PolicyTooLarge)
}

func TestEmptyRegionListsAreShown(t *testing.T) {
	h := open(t)
	h.settings(t, organizations.SecurityHubPolicy, "hub", `{"securityhub":{"enable_in_regions":{"@@append":["ALL_SUPPORTED"]},"disable_in_regions":{"@@append":[]}}}`, h.org.Root)
	p, err := h.EffectivePolicy(t.Context(), organizations.SecurityHubPolicy, "")
	if err != nil || p.Content != `{"securityhub":{"enable_in_regions":["ALL_SUPPORTED"],"disable_in_regions":[]}}` {
		t.Errorf("effective = %+v, %v", p, err)
	}
	if f, err := h.EffectivePolicyFlaws(t.Context(), organizations.SecurityHubPolicy, management); err != nil || len(f.Flaws) != 0 {
		t.Errorf("flaws = %+v, %v", f, err)
	}
}

func TestTheMostOfEachType(t *testing.T) {
	h := open(t)
	document := `{"tags":{"a":{"tag_key":{"@@assign":"A"}}}}`
	for i := range 10 {
		h.settings(t, organizations.TagPolicy, fmt.Sprint("p", i), document, h.org.Root)
	}
	eleventh := h.settings(t, organizations.TagPolicy, "eleventh", document)
	broke(t, h.AttachPolicy(t.Context(), eleventh, h.org.Root), organizations.ConstraintViolation, organizations.TooManyAttached)
	h.scp(t, "p0") // a name is taken among policies of its type alone
}
