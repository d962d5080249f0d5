package awsconfig_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"foyer/internal/awsconfig"
)

const written = `# The machines of the platform team.
[default]
region = eu-west-1

[profile old]
role_arn=arn:aws:iam::111122223333:role/Old
  source_profile = default

# Kept for the auditors.
[sso-session "corp"]
sso_start_url = https://d-90671a2b3c.awsapps.com/start
sso_region = us-east-1

[services corp-endpoints]
sso_oidc =
  endpoint_url = https://sso.example.net
s3 =
  endpoint_url = https://s3.example.net

[profile dev]
sso_session = corp
services = corp-endpoints
`

func parse(t rapid.TB, text string) awsconfig.File {
	t.Helper()
	f, err := awsconfig.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReading(t *testing.T) {
	f := parse(t, written)
	session, ok := f.SessionNamed("corp")
	want := awsconfig.Session{Name: "corp", StartURL: "https://d-90671a2b3c.awsapps.com/start", Region: "us-east-1", Endpoint: "https://sso.example.net"}
	if !ok || session != want {
		t.Errorf("SessionNamed(corp) = %+v, %t, want %+v", session, ok, want)
	}
	if _, ok := f.SessionNamed("other"); ok {
		t.Error("there is a session that nobody wrote")
	}
	services, _ := f.Find(awsconfig.ID{Kind: awsconfig.KindServices, Name: "corp-endpoints"})
	if got := services.Value("endpoint_url"); got != "" {
		t.Errorf("the key of a block is read as one of the section: %q", got)
	}
	if got := services.Value("s3.endpoint_url"); got != "https://s3.example.net" {
		t.Errorf("s3.endpoint_url = %q", got)
	}
}

func TestEditing(t *testing.T) {
	id := awsconfig.ID{Kind: awsconfig.KindProfile, Name: "old"}
	f := parse(t, written)
	changed := f.Set(awsconfig.Section{ID: id, Lines: []string{"region = us-west-2"}}).String()
	want := strings.Replace(written, "role_arn=arn:aws:iam::111122223333:role/Old\n  source_profile = default\n", "region = us-west-2\n", 1)
	if d := cmp.Diff(want, changed); d != "" {
		t.Errorf("a section in the middle is replaced (-want +got):\n%s", d)
	}
	removed := f.Remove(id).String()
	want = strings.Replace(written, "[profile old]\nrole_arn=arn:aws:iam::111122223333:role/Old\n  source_profile = default\n", "", 1)
	if d := cmp.Diff(want, removed); d != "" {
		t.Errorf("a section is removed, and the comment after it stays (-want +got):\n%s", d)
	}
	if got := parse(t, "[default]\nregion = x").Set(awsconfig.Section{ID: id, Lines: []string{"a = b"}}).String(); got != "[default]\nregion = x\n\n[profile old]\na = b\n" {
		t.Errorf("a section at the end:\n%s", got)
	}
}

var session = awsconfig.Session{Name: "foyer", StartURL: "https://d-90671a2b3c.awsapps.com/start", Endpoint: "http://localhost:8420", Region: "us-east-1"}

func TestConfigure(t *testing.T) {
	profiles := []awsconfig.Profile{{Session: session, Account: "111122223333", Role: "Admin"}, {Session: session, Account: "111122223333", Role: "Reader", Name: "mine"}}
	before := parse(t, "[profile mine]\nregion = eu-west-1\n")
	plan, err := before.Configure(session, profiles, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Changes) != 3 || len(plan.Kept) != 1 || plan.Kept[0].Name != "mine" || len(plan.Stale) != 0 {
		t.Fatalf("a session, its services and one profile are written, the other is kept: %+v", plan)
	}
	if !strings.HasPrefix(plan.File.String(), "[profile mine]\nregion = eu-west-1\n") {
		t.Errorf("what somebody wrote has changed:\n%s", plan.File)
	}
	again, err := plan.File.Configure(session, profiles, true)
	if err != nil || len(again.Changes) != 0 || again.File.String() != plan.File.String() {
		t.Errorf("doing it again changes %+v, %v", again.Changes, err)
	}
	fewer, err := plan.File.Configure(session, profiles[1:], false)
	if err != nil || len(fewer.Changes) != 0 || len(fewer.Stale) != 1 {
		t.Errorf("what is not wanted any more stays, and is told of: %+v, %v", fewer, err)
	}
	fewer, err = plan.File.Configure(session, profiles[1:], true)
	if err != nil || len(fewer.Changes) != 1 || strings.Contains(fewer.File.String(), "Admin") {
		t.Errorf("asked to, it goes: %+v, %v", fewer, err)
	}
	_, err = before.Configure(session, append(profiles, profiles[0]), false)
	if err == nil {
		t.Error("two profiles of a name are accepted")
	}
	for _, bad := range []awsconfig.Profile{
		{Session: session, Account: "1", Role: "x\n[profile y]"},
		{Session: session, Account: "1", Role: "x", Name: "a]b"},
	} {
		if _, err := before.Configure(session, []awsconfig.Profile{bad}, false); err == nil {
			t.Errorf("%q is written into a configuration", bad.Role+bad.Name)
		}
	}
	evil := session
	evil.StartURL = "https://x\ncredential_process = /bin/evil"
	if _, err := before.Configure(evil, nil, false); err == nil {
		t.Error("a start URL of two lines is written into a configuration")
	}
}

// TestLaws: reading and writing changes nothing; an edit done twice is the edit
// done once; no edit changes what is not its own.
func TestLaws(t *testing.T) {
	line := rapid.SampledFrom([]string{"[default]", "[profile a]", "[profile b]", "[profile \"a\"]", "[sso-session a]", "[x", "a = b", "  c = d", "# about a", "", "\t", "; about b", "s3 =", "[profile a] # again"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(line).Draw(t, "lines"), rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
		f := parse(t, text)
		if f.String() != text {
			t.Fatalf("%q is written as %q", text, f)
		}
		id := awsconfig.ID{Kind: awsconfig.KindProfile, Name: rapid.SampledFrom([]string{"a", "b", "new"}).Draw(t, "name")}
		s := awsconfig.Section{ID: id, Lines: []string{"region = r"}}
		once := f.Set(s)
		if got, ok := parse(t, once.String()).Find(id); !ok || got.Text() != s.Text() {
			t.Fatalf("what was set reads as %q in\n%s", got.Text(), once)
		}
		if again := parse(t, once.String()).Set(s); again.String() != once.String() {
			t.Fatalf("twice\n%q\nis not once\n%q", again, once)
		}
		gone := f.Remove(id)
		if _, ok := parse(t, gone.String()).Find(id); ok {
			t.Fatalf("removed, it still stands in\n%s", gone)
		}
		for _, edited := range []awsconfig.File{once, gone} {
			if d := cmp.Diff(others(f, id), others(parse(t, edited.String()), id)); d != "" {
				t.Fatalf("another section changed:\n%s", d)
			}
			if a, b := comments(f, id), comments(parse(t, edited.String()), id); a != b {
				t.Fatalf("of %d comments outside the section %d are left in\n%s", a, b, edited)
			}
		}
	})
}

// others are the sections that are not id's.
func others(f awsconfig.File, id awsconfig.ID) (all []string) {
	for _, kind := range []string{awsconfig.KindProfile, awsconfig.KindSession, awsconfig.KindServices} {
		for _, s := range f.Sections(kind) {
			if s.ID != id {
				all = append(all, s.Text())
			}
		}
	}
	return all
}

// comments counts those that are not in a section of id.
func comments(f awsconfig.File, id awsconfig.ID) (n int) {
	for line := range strings.Lines(f.String()) {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			n++
		}
	}
	for _, s := range f.Sections(id.Kind) {
		if s.ID != id {
			continue
		}
		for _, line := range s.Lines {
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
				n--
			}
		}
	}
	return n
}

func FuzzParse(f *testing.F) {
	f.Add(written)
	f.Add("[profile]\n[]\n[ a  b ]\nx")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := awsconfig.Parse(text)
		if err != nil {
			t.Skip()
		}
		if file.String() != text {
			t.Errorf("%q is written as %q", text, file)
		}
		plan, err := file.Configure(session, []awsconfig.Profile{{Session: session, Account: "111122223333", Role: "Admin"}}, true)
		if err != nil {
			t.Fatal(err)
		}
		again, err := awsconfig.Parse(plan.File.String())
		if err != nil {
			t.Skip()
		}
		plan2, err := again.Configure(session, []awsconfig.Profile{{Session: session, Account: "111122223333", Role: "Admin"}}, true)
		if err != nil || plan2.File.String() != plan.File.String() {
			t.Errorf("twice %q is not once %q (%v)", plan2.File, plan.File, err)
		}
	})
}
