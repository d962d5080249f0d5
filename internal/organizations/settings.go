package organizations

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/inherit"
)

// form is what a place of a management policy must look like. The zero form
// takes anything.
type form struct {
	fields map[string]form // members by name
	any    *form           // members by names of the author's own
	open   bool            // other members too: AWS adds to them
	list   bool            // a setting with many values
	single bool            // a setting with one value
	values []string        // that a setting may have; none means any
	needs  []string        // members that the effective policy must have
	most   int             // members or values in the effective policy; 0 means any number
	empty  bool            // an empty list is shown
}

var (
	oneValue   = form{single: true}
	manyValues = form{list: true}
)

func oneOf(values ...string) form { return form{single: true, values: values} }

func named(f form) form { return form{any: &f} }

// regionLists are the two lists of regions that several services have.
func regionLists() form {
	regions := form{list: true, empty: true}
	return form{
		fields: map[string]form{"enable_in_regions": regions, "disable_in_regions": regions},
		needs:  []string{"enable_in_regions", "disable_in_regions"}, open: true,
	}
}

func under(name string, f form) form { return form{fields: map[string]form{name: f}} }

// tagForm is a tag policy: what keys and values tags have.
func tagForm() form {
	return under("tags", named(form{fields: map[string]form{
		"tag_key": oneValue, "tag_value": manyValues, "enforced_for": manyValues, "report_required_tag_for": manyValues,
	}}))
}

// backupForm is a backup policy: plans of AWS Backup.
func backupForm() form {
	rule := form{
		fields: map[string]form{
			"schedule_expression": oneValue, "schedule_expression_timezone": oneValue, "start_backup_window_minutes": oneValue,
			"complete_backup_window_minutes": oneValue, "enable_continuous_backup": oneValue, "target_backup_vault_name": oneValue,
		},
		needs: []string{"target_backup_vault_name"}, open: true,
	}
	selection := form{fields: map[string]form{"iam_role_arn": oneValue, "tag_key": oneValue, "tag_value": manyValues}, open: true}
	byTag := selection
	byTag.needs = []string{"iam_role_arn", "tag_key", "tag_value"}
	byResource := selection
	byResource.needs = []string{"iam_role_arn"}
	rules := named(rule)
	rules.most = 10
	return under("plans", named(form{
		fields: map[string]form{
			"regions": manyValues, "rules": rules,
			"selections": {fields: map[string]form{"tags": named(byTag), "resources": named(byResource)}},
		},
		needs: []string{"regions", "rules", "selections"}, open: true,
	}))
}

func declarativeEC2Form() form {
	enabled := oneOf("enabled", "disabled")
	return under("ec2_attributes", form{
		fields: map[string]form{
			"exception_message":     oneValue,
			"serial_console_access": {fields: map[string]form{"status": enabled}, needs: []string{"status"}},
			"image_block_public_access": {
				fields: map[string]form{"state": oneOf("unblocked", "block_new_sharing")}, needs: []string{"state"},
			},
			"snapshot_block_public_access": {
				fields: map[string]form{"state": oneOf("unblocked", "block_new_sharing", "block_all_sharing")}, needs: []string{"state"},
			},
			"vpc_block_public_access": {fields: map[string]form{"internet_gateway_block": {
				fields: map[string]form{"mode": oneOf("off", "block_ingress", "block_bidirectional"), "exclusions_allowed": enabled},
				needs:  []string{"mode", "exclusions_allowed"},
			}}},
		},
		open: true,
	})
}

// forms are the management policies, as far as their elements are known.
var forms = map[PolicyType]form{
	TagPolicy:               tagForm(),
	BackupPolicy:            backupForm(),
	AIOptOutPolicy:          under("services", named(form{fields: map[string]form{"opt_out_policy": oneOf("optIn", "optOut")}})),
	ChatbotPolicy:           under("chatbot", form{open: true}),
	DeclarativeEC2:          declarativeEC2Form(),
	SecurityHubPolicy:       under("securityhub", regionLists()),
	InspectorPolicy:         under("inspector", form{open: true}),
	UpgradeRolloutPolicy:    under("upgrade_rollout", form{open: true}),
	BedrockPolicy:           under("bedrock", form{open: true}),
	S3Policy:                under("s3_attributes", form{open: true}),
	NetworkSecurityDirector: under("network_security_director", form{open: true}),
}

// member is the form of a member by its name; known is false where there is none.
func (f form) member(name string) (inner form, known bool) {
	if inner, known = f.fields[name]; known {
		return inner, true
	}
	if f.any != nil {
		return *f.any, true
	}
	return form{}, f.open || len(f.fields) == 0 && !f.list && !f.single
}

// at is the form of a place by its path.
func (f form) at(path string) form {
	for name := range strings.SplitSeq(path, ".") {
		f, _ = f.member(name)
	}
	return f
}

// mergeOptions are how policies of a type merge: the keys of tag policies are
// compared without case.
func mergeOptions(kind PolicyType) inherit.Options {
	return inherit.Options{FoldNames: kind == TagPolicy}
}

// flawsOf checks an effective policy of a type, or one policy by itself.
func flawsOf(kind PolicyType, n *inherit.Node, whole bool) []Flaw {
	all := forms[kind].flaws(n, "", whole)
	if kind != TagPolicy || len(all) > 0 || n.Members["tags"] == nil {
		return all
	}
	for name, tag := range n.Members["tags"].Members {
		if key := tag.Members["tag_key"]; key != nil && len(key.Value) > 0 && !strings.EqualFold(inherit.Text(key.Value[0]), name) {
			all = append(all, flaw(key, WrongValue, "tags."+name+".tag_key", "The tag key must be the policy key, but for its case."))
		}
	}
	return all
}

// A Flaw is what is wrong with an effective policy.
type Flaw struct {
	Code     string
	Message  string
	Path     string   // such as plans.daily.rules
	Policies []string // the ids of those that had a say, at most a hundred
}

// Codes of flaws.
const (
	TooManyElements = "ELEMENTS_TOO_MANY"
	MissingElement  = "ELEMENT_MISSING"
	UnknownElement  = "ELEMENT_UNKNOWN"
	WrongValue      = "VALUE_INVALID"
	ClashingValues  = "VALUES_CONFLICT"
)

// flaws checks an effective policy. An element that must be there is missed
// only in an effective policy, since a policy may leave it to those above and
// below: whole is false to check one policy by itself.
func (f form) flaws(n *inherit.Node, path string, whole bool) []Flaw {
	if n.Clash {
		return []Flaw{flaw(n, ClashingValues, path, "Policies disagree on whether this element has one value, many values, or elements of its own.")}
	}
	if n.IsSetting() {
		return f.valueFlaws(n, path)
	}
	if len(n.Names) == 0 {
		return nil // bound for those below, but not set
	}
	var all []Flaw
	if f.list || f.single {
		return append(all, flaw(n, WrongValue, path, "This element must have a value."))
	}
	if whole && f.most > 0 && len(n.Names) > f.most {
		all = append(all, flaw(n, TooManyElements, path, "There are more than "+strconv.Itoa(f.most)+" elements."))
	}
	for _, name := range f.needs {
		if member, there := n.Members[name]; whole && (!there || member.Empty()) {
			all = append(all, flaw(n, MissingElement, join(path, name), "The element "+name+" is required."))
		}
	}
	for _, name := range n.Names {
		inner, known := f.member(name)
		if !known {
			all = append(all, flaw(n.Members[name], UnknownElement, join(path, name), "The element "+name+" is unknown."))
			continue
		}
		all = append(all, inner.flaws(n.Members[name], join(path, name), whole)...)
	}
	return all
}

func (f form) valueFlaws(n *inherit.Node, path string) []Flaw {
	if len(f.fields) > 0 || f.any != nil {
		return []Flaw{flaw(n, WrongValue, path, "This element must have elements, not a value.")}
	}
	if f.single && n.List {
		return []Flaw{flaw(n, WrongValue, path, "This element must have one value.")}
	}
	for _, v := range n.Value {
		if text := inherit.Text(v); len(f.values) > 0 && !slices.Contains(f.values, text) {
			return []Flaw{flaw(n, WrongValue, path, fmt.Sprintf("The value %q is not one of %s.", text, strings.Join(f.values, ", ")))}
		}
	}
	return nil
}

func flaw(n *inherit.Node, code, path, message string) Flaw {
	return Flaw{code, message, path, slices.Sorted(slices.Values(n.By[:min(len(n.By), 100)]))}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
