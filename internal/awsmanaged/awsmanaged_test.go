package awsmanaged_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/awsmanaged"
)

func TestFind(t *testing.T) {
	p, ok := awsmanaged.Find("arn:aws:iam::aws:policy/AdministratorAccess")
	if !ok {
		t.Fatal("no AdministratorAccess")
	}
	if got, want := p.Document(), `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`; got != want {
		t.Errorf("document = %s", got)
	}
	if p.Path != "/" || p.Name != "AdministratorAccess" || p.DefaultVersion != "v1" || !p.Created.Equal(time.Date(2015, 2, 6, 18, 39, 46, 0, time.UTC)) {
		t.Errorf("%+v", p)
	}
	p, ok = awsmanaged.Find("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")
	if !ok || p.Path != "/job-function/" || p.Name != "ViewOnlyAccess" {
		t.Errorf("ViewOnlyAccess = %+v, %v", p, ok)
	}
	for name, action := range map[string]string{"ReadOnlyAccess": "a4b:Get*", "PowerUserAccess": "NotAction", "job-function/ViewOnlyAccess": "acm:ListCertificates"} {
		p, ok := awsmanaged.Find("arn:aws:iam::aws:policy/" + name)
		if !ok || !strings.Contains(p.Document(), action) {
			t.Errorf("%s is not there, or its document has no %s", name, action)
		}
	}
	for _, arn := range []string{"", "arn:aws:iam::aws:policy/Nobody", "arn:aws:iam::aws:policy/administratoraccess", "arn:aws:iam::zzz"} {
		if p, ok := awsmanaged.Find(arn); ok {
			t.Errorf("Find(%q) = %s", arn, p.ARN)
		}
	}
}

func TestEveryPolicyCanBeRead(t *testing.T) {
	all := awsmanaged.All()
	if len(all) != 1594 {
		t.Errorf("%d policies, want 1594", len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b awsmanaged.Policy) int { return strings.Compare(a.ARN, b.ARN) }) {
		t.Error("not sorted by ARN")
	}
	id := regexp.MustCompile(`^ANPA[A-Z2-7]{17}$`)
	ids := map[string]bool{}
	for _, p := range all {
		if !json.Valid([]byte(p.Document())) {
			t.Errorf("%s: its document is not JSON", p.ARN)
		}
		if !id.MatchString(p.ID) || ids[p.ID] || p.ARN != "arn:aws:iam::aws:policy"+p.Path+p.Name || p.Created.IsZero() || p.Updated.Before(p.Created) {
			t.Errorf("%+v", p)
		}
		ids[p.ID] = true
	}
}

func TestDocumentsAreSharedSafely(t *testing.T) {
	t.Parallel()
	all := awsmanaged.All()
	want := all[0].Document()
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for n := range 40 {
				if all[n*16].Document() == "" || all[0].Document() != want {
					t.Fatalf("document %d was mistaken", n*16)
				}
			}
		})
	}
}

// BenchmarkDocument asks for two documents of different blocks in turn.
func BenchmarkDocument(b *testing.B) {
	one, _ := awsmanaged.Find("arn:aws:iam::aws:policy/AdministratorAccess")
	other, _ := awsmanaged.Find("arn:aws:iam::aws:policy/ReadOnlyAccess")
	b.ReportAllocs()
	for b.Loop() {
		if one.Document() == "" || other.Document() == "" {
			b.Fatal("no document")
		}
	}
}

// BenchmarkEveryDocument inflates all blocks: what one costs, times 100.
func BenchmarkEveryDocument(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range awsmanaged.All() {
			if p.Document() == "" {
				b.Fatal("no document")
			}
		}
	}
}

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		if _, ok := awsmanaged.Find("arn:aws:iam::aws:policy/ReadOnlyAccess"); !ok {
			b.Fatal("not found")
		}
	}
}
