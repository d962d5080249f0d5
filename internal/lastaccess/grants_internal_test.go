package lastaccess

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func of(documents ...string) *grants {
	g := &grants{}
	for _, d := range documents {
		g.add(d)
	}
	return g
}

func statement(effect, rest string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `",` + rest + `}]}`
}

func TestServicesThatPoliciesAllow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		documents []string
		want      []string // of those asked about
	}{
		"one service":                     {[]string{statement("Allow", `"Action":"s3:GetObject","Resource":"*"`)}, []string{"s3"}},
		"of any case":                     {[]string{statement("Allow", `"Action":["S3:getobject","IAM:*"],"Resource":"*"`)}, []string{"iam", "s3"}},
		"everything":                      {[]string{statement("Allow", `"Action":"*","Resource":"*"`)}, []string{"ec2", "iam", "s3"}},
		"all but one service":             {[]string{statement("Allow", `"NotAction":"iam:*","Resource":"*"`)}, []string{"ec2", "s3"}},
		"an action that there is not":     {[]string{statement("Allow", `"Action":"s3:Fly","Resource":"*"`)}, nil},
		"a pattern over services":         {[]string{statement("Allow", `"Action":"?3:Get*","Resource":"*"`)}, []string{"s3"}},
		"denied without condition":        {[]string{statement("Allow", `"Action":"s3:*","Resource":"*"`), statement("Deny", `"Action":"s3:*","Resource":"*"`)}, nil},
		"some of it denied":               {[]string{statement("Allow", `"Action":"s3:*","Resource":"*"`), statement("Deny", `"Action":"s3:Get*","Resource":"*"`)}, []string{"s3"}},
		"all that is allowed is denied":   {[]string{statement("Allow", `"Action":"s3:GetObject","Resource":"*"`), statement("Deny", `"Action":"s3:Get*","Resource":"*"`)}, nil},
		"denied for one resource":         {[]string{statement("Allow", `"Action":"s3:*","Resource":"*"`), statement("Deny", `"Action":"s3:*","Resource":"arn:aws:s3:::x"`)}, []string{"s3"}},
		"denied under a condition":        {[]string{statement("Allow", `"Action":"s3:*","Resource":"*"`), statement("Deny", `"Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`)}, []string{"s3"}},
		"denied but for the rest":         {[]string{statement("Allow", `"Action":"*","Resource":"*"`), statement("Deny", `"NotAction":["s3:*","iam:Get*"],"Resource":"*"`)}, []string{"iam", "s3"}},
		"a list of statements in no list": {[]string{`{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`}, []string{"s3"}},
		"no policy at all":                {[]string{"no policy"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := of(tt.documents...)
			var got []string
			for _, s := range []string{"ec2", "iam", "s3"} {
				if g.service(s) {
					got = append(got, s)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v allow %v, want %v", tt.documents, got, tt.want)
			}
		})
	}
}

func TestActionsThatPoliciesAllow(t *testing.T) {
	t.Parallel()
	g := of(statement("Allow", `"Action":"sts:Assume*","Resource":"*"`), statement("Deny", `"Action":"sts:AssumeRoot","Resource":"*"`))
	got := g.some("sts", 100)
	if !slices.Contains(got, "AssumeRole") || slices.Contains(got, "AssumeRoot") || slices.Contains(got, "GetCallerIdentity") {
		t.Errorf("%v", got)
	}
	if one := g.some("sts", 1); len(one) != 1 {
		t.Errorf("%v, want one", one)
	}
}

// A denial never adds a service, and a service is allowed when, and only when,
// one of its actions is.
func TestLawsOfGrants(t *testing.T) {
	t.Parallel()
	action := rapid.SampledFrom([]string{"*", "s3:*", "s3:Get*", "iam:GetUser", "i?m:*", "sts:AssumeRole", "*:Get*", "s*"})
	element := rapid.SampledFrom([]string{"Action", "NotAction"})
	draw := func(t *rapid.T, effect string) string {
		return statement(effect, `"`+element.Draw(t, "element")+`":["`+action.Draw(t, "one")+`","`+action.Draw(t, "two")+`"],"Resource":"*"`)
	}
	rapid.Check(t, func(t *rapid.T) {
		allow, deny := draw(t, "Allow"), draw(t, "Deny")
		without, with := of(allow), of(allow, deny)
		for _, prefix := range []string{"s3", "iam", "sts", "sso"} {
			if with.service(prefix) && !without.service(prefix) {
				t.Fatalf("%s: a denial adds it: %s %s", prefix, allow, deny)
			}
			if with.service(prefix) != (len(with.some(prefix, 1)) > 0) {
				t.Fatalf("%s: the service and its actions disagree: %s %s", prefix, allow, deny)
			}
		}
	})
}

func TestEveryLevelMustAllow(t *testing.T) {
	t.Parallel()
	everything := statement("Allow", `"Action":"*","Resource":"*"`)
	for name, tt := range map[string]struct {
		levels levels
		want   []string // of those asked about
	}{
		"no level":                        {nil, []string{"ec2", "iam", "s3"}},
		"everything twice":                {levels{*of(everything), *of(everything)}, []string{"ec2", "iam", "s3"}},
		"a level without policies":        {levels{*of(everything), {}}, nil},
		"one service below":               {levels{*of(everything), *of(statement("Allow", `"Action":"s3:*","Resource":"*"`))}, []string{"s3"}},
		"one service denied above":        {levels{*of(everything, statement("Deny", `"Action":"s3:*","Resource":"*"`)), *of(everything)}, []string{"ec2", "iam"}},
		"levels that allow other actions": {levels{*of(statement("Allow", `"Action":"s3:Get*","Resource":"*"`)), *of(statement("Allow", `"Action":"s3:Put*","Resource":"*"`))}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range []string{"ec2", "iam", "s3"} {
				if tt.levels.service(s) {
					got = append(got, s)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
