package federation

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"foyer/internal/arn"
	"foyer/internal/provisioning"
)

// ledger is a store and a plane of accounts that the test makes up.
type ledger struct {
	Tx
	Plane
	held     []Held
	accounts []provisioning.Account
}

func (l ledger) AssignedEverywhere(context.Context, string, int) ([]Held, error) { return l.held, nil }

func (l ledger) Describe(_ context.Context, ids []arn.AccountID) ([]provisioning.Account, error) {
	var found []provisioning.Account
	for _, a := range l.accounts {
		if slices.Contains(ids, a.ID) {
			found = append(found, a)
		}
	}
	return found, nil
}

func TestReachIsByNameAndOfActiveAccounts(t *testing.T) {
	l := ledger{
		held: []Held{{"1", "Reader"}, {"1", "Writer"}, {"2", "Reader"}, {"3", "Reader"}, {"4", "Owner"}, {"5", "Owner"}},
		accounts: []provisioning.Account{
			{ID: "1", Name: "shop", Active: true}, {ID: "2", Name: "Data", Active: true}, {ID: "3", Name: "closed"}, {ID: "4", Name: "DATA", Active: true},
			{ID: "6", Name: "not reached", Active: true},
		},
	}
	s := &Service{View: func(_ context.Context, do func(Tx) error) error { return do(l) }, Plane: l}
	got, err := s.Reach(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, a := range got {
		text += fmt.Sprint(a.ID, a.Roles, " ")
	}
	if want := "2[Reader] 4[Owner] 1[Reader Writer] "; text != want {
		t.Errorf("the reach is %s, want %s", text, want)
	}
	if n := SizeOfReach(got); n != 8 {
		t.Errorf("its size is %d", n)
	}
}
