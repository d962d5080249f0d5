package sqlstore_test

import (
	"testing"

	"foyer/internal/application"
	"foyer/internal/paging"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// The portal shows what a user is assigned to, own and through groups, and what
// everybody may use; never what is hidden, disabled or of another instance.
func TestApplicationsShownOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		ctx, d := t.Context(), directoryOn(db)
		ann, err := d.CreateUser(ctx, "test", person("ann"))
		if err != nil {
			t.Fatal(err)
		}
		group, err := d.CreateGroup(ctx, "test", "Readers", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.AddMember(ctx, "test", group.ID, ann.ID); err != nil {
			t.Fatal(err)
		}
		user, readers := application.Principal{Type: application.User, ID: string(ann.ID)}, application.Principal{Type: application.Group, ID: string(group.ID)}
		apps := map[string]struct {
			application.Application
			to       []application.Principal
			optional bool
		}{
			"a own":      {to: []application.Principal{user}},
			"b group":    {to: []application.Principal{readers}},
			"c both":     {to: []application.Principal{user, readers}},
			"d all":      {optional: true},
			"e nobody":   {},
			"f other":    {to: []application.Principal{{Type: application.User, ID: "bob"}, {Type: application.Group, ID: string(ann.ID)}}},
			"g hidden":   {Application: application.Application{Portal: application.Portal{Hidden: true}}, to: []application.Principal{user}},
			"h disabled": {Application: application.Application{Disabled: true}, optional: true},
			"i instance": {Application: application.Application{InstanceARN: "another"}, to: []application.Principal{user}},
		}
		in := sqlstore.Through(db, func(tx *sqlstore.Tx) application.Tx { return tx })
		for name, a := range apps {
			a.ARN, a.Name = name, name
			if a.InstanceARN == "" {
				a.InstanceARN = "this"
			}
			err := in(ctx, func(tx application.Tx) error {
				if err := tx.PutApplication(ctx, a.Application); err != nil {
					return err
				}
				for _, p := range a.to {
					if _, err := tx.PutApplicationAssignment(ctx, application.Assignment{Application: name, Principal: p}); err != nil {
						return err
					}
				}
				return tx.SetApplicationSettings(ctx, name, application.Settings{AssignmentOptional: a.optional})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		s := &application.Service{View: sqlstore.Viewed(db, func(tx *sqlstore.Tx) application.Reader { return tx })}
		got := ""
		for after := ""; ; {
			some, next, err := s.Shown(ctx, "this", string(ann.ID), paging.Page{After: after, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range some {
				got += a.Name + ","
			}
			if after = next; next == "" {
				break
			}
			got += "|"
		}
		if want := "a own,b group,c both,|d all,"; got != want {
			t.Errorf("shown are %s, want %s", got, want)
		}
	})
}
