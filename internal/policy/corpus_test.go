package policy_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"foyer/internal/policy"
)

// TestCorpus asks Evaluate the cases in testdata: the policies of a file, and
// pairs of request and want. The first line of a file is its reason.
//
// Files named identity*, boundary, session*, resource, trust, scp<level> and
// rcp<level> (.json) are the policies. A request has the lines principal,
// role (of a session), action, resource and account (that owns the resource);
// every other "key: value" line is a condition key, repeated for more values.
// A want is "<decision> [by <Sid>] [in <layer>]", or "Malformed <text>".
func TestCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 40 {
		t.Fatalf("testdata has %d cases, %v; want 40 at least", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, archive)
		})
	}
}

func runCase(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	reason, _, _ := strings.Cut(string(archive.Comment), "\n")
	layers, err := readLayers(archive.Files)
	var request policy.Request
	asked := 0
	for _, f := range archive.Files {
		switch f.Name {
		case "request":
			request = readRequest(string(f.Data))
		case "want":
			asked++
			want := strings.TrimSpace(string(f.Data))
			if text, ok := strings.CutPrefix(want, "Malformed "); ok {
				if err == nil || err.Error() != text {
					t.Errorf("%s\nCompile: %v\nwant:    %s", reason, err, text)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s\nCompile: %v", reason, err)
			}
			if got := policy.Evaluate(&layers, &request); !agrees(got, want) {
				t.Errorf("%s\nEvaluate(%+v)\n= %s\nwant %s", reason, request, describe(got), want)
			}
		}
	}
	if asked == 0 {
		t.Error("the file asks nothing")
	}
}

// readLayers compiles the policies of a case.
func readLayers(files []txtar.File) (policy.Layers, error) {
	var l policy.Layers
	controls, resourceControls := map[string][]policy.Attached{}, map[string][]policy.Attached{}
	for _, f := range files {
		name, isJSON := strings.CutSuffix(f.Name, ".json")
		if !isJSON {
			continue
		}
		p, err := policy.Compile(string(f.Data), kindOf(name))
		if err != nil {
			return l, err
		}
		a := policy.Attached{Name: name, Policy: p}
		switch {
		case name == "boundary":
			l.Boundary = &a
		case strings.HasPrefix(name, "session"):
			l.Session = append(l.Session, a)
		case strings.HasPrefix(name, "resource"), name == "trust":
			l.Resource = append(l.Resource, a)
		case strings.HasPrefix(name, "scp"):
			controls[name[:4]] = append(controls[name[:4]], a)
		case strings.HasPrefix(name, "rcp"):
			resourceControls[name[:4]] = append(resourceControls[name[:4]], a)
		default:
			l.Identity = append(l.Identity, a)
		}
	}
	l.Controls, l.ResourceControls = levels(controls), levels(resourceControls)
	return l, nil
}

func kindOf(name string) policy.Kind {
	switch {
	case name == "trust":
		return policy.Trust
	case name == "managed":
		return policy.Managed
	case strings.HasPrefix(name, "resource"):
		return policy.Resource
	case strings.HasPrefix(name, "scp"):
		return policy.Control
	case strings.HasPrefix(name, "rcp"):
		return policy.ResourceControl
	default:
		return policy.Identity
	}
}

func levels(by map[string][]policy.Attached) [][]policy.Attached {
	var out [][]policy.Attached
	for _, name := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[name])
	}
	return out
}

func readRequest(text string) policy.Request {
	keys := map[string][]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		keys[name] = append(keys[name], strings.TrimSpace(value))
	}
	take := func(name string) string {
		v := strings.Join(keys[name], "")
		delete(keys, name)
		return v
	}
	return policy.Request{
		Action:          take("action"),
		Resource:        take("resource"),
		ResourceAccount: take("account"),
		Principal:       principal(take("principal"), take("role")),
		Context:         policy.NewKeys(keys),
	}
}

// principal tells the type of a principal by its name.
func principal(name, role string) policy.Principal {
	p := policy.Principal{ARN: name, Origin: role}
	parts := strings.SplitN(name, ":", 6)
	switch {
	case name == "":
		return policy.Principal{}
	case len(parts) < 6:
		p.Type = policy.ServicePrincipal
		return p
	case strings.HasPrefix(parts[5], "saml-provider/"):
		p.Type = policy.FederatedSubject
		return p
	case parts[5] == "root":
		p.Type = policy.Root
	case parts[2] == "sts":
		p.Type = policy.Session
	default:
		p.Type = policy.User
	}
	p.Account = parts[4]
	return p
}

var (
	decisions = [...]string{"ImplicitDeny", "Allowed", "ExplicitDeny"}
	layers    = [...]string{"identity", "boundary", "session", "control", "resource control", "resource", "trust"}
)

func describe(v policy.Verdict) string {
	return fmt.Sprintf("%s by %s in %s", decisions[v.Decision], v.By.Sid, layers[v.Layer])
}

// agrees reports whether v is all that want says of it.
func agrees(v policy.Verdict, want string) bool {
	want, layer, hasLayer := strings.Cut(want, " in ")
	want, sid, hasSid := strings.Cut(want, " by ")
	return want == decisions[v.Decision] && (!hasSid || sid == v.By.Sid) && (!hasLayer || layer == layers[v.Layer])
}
