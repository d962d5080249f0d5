package quota_test

import (
	"reflect"
	"testing"

	"foyer/internal/quota"
)

func TestTheZeroQuotasAreAWSs(t *testing.T) {
	q := quota.Quotas{Users: 7, Groups: quota.Unlimited}.InForce()
	if q.Users != 7 || q.Groups != quota.Unlimited || q.PermissionSets != 2000 || q.ScopesPerApplication != 25 {
		t.Errorf("in force: %+v", q)
	}
	if i := (quota.IAM{Roles: 5000, Users: quota.Unlimited}).InForce(); i.Roles != 5000 || i.Users != quota.Unlimited || i.Groups != 300 || i.RoleInlineCharacters != 10_240 {
		t.Errorf("of IAM in force: %+v", i)
	}
	if again := q.InForce(); again != q {
		t.Errorf("in force twice: %+v, want %+v", again, q)
	}
}

func TestTheTableHoldsEveryQuotaOnce(t *testing.T) {
	var q quota.Quotas
	var ofIAM quota.IAM
	names, places := map[string]bool{}, map[*int]bool{}
	for _, line := range append(q.Table(), ofIAM.Table()...) {
		if line.AWS <= 0 || line.About == "" {
			t.Errorf("%s: %+v", line.Name, line)
		}
		names[line.Name], places[line.Value] = true, true
	}
	if fields := reflect.TypeFor[quota.Quotas]().NumField() + reflect.TypeFor[quota.IAM]().NumField(); len(names) != fields || len(places) != fields {
		t.Errorf("%d names, %d places, for %d quotas", len(names), len(places), fields)
	}
}

func TestSet(t *testing.T) {
	var q quota.Quotas
	if err := q.Set("permission-sets", 3500); err != nil || q.PermissionSets != 3500 {
		t.Errorf("%+v, %v", q, err)
	}
	if err := q.Set("permission-set", 1); err == nil {
		t.Error("a name that there is not")
	}
}

func TestExceeded(t *testing.T) {
	for _, tt := range []struct {
		limit, n int
		want     bool
	}{{10, 10, false}, {10, 11, true}, {quota.Unlimited, 1 << 40, false}} {
		if got := quota.Exceeded(tt.limit, tt.n); got != tt.want {
			t.Errorf("Exceeded(%d, %d) = %v", tt.limit, tt.n, got)
		}
	}
}
