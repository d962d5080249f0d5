package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"foyer/internal/paging"
	"foyer/internal/session"
	"foyer/internal/signin"
	"foyer/internal/sqlstore"
	"foyer/internal/sqlstore/storetest"
)

// What signing in keeps, on every database.
func TestSigninOnEveryStore(t *testing.T) {
	storetest.Each(t, clock, func(t *testing.T, db *sqlstore.DB) {
		for name, test := range map[string]func(*testing.T, *sqlstore.Tx){
			"a workflow moves from key to key": workflowMoves, "a link is used once": linkIsUsed,
			"an address is the last that was verified": addressIsReplaced, "a password knows when it ends": passwordEnds,
			"active sessions": activeSessions,
		} {
			t.Run(name, func(t *testing.T) {
				undo := errors.New("undo")
				if err := db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
					test(t, tx)
					return undo
				}); !errors.Is(err, undo) {
					t.Error(err)
				}
			})
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func workflowMoves(t *testing.T, tx *sqlstore.Tx) {
	ctx := t.Context()
	w := signin.Workflow{
		ID: "flow", UserName: "ann", Target: "/start", Proofs: []signin.Credential{signin.PasswordCredential}, Passed: []string{"terms"},
		Notes: map[string]string{"code": "x"}, Tries: 2, Expires: now,
	}
	w.User.ID = "u-1"
	check(t, tx.PutSigninWorkflow(ctx, "one", w))
	w.Tries = 3
	if moved, err := tx.MoveSigninWorkflow(ctx, "one", "two", w); !moved || err != nil {
		t.Errorf("moved %t, %v", moved, err)
	}
	if moved, err := tx.MoveSigninWorkflow(ctx, "one", "three", w); moved || err != nil {
		t.Errorf("moved again %t, %v", moved, err)
	}
	got, found, err := tx.SigninWorkflow(ctx, "two")
	if err != nil || !found || got.Tries != 3 || got.User.ID != "u-1" || got.Notes["code"] != "x" || !got.Proved(signin.PasswordCredential) || len(got.Passed) != 1 || !got.Expires.Equal(now) {
		t.Errorf("found %t %+v, %v", found, got, err)
	}
	if n, err := tx.PurgeSigninWorkflows(ctx, now, 10); n != 0 || err != nil {
		t.Errorf("purged %d, %v", n, err)
	}
	if gone, err := tx.DeleteSigninWorkflow(ctx, "two"); !gone || err != nil {
		t.Errorf("deleted %t, %v", gone, err)
	}
	if gone, err := tx.DeleteSigninWorkflow(ctx, "two"); gone || err != nil {
		t.Errorf("deleted again %t, %v", gone, err)
	}
}

func linkIsUsed(t *testing.T, tx *sqlstore.Tx) {
	ctx := t.Context()
	for hash, purpose := range map[string]signin.Purpose{"a": signin.Invitation, "b": signin.Reset, "c": signin.Reset} {
		check(t, tx.PutSigninLink(ctx, signin.Link{Hash: hash, Purpose: purpose, User: "u-1", Email: "ann@corp.example", Expires: now}))
	}
	check(t, tx.DeleteSigninLinksOf(ctx, "u-1", signin.Reset))
	if _, found, err := tx.SigninLink(ctx, "b"); found || err != nil {
		t.Errorf("a replaced link: %t, %v", found, err)
	}
	l, found, err := tx.SigninLink(ctx, "a")
	if !found || err != nil || l.Purpose != signin.Invitation || l.Email != "ann@corp.example" || !l.Expires.Equal(now) {
		t.Errorf("found %+v %t, %v", l, found, err)
	}
	for _, want := range []bool{true, false} {
		if used, err := tx.DeleteSigninLink(ctx, "a"); used != want || err != nil {
			t.Errorf("used %t, %v", used, err)
		}
	}
	check(t, tx.PutSigninLink(ctx, signin.Link{Hash: "d", Purpose: signin.Reset, User: "u-1", Expires: now}))
	if n, err := tx.PurgeSigninLinks(ctx, now.Add(time.Second), 10); n != 1 || err != nil {
		t.Errorf("purged %d, %v", n, err)
	}
}

func addressIsReplaced(t *testing.T, tx *sqlstore.Tx) {
	ctx := t.Context()
	for _, email := range []string{"old@corp.example", "new@corp.example"} {
		check(t, tx.PutSigninEmail(ctx, "u-1", email, now))
		if got, err := tx.SigninEmail(ctx, "u-1"); got != email || err != nil {
			t.Errorf("%s, %v", got, err)
		}
	}
	check(t, tx.DeleteSigninEmail(ctx, "u-1"))
	if got, err := tx.SigninEmail(ctx, "u-1"); got != "" || err != nil {
		t.Errorf("forgotten: %q, %v", got, err)
	}
}

func passwordEnds(t *testing.T, tx *sqlstore.Tx) {
	ctx := t.Context()
	once := signin.Password{Verifier: "v1", Changed: now, Until: now.Add(time.Hour)}
	if stored, err := tx.PutSigninPassword(ctx, "u-1", once, ""); !stored || err != nil {
		t.Fatal(stored, err)
	}
	if got, _, err := tx.SigninPassword(ctx, "u-1"); err != nil || !got.Until.Equal(once.Until) {
		t.Errorf("%+v, %v", got, err)
	}
	if stored, err := tx.PutSigninPassword(ctx, "u-1", signin.Password{Verifier: "v2", Changed: now}, "v1"); !stored || err != nil {
		t.Fatal(stored, err)
	}
	if got, _, err := tx.SigninPassword(ctx, "u-1"); err != nil || !got.Until.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

func activeSessions(t *testing.T, tx *sqlstore.Tx) {
	ctx := t.Context()
	for id, expires := range map[session.ID]time.Time{"a": now, "b": now.Add(time.Hour), "c": now.Add(time.Hour)} {
		check(t, tx.PutPortalSession(ctx, session.Session{ID: id, Person: session.Person{UserID: "u-1"}, Created: now, Expires: expires}, string(id)))
	}
	check(t, tx.EndPortalSessionsOf(ctx, "u-1", "c", now))
	list, err := tx.ActivePortalSessionsOf(ctx, "u-1", now, paging.Page{Limit: 10})
	if err != nil || len(list) != 1 || list[0].ID != "c" {
		t.Errorf("active %+v, %v", list, err)
	}
}
