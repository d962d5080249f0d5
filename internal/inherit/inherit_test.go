package inherit_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"foyer/internal/inherit"
)

func never(string) bool { return false }

// effective merges levels of documents; their ids are A, B, C in the order given.
func effective(t testing.TB, o inherit.Options, levels ...[]string) *inherit.Node {
	t.Helper()
	var all [][]inherit.Attached
	id := 'A'
	for _, level := range levels {
		var attached []inherit.Attached
		for _, text := range level {
			p, err := inherit.Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			attached = append(attached, inherit.Attached{ID: string(id), Policy: p})
			id++
		}
		all = append(all, attached)
	}
	return inherit.Merge(all, o)
}

const (
	noneBelow   = `"@@operators_allowed_for_child_policies":["@@none"]`
	appendBelow = `"@@operators_allowed_for_child_policies":["@@append"]`
	allBelow    = `"@@operators_allowed_for_child_policies":["@@all"]`
)

func values(operators string) string { return `{"tags":{"cost":{"tag_value":{` + operators + `}}}}` }

// The cases follow "Inheritance examples" of the AWS Organizations User Guide.
func TestOperatorsAlongTheLevels(t *testing.T) {
	one := values(`"@@assign":["1","2"]`)
	for name, tt := range map[string]struct {
		levels [][]string
		want   string
	}{
		"nothing is nothing":                   {nil, `{}`},
		"one policy loses its operators":       {[][]string{{one}}, `{"tags":{"cost":{"tag_value":["1","2"]}}}`},
		"assign overwrites":                    {[][]string{{one}, {values(`"@@assign":["3"]`)}}, `{"tags":{"cost":{"tag_value":["3"]}}}`},
		"append adds, and nothing twice":       {[][]string{{one}, {values(`"@@append":["3","1"]`)}}, `{"tags":{"cost":{"tag_value":["1","2","3"]}}}`},
		"append to nothing sets":               {[][]string{{values(`"@@append":["3"]`)}}, `{"tags":{"cost":{"tag_value":["3"]}}}`},
		"remove takes away":                    {[][]string{{one}, {values(`"@@remove":["1","9"]`)}}, `{"tags":{"cost":{"tag_value":["2"]}}}`},
		"remove from nothing is nothing":       {[][]string{{values(`"@@remove":["1"]`)}}, `{}`},
		"all removed is not there":             {[][]string{{one}, {values(`"@@remove":["1","2"]`)}}, `{"tags":{"cost":{}}}`},
		"remove and append exchange":           {[][]string{{one}, {values(`"@@append":["3"],"@@remove":["1"]`)}}, `{"tags":{"cost":{"tag_value":["2","3"]}}}`},
		"three levels":                         {[][]string{{one}, {}, {values(`"@@append":["3"]`)}}, `{"tags":{"cost":{"tag_value":["1","2","3"]}}}`},
		"policies of one level merge":          {[][]string{{one, values(`"@@append":["3"]`)}}, `{"tags":{"cost":{"tag_value":["1","2","3"]}}}`},
		"none forbids below":                   {[][]string{{values(`"@@assign":["1"],` + noneBelow)}, {values(`"@@assign":["2"]`)}}, `{"tags":{"cost":{"tag_value":["1"]}}}`},
		"none does not bind its own level":     {[][]string{{values(`"@@assign":["1"],` + noneBelow), values(`"@@append":["2"]`)}}, `{"tags":{"cost":{"tag_value":["1","2"]}}}`},
		"append alone is allowed":              {[][]string{{values(`"@@assign":["1"],` + appendBelow)}, {values(`"@@assign":["2"],"@@append":["3"],"@@remove":["1"]`)}}, `{"tags":{"cost":{"tag_value":["1","3"]}}}`},
		"a level cannot give back":             {[][]string{{values(`"@@assign":["1"],` + noneBelow)}, {values(allBelow)}, {values(`"@@assign":["2"]`)}}, `{"tags":{"cost":{"tag_value":["1"]}}}`},
		"a level further down is bound too":    {[][]string{{one}, {values(`"@@append":["3"],` + noneBelow)}, {values(`"@@assign":["4"]`)}}, `{"tags":{"cost":{"tag_value":["1","2","3"]}}}`},
		"a group's control keeps new ones out": {[][]string{{`{"services":{` + noneBelow + `,"default":{"p":{"@@assign":"optOut"}}}}`}, {`{"services":{"lex":{"p":{"@@assign":"optIn"}},"default":{"p":{"@@assign":"optIn"}}}}`}}, `{"services":{"default":{"p":"optIn"}}}`},
		"a place is bound before it is set":    {[][]string{{`{"services":{"lex":{"p":{` + noneBelow + `}}}}`}, {`{"services":{"lex":{"p":{"@@assign":"optIn"}}}}`}}, `{}`},
		"scalars of every kind":                {[][]string{{`{"a":{"b":{"@@assign":"x<y"},"c":{"@@assign":60},"d":{"@@assign":true}}}`}}, `{"a":{"b":"x<y","c":60,"d":true}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := effective(t, inherit.Options{}, tt.levels...)
			if text := got.JSON(never); text != tt.want {
				t.Errorf("effective policy is %s, want %s", text, tt.want)
			}
			if tt.want == "{}" && !got.Empty() {
				t.Error("it is not empty")
			}
		})
	}
}

func TestWhoHadASay(t *testing.T) {
	got := effective(t, inherit.Options{FoldNames: true},
		[]string{`{"tags":{"CostCenter":{"tag_key":{"@@assign":"CostCenter"}}}}`},
		[]string{`{"tags":{"costcenter":{"tag_value":{"@@append":["1"]}}}}`, `{"tags":{"Team":{"tag_key":{"@@assign":"Team"}}}}`})
	if text := got.JSON(never); text != `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["1"]},"team":{"tag_key":"Team"}}}` {
		t.Errorf("effective policy is %s", text)
	}
	cost := got.Members["tags"].Members["costcenter"]
	if fmt.Sprint(cost.By, got.By, cost.Members["tag_value"].By) != "[A B] [A B C] [B]" {
		t.Errorf("had a say: %v, %v, %v", cost.By, got.By, cost.Members["tag_value"].By)
	}
	if v := cost.Members["tag_key"]; !v.IsSetting() || inherit.Text(v.Value[0]) != "CostCenter" || inherit.Text(json.RawMessage("60")) != "60" {
		t.Errorf("tag_key = %+v", v)
	}
}

func TestEmptyListsAreKeptWhereAsked(t *testing.T) {
	got := effective(t, inherit.Options{}, []string{`{"securityhub":{"on":{"@@append":["ALL_SUPPORTED"]},"off":{"@@append":[]}}}`})
	if text := got.JSON(func(path string) bool { return path == "securityhub.off" }); text != `{"securityhub":{"on":["ALL_SUPPORTED"],"off":[]}}` {
		t.Errorf("effective policy is %s", text)
	}
}

func TestClashes(t *testing.T) {
	for name, levels := range map[string][][]string{
		"a value where there is a group": {{`{"a":{"b":{"@@assign":"x"}}}`}, {`{"a":{"@@assign":"y"}}`}},
		"a group where there is a value": {{`{"a":{"@@assign":"y"}}`}, {`{"a":{"b":{"@@assign":"x"}}}`}},
		"a value added to one":           {{`{"a":{"@@assign":"y"}}`}, {`{"a":{"@@append":["z"]}}`}},
		"a value taken from one":         {{`{"a":{"@@assign":"y"}}`}, {`{"a":{"@@remove":["y"]}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := effective(t, inherit.Options{}, levels...)
			if !got.Members["a"].Clash {
				t.Errorf("no clash in %s", got.JSON(never))
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	for name, tt := range map[string]struct{ document, path string }{
		"no JSON":                   {`{`, ""},
		"text behind":               {`{} {}`, ""},
		"no object":                 {`[]`, ""},
		"a setting as a whole":      {`{"@@assign":"x"}`, ""},
		"a name twice":              {`{"a":{},"a":{}}`, ""},
		"a value without operator":  {`{"a":{"b":"x"}}`, "a.b"},
		"an unknown operator":       {`{"a":{"@@set":"x"}}`, "a.@@set"},
		"an object as a value":      {`{"a":{"@@assign":{"b":"c"}}}`, "a.@@assign"},
		"null as a value":           {`{"a":{"@@assign":null}}`, "a.@@assign"},
		"null in a list":            {`{"a":{"@@assign":[null]}}`, "a.@@assign"},
		"append of one":             {`{"a":{"@@append":"x"}}`, "a.@@append"},
		"a setting with members":    {`{"a":{"@@assign":"x","b":{"@@assign":"y"}}}`, "a"},
		"control of nothing":        {`{"a":{"@@operators_allowed_for_child_policies":[]}}`, "a.@@operators_allowed_for_child_policies"},
		"control by another word":   {`{"a":{"@@operators_allowed_for_child_policies":["@@some"]}}`, "a.@@operators_allowed_for_child_policies"},
		"none beside others":        {`{"a":{"@@operators_allowed_for_child_policies":["@@none","@@assign"]}}`, "a.@@operators_allowed_for_child_policies"},
		"control that is no list":   {`{"a":{"@@operators_allowed_for_child_policies":"@@none"}}`, "a.@@operators_allowed_for_child_policies"},
		"more nesting than we take": {strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inherit.Parse(tt.document)
			m, ok := err.(*inherit.Malformed) //nolint:errorlint // it is always this type
			if !ok || m.Path != tt.path || m.Error() == "" {
				t.Errorf("Parse = %v, want a mistake at %q", err, tt.path)
			}
		})
	}
}

// A level that a parent gives nothing changes nothing, whatever it says.
func TestNothingComesPastNone(t *testing.T) {
	operator := rapid.SampledFrom([]string{"@@assign", "@@append", "@@remove"})
	rapid.Check(t, func(rt *rapid.T) {
		parent := values(`"@@assign":["1","2"],` + noneBelow)
		child := values(fmt.Sprintf("%q:[%q]", operator.Draw(rt, "operator"), rapid.StringMatching(`[1-4]`).Draw(rt, "value")))
		want := effective(t, inherit.Options{}, []string{parent}).JSON(never)
		if got := effective(t, inherit.Options{}, []string{parent}, []string{child}).JSON(never); got != want {
			rt.Errorf("%s below %s gives %s", child, parent, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(values(`"@@assign":["1"],`+noneBelow), values(`"@@append":["2"]`))
	f.Add(`{"a":{"@@assign":1}}`, `{"a":{"b":{"@@remove":["x"]}}}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		var levels [][]inherit.Attached
		for _, text := range []string{a, b} {
			p, err := inherit.Parse(text)
			if err != nil {
				continue
			}
			levels = append(levels, []inherit.Attached{{ID: text, Policy: p}})
		}
		merged := inherit.Merge(levels, inherit.Options{FoldNames: true})
		for _, keep := range []bool{true, false} {
			if text := merged.JSON(func(string) bool { return keep }); !json.Valid([]byte(text)) {
				t.Errorf("effective policy of %q and %q is %s", a, b, text)
			}
		}
	})
}
