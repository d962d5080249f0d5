package browser

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/fault"
	"foyer/internal/federation"
	"foyer/internal/paging"
	"foyer/internal/session"
)

// portalPage lists a person's accounts; one of them may be open.
type portalPage struct {
	frame
	Accounts []portalAccount
}

type portalAccount struct {
	ID, Name, Email string
	Link            string // opens the account, or closes it
	Open            bool
	Roles           []string
}

// pageSize is how many items the portal asks for at a time, and maxAccounts
// how many it shows: more than a person can read.
const (
	pageSize    = 100
	maxAccounts = 10_000
)

func (f *Face) showPortal(w http.ResponseWriter, r *http.Request, s session.Session) {
	accounts, err := f.accounts(r.Context(), s)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	page := portalPage{frame: inFrame(s, portalPath)}
	open := r.URL.Query().Get("account_id")
	slices.SortFunc(accounts, byName)
	for _, a := range accounts {
		item := portalAccount{ID: string(a.ID), Name: a.Name, Email: a.Email, Link: accountLink(string(a.ID)), Open: string(a.ID) == open}
		if item.Open {
			item.Link = portalPath
			if item.Roles, err = f.roles(r.Context(), s, a.ID); err != nil {
				f.failed(w, r, err)
				return
			}
		}
		page.Accounts = append(page.Accounts, item)
	}
	f.show(w, r, http.StatusOK, "portal.html", page)
}

func byName(a, b federation.Account) int {
	return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(string(a.ID), string(b.ID)))
}

func accountLink(id string) string {
	return portalPath + "?" + url.Values{"account_id": {id}}.Encode() + "#account-" + id
}

func (f *Face) accounts(ctx context.Context, s session.Session) ([]federation.Account, error) {
	return collect(func(page paging.Page) ([]federation.Account, string, error) {
		return f.Portal.Accounts(ctx, s.UserID, page)
	})
}

func (f *Face) roles(ctx context.Context, s session.Session, account arn.AccountID) ([]string, error) {
	roles, err := collect(func(page paging.Page) ([]federation.Role, string, error) {
		return f.Portal.Roles(ctx, s.UserID, account, page)
	})
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = role.Name
	}
	return names, err
}

// collect reads a listing to its end.
func collect[T any](read func(paging.Page) ([]T, string, error)) ([]T, error) {
	var all []T
	after := ""
	for len(all) < maxAccounts {
		items, next, err := read(paging.Page{After: after, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if after = next; next == "" {
			break
		}
	}
	return all, nil
}

func (f *Face) showCredentials(w http.ResponseWriter, r *http.Request, s session.Session) {
	account, role := arn.AccountID(r.PostFormValue("account_id")), r.PostFormValue("role_name")
	accounts, err := f.accounts(r.Context(), s)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	name := ""
	for _, a := range accounts {
		if a.ID == account {
			name = a.Name
		}
	}
	if name == "" {
		f.failed(w, r, fault.Newf(fault.Denied, "You have no access to this account, or not in this role."))
		return
	}
	got, err := f.Portal.Credentials(r.Context(), personOf(s), account, role)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	act := Act{Name: "Federate", Session: s, Details: map[string]string{"account_id": string(account), "role_name": role}}
	if err := f.Record(r.Context(), act); err != nil {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, http.StatusOK, "credentials.html", f.credentialsPage(s, account, name, role, got))
}

// personOf is who a session is of, as federation asks for it.
func personOf(s session.Session) federation.Person {
	return federation.Person{UserID: s.UserID, UserName: s.UserName}
}
