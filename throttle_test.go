package foyer

import (
	"context"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"foyer/internal/assignment"
	"foyer/internal/fault"
	"foyer/internal/quota"
	"foyer/internal/wire"
)

func TestQuotasAreReadAndMistakesToldTogether(t *testing.T) {
	c, err := Config{SetQuotas: []string{"users=250000", " permission-sets=unlimited", "accounts=20", "organizational-units=unlimited", "iam-roles=5000"}}.Normalize()
	if err != nil {
		t.Fatal(err)
	}
	if c.Quotas.Users != 250_000 || c.Quotas.PermissionSets != quota.Unlimited || c.Quotas.Groups != 0 || c.IAMQuotas.Roles != 5000 ||
		c.OrganizationLimits.Accounts != 20 || c.OrganizationLimits.Units != math.MaxInt32 {
		t.Errorf("quotas = %+v, %+v", c.Quotas, c.OrganizationLimits)
	}
	_, err = Config{SetQuotas: []string{"users", "groups=0", "regions=-1", "regions=99999999999", "doors=3"}}.Normalize()
	if err == nil || strings.Count(err.Error(), "\n") != 4 || !strings.Contains(err.Error(), `there is no quota "doors"`) {
		t.Errorf("mistakes = %v", err)
	}
}

func TestAWSThrottlesItsAdministratorsAlone(t *testing.T) {
	if throttle(Config{}, time.Now) != nil {
		t.Error("throttled unasked")
	}
	now := time.Unix(1_700_000_000, 0)
	allow := throttle(Config{AWSThrottles: true}, func() time.Time { return now })
	admin, other := &wire.Call{API: &wire.API{Name: "sso-admin"}}, &wire.Call{API: &wire.API{Name: "identitystore"}}
	passed := func(call *wire.Call, n int) (passed int) {
		for range n {
			err := allow(call)
			if err == nil {
				passed++
			} else if fault.Of(err) != fault.Throttled {
				t.Fatal(err)
			}
		}
		return passed
	}
	if n := passed(admin, 50); n != 20 {
		t.Errorf("%d calls pass at once, want 20", n)
	}
	if n := passed(other, 50); n != 50 {
		t.Errorf("%d calls of another service pass", n)
	}
	now = now.Add(500 * time.Millisecond)
	if n := passed(admin, 50); n != 10 {
		t.Errorf("%d calls pass after half a second, want 10", n)
	}
}

// The demo makes more at once than AWS's throttles let anybody make.
func TestADemoStartsThoughAWSThrottles(t *testing.T) {
	s, err := New(t.Context(), Config{Ephemeral: true, Demo: true, AWSThrottles: true, Listen: "127.0.0.1:0"}, Outside{Now: time.Now, Stdout: io.Discard, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	user, _, err := s.rooms.userByName(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.rooms.sets.Named(t.Context(), "AdministratorAccess")
	if err != nil {
		t.Fatal(err)
	}
	err = s.rooms.db.Unit(t.Context(), func(ctx context.Context) error {
		_, err := s.rooms.assignments.Create(ctx, assignment.Assignment{Account: s.founding.account, Set: set.ARN, PrincipalType: assignment.User, PrincipalID: user.ID})
		return err
	})
	if fault.Of(err) != fault.Throttled && fault.Of(err) != fault.Conflict {
		t.Errorf("one more assignment, while those of the demo wait: %v", err)
	}
}
