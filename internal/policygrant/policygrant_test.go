package policygrant_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/internal/awsmanaged"
	"foyer/internal/policy"
	"foyer/internal/policygrant"
)

// of is a policy of statements, each without its braces.
func of(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[{` + strings.Join(statements, "},{") + `}]}`
}

func allow(action, resource, more string) string {
	return `"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"` + more
}

func deny(action, resource, more string) string {
	return `"Effect":"Deny","Action":"` + action + `","Resource":"` + resource + `"` + more
}

const (
	withMFA    = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	withoutMFA = `,"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`
	fromOrg    = `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-1","o-2"]}}`
	fromOne    = `,"Condition":{"StringEquals":{"AWS:principalorgid":"o-1"}}`
)

func indexes(found []policygrant.Found) []int {
	all := []int{}
	for _, f := range found {
		all = append(all, f.Index)
	}
	return all
}

func TestGranting(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		policy    string
		actions   []string
		resources []string
		want      []int
	}{
		"the action":                               {of(allow("s3:GetObject", "*", "")), []string{"s3:getobject"}, nil, []int{0}},
		"another action":                           {of(allow("s3:GetObject", "*", "")), []string{"s3:PutObject"}, nil, []int{}},
		"one of the actions, in two statements":    {of(allow("iam:*", "*", ""), allow("s3:*", "*", ""), allow("*", "*", "")), []string{"iam:CreateUser", "ec2:RunInstances"}, nil, []int{0, 2}},
		"patterns that meet":                       {of(allow("s3:*Object", "*", "")), []string{"s3:Get*"}, nil, []int{0}},
		"patterns that no action is of":            {of(allow("s3:*Bucket", "*", "")), []string{"s3:Get*Version"}, nil, []int{}},
		"all but the action":                       {of(`"Effect":"Allow","NotAction":"iam:*","Resource":"*"`), []string{"iam:CreateUser"}, nil, []int{}},
		"denied":                                   {of(allow("s3:*", "*", ""), deny("s3:GetObject", "*", "")), []string{"s3:GetObject"}, nil, []int{}},
		"denied for one resource":                  {of(allow("s3:*", "*", ""), deny("s3:GetObject", "arn:aws:s3:::a/*", "")), []string{"s3:GetObject"}, nil, []int{0}},
		"denied for that resource":                 {of(allow("s3:*", "*", ""), deny("s3:GetObject", "arn:aws:s3:::a/*", "")), []string{"s3:GetObject"}, []string{"arn:aws:s3:::a/b"}, []int{}},
		"denied for all but that resource":         {of(allow("s3:*", "*", ""), `"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::a/*"`), nil, []string{"arn:aws:s3:::b"}, []int{}},
		"denied in pieces":                         {of(allow("s3:GetObject", "arn:aws:s3:::a/*", ""), deny("s3:*", "arn:aws:s3:::a/", ""), deny("s3:*", "arn:aws:s3:::a/?*", "")), []string{"s3:GetObject"}, nil, []int{}},
		"denied under a condition":                 {of(allow("s3:*", "*", ""), deny("s3:*", "*", withoutMFA)), []string{"s3:GetObject"}, nil, []int{0}},
		"denied where it is allowed":               {of(allow("s3:*", "*", fromOne), deny("s3:*", "*", fromOrg)), []string{"s3:GetObject"}, nil, []int{}},
		"denied in fewer places than allowed":      {of(allow("s3:*", "*", fromOrg), deny("s3:*", "*", fromOne)), []string{"s3:GetObject"}, nil, []int{0}},
		"allowed under a condition":                {of(allow("s3:*", "*", withMFA)), []string{"s3:GetObject"}, nil, []int{0}},
		"another resource":                         {of(allow("s3:*", "arn:aws:s3:::a/*", "")), nil, []string{"arn:aws:s3:::b/*"}, []int{}},
		"a resource that a pattern holds":          {of(allow("s3:*", "arn:aws:s3:::a*", "")), nil, []string{"arn:aws:s3:::a?c/*"}, []int{0}},
		"a variable may be anybody":                {of(allow("s3:*", "arn:aws:s3:::home/${aws:username}/*", "")), nil, []string{"arn:aws:s3:::home/ann/x"}, []int{0}},
		"a denied variable may be somebody else":   {of(allow("s3:*", "*", ""), deny("s3:*", "arn:aws:s3:::home/${aws:username}/*", "")), nil, []string{"arn:aws:s3:::home/ann/x"}, []int{0}},
		"denied but for a variable":                {of(allow("s3:*", "*", ""), `"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::home/${aws:username}/*"`), nil, []string{"arn:aws:s3:::home/ann/x"}, []int{0}},
		"a star that is one":                       {of(allow("s3:*", "arn:aws:s3:::a/${*}", "")), nil, []string{"arn:aws:s3:::a/b"}, []int{}},
		"an action that AWS does not have":         {of(allow("s3:Fly", "*", "")), []string{"s3:Fly"}, nil, []int{0}},
		"denied to somebody else":                  {of(`"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"`, `"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), []string{"s3:GetObject"}, nil, []int{0}},
		"denied to the account of who may":         {of(`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"s3:*","Resource":"*"`, `"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), []string{"s3:GetObject"}, nil, []int{}},
		"a trust policy, which names no resource":  {of(`"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"`), []string{"sts:AssumeRole"}, nil, []int{0}},
		"a policy that only denies grants nothing": {of(deny("*", "*", "")), []string{"s3:GetObject"}, nil, []int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := policygrant.Granting(policygrant.Compile(tt.policy), policygrant.Access{Actions: tt.actions, Resources: tt.resources})
			if got := indexes(found); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s grants %v on %v by %v, want %v", tt.policy, tt.actions, tt.resources, found, tt.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	ann, account := `"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"s3:*","Resource":"*"`, `"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`
	for name, tt := range map[string]struct {
		old, new string
		want     []int
	}{
		"the same":                         {of(allow("s3:*", "arn:aws:s3:::${aws:username}/*", withMFA)), of(allow("s3:*", "arn:aws:s3:::${aws:username}/*", withMFA)), []int{}},
		"an action more":                   {of(allow("s3:GetObject", "*", "")), of(allow("s3:GetObject", "*", ""), allow("s3:PutObject", "*", "")), []int{1}},
		"an action less":                   {of(allow("s3:*", "*", "")), of(allow("s3:GetObject", "*", "")), []int{}},
		"a wider resource":                 {of(allow("s3:GetObject", "arn:aws:s3:::a/*", "")), of(allow("s3:GetObject", "arn:aws:s3:::a*", "")), []int{0}},
		"split in two":                     {of(allow("s3:*", "*", "")), of(allow("s3:Get*", "arn:aws:s3:::a", ""), allow("s3:Put*", "*", "")), []int{}},
		"two into one":                     {of(allow("s3:GetObject", "arn:aws:s3:::a/", ""), allow("s3:GetObject", "arn:aws:s3:::a/?*", "")), of(allow("s3:GetObject", "arn:aws:s3:::a/*", "")), []int{}},
		"a condition more":                 {of(allow("s3:*", "*", "")), of(allow("s3:*", "*", withMFA)), []int{}},
		"a condition less":                 {of(allow("s3:*", "*", withMFA)), of(allow("s3:*", "*", "")), []int{0}},
		"fewer values":                     {of(allow("s3:*", "*", fromOrg)), of(allow("s3:*", "*", fromOne)), []int{}},
		"more values":                      {of(allow("s3:*", "*", fromOne)), of(allow("s3:*", "*", fromOrg)), []int{0}},
		"a denial less":                    {of(allow("s3:*", "*", ""), deny("s3:Put*", "*", "")), of(allow("s3:*", "*", "")), []int{0}},
		"a denial of something else less":  {of(allow("s3:*", "*", ""), deny("iam:*", "*", "")), of(allow("s3:*", "*", "")), []int{}},
		"a narrower denial":                {of(allow("s3:*", "*", ""), deny("s3:*", "arn:aws:s3:::a*", "")), of(allow("s3:*", "*", ""), deny("s3:*", "arn:aws:s3:::ab*", "")), []int{0}},
		"a wider denial":                   {of(allow("s3:*", "*", ""), deny("s3:*", "arn:aws:s3:::ab*", withMFA)), of(allow("s3:*", "*", ""), deny("s3:*", "arn:aws:s3:::a*", "")), []int{}},
		"a denial in place of a narrowing": {of(allow("s3:Get*", "*", "")), of(allow("s3:*", "*", ""), `"Effect":"Deny","NotAction":"s3:Get*","Resource":"*"`), []int{}},
		"a variable for everybody":         {of(allow("s3:*", "arn:aws:s3:::*", "")), of(allow("s3:*", "arn:aws:s3:::${aws:username}", "")), []int{}},
		"everybody for a variable":         {of(allow("s3:*", "arn:aws:s3:::${aws:username}", "")), of(allow("s3:*", "arn:aws:s3:::*", "")), []int{0}},
		"a user of the account":            {of(account), of(ann), []int{}},
		"the user's whole account":         {of(ann), of(account), []int{0}},
		"everybody":                        {of(account), of(`"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"`), []int{0}},
		"something instead of nothing":     {of(deny("*", "*", "")), of(allow("foo:*", "*", "")), []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := policygrant.New(policygrant.Compile(tt.new), policygrant.Compile(tt.old))
			if got := indexes(found); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s\nbeside %s\ngrants more by %v, want %v", tt.new, tt.old, got, tt.want)
			}
		})
	}
}

// AWS's largest policies are checked; what is made to take for ever is refused.
func TestTheWorkIsBounded(t *testing.T) {
	t.Parallel()
	m, found := awsmanaged.Find("arn:aws:iam::aws:policy/ReadOnlyAccess")
	if !found {
		t.Fatal("there is no ReadOnlyAccess")
	}
	p := policygrant.Compile(m.Document())
	if found, err := policygrant.New(p, p); err != nil || len(found) > 0 {
		t.Errorf("ReadOnlyAccess beside itself: %v, %v", found, err)
	}
	if found, err := policygrant.Granting(p, policygrant.Access{Actions: []string{"iam:CreateUser", "s3:PutObject"}}); err != nil || len(found) > 0 {
		t.Errorf("ReadOnlyAccess writes: %v, %v", found, err)
	}
	statements := []string{allow("s3:*", "*a*b*c*d*e*f*g*h*", "")}
	for i := range 30 {
		statements = append(statements, deny("s3:*", "*"+strings.Repeat("?a*b", i+1)+"*", ""))
	}
	if _, err := policygrant.Granting(policygrant.Compile(of(statements...)), policygrant.Access{Resources: []string{"*h*g*f*e*d*c*b*a"}}); err != nil && !errors.Is(err, policygrant.ErrTooComplex) {
		t.Error(err)
	}
}

// Every policy of AWS's can be compared, and grants nothing that it does not
// grant itself.
func TestEveryManagedPolicyIsCompared(t *testing.T) {
	t.Parallel()
	for _, m := range awsmanaged.All() {
		if found, err := policygrant.New(policygrant.Compile(m.Document()), policygrant.Compile(m.Document())); err != nil || len(found) > 0 {
			t.Errorf("%s beside itself: %v, %v", m.Name, found, err)
		}
	}
}

// drawn is a random policy of a small world.
func drawn(t *rapid.T, label string) string {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	statement := rapid.Custom(func(t *rapid.T) string {
		pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "part") }
		s := `"Effect":"` + pick("Allow", "Allow", "Deny") + `",` +
			pick(`"Action"`, `"Action"`, `"NotAction"`) + `:` + pick(`"*"`, `"s3:*"`, `"s3:Get*"`, `"S3:getobject"`, `"iam:GetUser"`, `["s3:PutObject","iam:*"]`) + `,` +
			pick(`"Resource"`, `"Resource"`, `"NotResource"`) + `:` + pick(`"*"`, `"arn:aws:s3:::a*"`, `"arn:aws:s3:::ab"`, `"arn:aws:s3:::*b"`, `["arn:aws:s3:::a?","arn:aws:s3:::${aws:username}"]`)
		return s + pick("", "", `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-1","o-2"]}}`, `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}`)
	})
	_ = pick
	return of(rapid.SliceOfN(statement, 1, 3).Draw(t, label)...)
}

// allows asks the policy engine.
func allows(t *rapid.T, document, action, resource string, keys policy.Map) bool {
	p, err := policy.Compile(document, policy.Identity)
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	verdict := policy.Evaluate(&policy.Layers{Identity: []policy.Attached{{Name: "p", Policy: p}}}, &policy.Request{
		Principal: policy.Principal{Type: policy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
		Action:    action, Resource: resource, ResourceAccount: "111122223333", Context: keys,
	})
	return verdict.Decision == policy.Allowed
}

// Whatever the engine allows, the checks see: an answer of no is certain.
func TestWhatTheEngineAllowsIsSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		old, new := drawn(t, "old"), drawn(t, "new")
		action := rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:GetUser", "iam:CreateUser", "sts:AssumeRole"}).Draw(t, "action")
		resource := rapid.SampledFrom([]string{"arn:aws:s3:::a", "arn:aws:s3:::ab", "arn:aws:s3:::b", "arn:aws:s3:::ann", "arn:aws:s3:::cb"}).Draw(t, "resource")
		keys := policy.Map{"aws:username": {rapid.SampledFrom([]string{"ann", "ab", "a"}).Draw(t, "username")}}
		if id := rapid.SampledFrom([]string{"", "o-1", "o-2", "o-3"}).Draw(t, "organization"); id != "" {
			keys["aws:principalorgid"] = []string{id}
		}
		if !allows(t, new, action, resource, keys) {
			return
		}
		p := policygrant.Compile(new)
		if found, err := policygrant.Granting(p, policygrant.Access{Actions: []string{action}, Resources: []string{resource}}); err == nil && len(found) == 0 {
			t.Fatalf("%s grants %s on %s with %v, and that is not seen", new, action, resource, keys)
		}
		if allows(t, old, action, resource, keys) {
			return
		}
		if found, err := policygrant.New(p, policygrant.Compile(old)); err == nil && len(found) == 0 {
			t.Fatalf("%s grants %s on %s with %v, which %s does not, and that is not seen", new, action, resource, keys, old)
		}
	})
}

// A policy grants nothing that it does not grant itself.
func TestAPolicyIsNotNewToItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		document := drawn(t, "policy")
		if found, err := policygrant.New(policygrant.Compile(document), policygrant.Compile(document)); err != nil || len(found) > 0 {
			t.Fatalf("%s grants more than itself by %v, %v", document, found, err)
		}
	})
}

func FuzzCompile(f *testing.F) {
	f.Add(of(allow("s3:*", "arn:aws:s3:::${aws:username}/${*}", withMFA), deny("*", "*", fromOrg)))
	f.Add(`{"Statement":{"Effect":"Allow","Principal":{"AWS":["1"]},"NotAction":[],"NotResource":{}}}`)
	f.Fuzz(func(t *testing.T, document string) {
		if len(document) > 400 || !json.Valid([]byte(document)) {
			return
		}
		p := policygrant.Compile(document)
		_, _ = policygrant.Granting(p, policygrant.Access{Actions: []string{"s3:GetObject"}})
	})
}
