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

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		if _, ok := awsmanaged.Find("arn:aws:iam::aws:policy/ReadOnlyAccess"); !ok {
			b.Fatal("not found")
		}
	}
}
