package sqlstore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"foyer/internal/awsmanaged"
	"foyer/internal/fault"
	"foyer/internal/mint"
	"foyer/internal/paging"
	"foyer/internal/permissionset"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
	"foyer/internal/tagging"
)

const (
	theInstance = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
	readOnly    = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	anyPolicy   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
)

func setsOn(db *sqlstore.DB) *permissionset.Service {
	return &permissionset.Service{
		InTx: sqlstore.Through(db, func(tx *sqlstore.Tx) permissionset.Tx { return tx }),
		View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) permissionset.Reader { return tx }),
		Mint: mint.Mint{Source: rand.Reader}, Now: clock,
	}
}

// kind asserts the kind of a failure.
func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.Of(err) != want {
		t.Errorf("%s: %v, want a fault of kind %d", what, err, want)
	}
}

// must asserts success.
func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func TestPermissionSetsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, sets := t.Context(), setsOn(db)
		made, err := sets.Create(ctx, permissionset.Set{InstanceARN: theInstance, Name: "Reader", Description: "reads"}, map[string]string{"team": "a"})
		must(t, "create", err)
		if !strings.HasPrefix(made.ARN, "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-") || made.SessionDuration != "PT1H" {
			t.Errorf("made %+v", made)
		}
		_, err = sets.Create(ctx, permissionset.Set{InstanceARN: theInstance, Name: "Reader"}, nil)
		kind(t, "the same name", err, fault.Conflict)
		if got := fault.Message(err); got != "PermissionSet with name Reader already exists." {
			t.Errorf("message %q", got)
		}
		must(t, "update", sets.Update(ctx, made.ARN, permissionset.Change{SessionDuration: new("PT4H"), RelayState: new("https://console.example")}))
		got, err := sets.Named(ctx, "Reader")
		must(t, "named", err)
		want := made
		want.SessionDuration, want.RelayState = "PT4H", "https://console.example"
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		kind(t, "a bad update", sets.Update(ctx, made.ARN, permissionset.Change{SessionDuration: new("PT13H")}), fault.Invalid)

		other, err := sets.Create(ctx, permissionset.Set{InstanceARN: theInstance, Name: "Writer"}, nil)
		must(t, "create", err)
		first, next, err := sets.Sets(ctx, theInstance, paging.Page{Limit: 1})
		must(t, "list", err)
		second, end, err := sets.Sets(ctx, theInstance, paging.Page{After: next, Limit: 1})
		must(t, "list", err)
		if len(first) != 1 || len(second) != 1 || first[0] == second[0] || end != "" {
			t.Errorf("pages %v %v %q", first, second, end)
		}

		must(t, "delete", sets.Delete(ctx, other.ARN))
		_, err = sets.Set(ctx, other.ARN)
		kind(t, "deleted", err, fault.NotFound)
		kind(t, "delete twice", sets.Delete(ctx, other.ARN), fault.NotFound)
	})
}

func TestPoliciesOfPermissionSetsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, sets := t.Context(), setsOn(db)
		set, err := sets.Create(ctx, permissionset.Set{InstanceARN: theInstance, Name: "Reader"}, nil)
		must(t, "create", err)
		bare, err := sets.Content(ctx, set.ARN)
		must(t, "content", err)

		must(t, "attach", sets.Attach(ctx, set.ARN, readOnly))
		kind(t, "attach twice", sets.Attach(ctx, set.ARN, readOnly), fault.Conflict)
		kind(t, "attach what AWS does not have", sets.Attach(ctx, set.ARN, "arn:aws:iam::111122223333:policy/x"), fault.NotFound)
		ref := permissionset.PolicyRef{Path: "/ops/", Name: "Deploy"}
		must(t, "reference", sets.Reference(ctx, set.ARN, ref))
		kind(t, "reference twice", sets.Reference(ctx, set.ARN, ref), fault.Conflict)
		must(t, "inline", sets.PutInline(ctx, set.ARN, anyPolicy))
		kind(t, "a bad inline policy", sets.PutInline(ctx, set.ARN, `{"Statement":{}}`), fault.Invalid)
		must(t, "boundary", sets.PutBoundary(ctx, set.ARN, permissionset.Boundary{Customer: &ref}))
		kind(t, "two boundaries in one", sets.PutBoundary(ctx, set.ARN, permissionset.Boundary{Customer: &ref, ManagedPolicyARN: readOnly}), fault.Invalid)

		full, err := sets.Content(ctx, set.ARN)
		must(t, "content", err)
		if len(full.ManagedPolicies) != 1 || full.ManagedPolicies[0] != readOnly || len(full.CustomerManaged) != 1 || full.CustomerManaged[0] != ref ||
			full.Inline != anyPolicy || full.Boundary == nil || *full.Boundary.Customer != ref {
			t.Errorf("content %+v", full)
		}

		must(t, "detach", sets.Detach(ctx, set.ARN, readOnly))
		kind(t, "detach twice", sets.Detach(ctx, set.ARN, readOnly), fault.NotFound)
		must(t, "unreference", sets.Unreference(ctx, set.ARN, ref))
		kind(t, "unreference twice", sets.Unreference(ctx, set.ARN, ref), fault.NotFound)
		must(t, "delete inline", sets.DeleteInline(ctx, set.ARN))
		must(t, "delete inline twice", sets.DeleteInline(ctx, set.ARN))
		must(t, "delete boundary", sets.DeleteBoundary(ctx, set.ARN))
		kind(t, "delete boundary twice", sets.DeleteBoundary(ctx, set.ARN), fault.NotFound)
		if again, err := sets.Content(ctx, set.ARN); err != nil || again.Revision() != bare.Revision() {
			t.Errorf("content after all is gone: %+v, %v", again, err)
		}

		for i := range 20 {
			if i%2 == 0 {
				err = sets.Attach(ctx, set.ARN, awsmanaged.All()[i].ARN)
			} else {
				err = sets.Reference(ctx, set.ARN, permissionset.PolicyRef{Path: "/", Name: fmt.Sprintf("own%02d", i)})
			}
			must(t, "attach", err)
		}
		page, next, err := sets.Policies(ctx, set.ARN, paging.Page{Limit: 7})
		must(t, "policies", err)
		rest, end, err := sets.Policies(ctx, set.ARN, paging.Page{After: next, Limit: 7})
		must(t, "policies", err)
		if len(page) != 7 || len(rest) != 3 || end != "" {
			t.Errorf("pages %v %v %q", page, rest, end)
		}
		kind(t, "one policy too many", sets.Attach(ctx, set.ARN, readOnly), fault.Quota)
		if refs, _, err := sets.References(ctx, set.ARN, paging.Page{Limit: 100}); err != nil || len(refs) != 10 {
			t.Errorf("references %v, %v", refs, err)
		}
	})
}

func TestTagsOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, sets := t.Context(), setsOn(db)
		set, err := sets.Create(ctx, permissionset.Set{InstanceARN: theInstance, Name: "Reader"}, map[string]string{"team": "a", "cost": "1"})
		must(t, "create", err)
		see := func(tx *sqlstore.Tx) tagging.Tx { return tx }
		tags := &tagging.Service{InTx: sqlstore.Through(db, see), View: sqlstore.Viewed(db, see), Exists: func(ctx context.Context, resource string) error {
			if resource == theInstance {
				return nil
			}
			_, err := sets.Set(ctx, resource)
			return err
		}}
		for _, resource := range []string{set.ARN, theInstance} {
			must(t, "tag", tags.Tag(ctx, resource, map[string]string{"team": "b"}))
			must(t, "untag", tags.Untag(ctx, resource, []string{"cost", "nothing"}))
			if held, err := tags.Tags(ctx, resource); err != nil || len(held) != 1 || held["team"] != "b" {
				t.Errorf("tags of %s: %v, %v", resource, held, err)
			}
		}
		kind(t, "a reserved key", tags.Tag(ctx, set.ARN, map[string]string{"AWS:x": ""}), fault.Invalid)
		many := map[string]string{}
		for i := range 50 {
			many[fmt.Sprint(i)] = ""
		}
		kind(t, "one tag too many", tags.Tag(ctx, set.ARN, many), fault.Quota)
		_, err = tags.Tags(ctx, set.ARN+"x")
		kind(t, "tags of nothing", err, fault.NotFound)
	})
}
