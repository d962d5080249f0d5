package policycheck_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"foyer/internal/policycheck"
)

// TestCases checks the policies in testdata. A file's first line is its reason;
// policies are called by their kind, and followed by what is found in them, a
// line each: the code, the path, and behind a | the sentence where it matters.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	kinds := map[string]policycheck.Kind{
		"identity.json": policycheck.Identity, "resource.json": policycheck.Resource, "trust.json": policycheck.Trust,
		"scp.json": policycheck.ServiceControl, "rcp.json": policycheck.ResourceControl,
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			for i := 0; i+1 < len(archive.Files); i += 2 {
				document, want := archive.Files[i], strings.Split(strings.TrimSpace(string(archive.Files[i+1].Data)), "\n")
				kind, known := kinds[document.Name]
				if !known || archive.Files[i+1].Name != "want" {
					t.Fatalf("%s: what is %s, or %s?", file, document.Name, archive.Files[i+1].Name)
				}
				compare(t, string(document.Data), kind, want)
			}
		})
	}
}

func compare(t *testing.T, document string, kind policycheck.Kind, want []string) {
	t.Helper()
	var got []string
	for _, f := range policycheck.Check(document, kind) {
		got = append(got, strings.TrimSpace(f.Code+" "+paths(f.Locations))+" | "+f.Details)
	}
	for _, w := range want {
		i := slices.IndexFunc(got, func(g string) bool {
			short, _, _ := strings.Cut(g, " | ")
			return g == w || short == w
		})
		if i < 0 {
			if w != "" {
				t.Errorf("%s\nnot found: %s\nof: %s", document, w, strings.Join(got, "\n    "))
			}
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 {
		t.Errorf("%s\nfound besides: %s", document, strings.Join(got, "\n"))
	}
}

func paths(all []policycheck.Location) string {
	out := make([]string, len(all))
	for i, l := range all {
		for _, s := range l.Path {
			switch {
			case s.Index >= 0:
				out[i] += fmt.Sprintf("/%d", s.Index)
			case s.Key != "":
				out[i] += "/" + s.Key + "!"
			default:
				out[i] += "/" + s.Value
			}
		}
	}
	return strings.Join(out, " ")
}

// TestSpan has the numbers of AWS's own example.
func TestSpan(t *testing.T) {
	t.Parallel()
	const document = `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "",
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-west-2_EXAMPLE"}}
        }
    ]
}`
	findings := policycheck.Check(document, policycheck.Resource)
	if len(findings) != 2 || findings[1].Code != "MISMATCHED_ACTION_FOR_PRINCIPAL" || paths(findings[1].Locations) != "/Statement/0/Action/0 /Statement/0/Principal/Federated" {
		t.Fatalf("%d findings: %+v", len(findings), findings)
	}
	f := findings[0]
	if at := f.Locations[0]; at.From != (policycheck.Position{Line: 5, Column: 19, Offset: 79}) || at.To != (policycheck.Position{Line: 5, Column: 21, Offset: 81}) {
		t.Errorf("it stands from %+v to %+v", at.From, at.To)
	}
	if f.Type != policycheck.Suggestion || f.Code != "EMPTY_SID_VALUE" || f.Details != "Add a value to the empty string in the Sid element." ||
		f.Link != "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-sid-value" {
		t.Errorf("%+v", f)
	}
}

// FuzzCheck checks that no policy harms, and that findings stand in it.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".json") {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, document string) {
		for kind := policycheck.Identity; kind <= policycheck.ResourceControl; kind++ {
			for _, finding := range policycheck.Check(document, kind) {
				for _, l := range finding.Locations {
					if l.From.Offset > l.To.Offset || l.From.Line < 1 || l.From.Column < 0 || l.To.Offset > len(document) {
						t.Fatalf("%s stands at %+v", finding.Code, l)
					}
				}
			}
		}
	})
}
