package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/arn"
	"foyer/internal/console"
	"foyer/internal/fault"
	"foyer/internal/favourite"
	"foyer/internal/federation"
	"foyer/internal/paging"
	"foyer/internal/session"
)

// Favourites are what people find again in the portal.
type Favourites interface {
	Of(ctx context.Context, userID string) ([]arn.AccountID, []favourite.Role, error)
	Mark(ctx context.Context, userID string, account arn.AccountID, favourite bool) error
	Taken(ctx context.Context, userID string, role favourite.Role) error
}

// portalPage is a page of a person's accounts: the favourites first, then by
// name. One account may be open.
type portalPage struct {
	frame
	Query, Destination string
	Address            string // of this page
	Clear              string // and that of the list without a query
	Count              string // says how many there are
	None               bool   // the person has no account at all
	Recent             []roleLine
	Accounts           []portalAccount
	Previous, Next     string // pages; "" where there is none
	Range              string
}

type portalAccount struct {
	ID, Name, Email string
	Link            string // opens the account, or closes it
	Favourite, Open bool
	Matched         string // the roles for which it was found
	Roles           []roleLine
}

// roleLine is a role, and where its buttons lead.
type roleLine struct {
	Account, AccountName, Name, Description string
	Console, Shortcut, In                   string
	Recent                                  bool // taken lately
}

const (
	accountsPage  = 50  // accounts on a page
	recentShown   = 4   // roles that were taken last
	maxQuery      = 200 // bytes of a search
	rolePage      = 100
	maxRoles      = 1000 // shown of one account
	favouritePath = portalPath + "/favourite"
)

// listView is what an address of the portal asks for.
type listView struct {
	query       string
	page        int // from 1; 0 for the one that has open on it
	open        string
	destination string // of the console, to choose a role for
}

func viewOf(r *http.Request) listView {
	asked := r.URL.Query()
	v := listView{open: asked.Get("account_id"), destination: asked.Get("destination")}
	v.query = strings.ToValidUTF8(asked.Get("q")[:min(len(asked.Get("q")), maxQuery)], "")
	if n, err := strconv.Atoi(asked.Get("page")); err == nil && n > 0 {
		v.page = n
	}
	return v
}

// link is the address that asks for v.
func (v listView) link() string {
	asked := url.Values{}
	for name, value := range map[string]string{"q": v.query, "account_id": v.open, "destination": v.destination} {
		if value != "" {
			asked.Set(name, value)
		}
	}
	if v.page > 1 || v.page == 1 && v.open != "" {
		asked.Set("page", strconv.Itoa(v.page))
	}
	if len(asked) == 0 {
		return portalPath
	}
	return portalPath + "?" + asked.Encode()
}

func (f *Face) showPortal(w http.ResponseWriter, r *http.Request, s session.Session) {
	v := viewOf(r)
	if _, err := console.ParseDestination(v.destination, f.Endpoint); err != nil {
		f.failed(w, r, err)
		return
	}
	page, err := f.portalPage(r.Context(), s, v)
	if err != nil {
		f.failed(w, r, err)
		return
	}
	f.show(w, r, http.StatusOK, "portal.html", page)
}

func (f *Face) portalPage(ctx context.Context, s session.Session, v listView) (portalPage, error) {
	reach, err := f.Portal.Reach(ctx, s.UserID)
	if err != nil {
		return portalPage{}, err
	}
	favourites, recent, err := f.Favourites.Of(ctx, s.UserID)
	if err != nil {
		return portalPage{}, err
	}
	found := favouritesFirst(find(reach, v.query), favourites)
	v = v.within(found)
	page := portalPage{frame: inFrame(s, portalPath), Query: v.query, Destination: v.destination, Address: v.link(), Clear: listView{destination: v.destination}.link(), None: len(reach) == 0}
	page.Count = count(len(found), len(reach), v.query != "")
	first, last := (v.page-1)*accountsPage, min(v.page*accountsPage, len(found))
	if len(found) > accountsPage {
		page.Range = fmt.Sprintf("%s–%s of %s", grouped(first+1), grouped(last), grouped(len(found)))
	}
	if v.page > 1 {
		page.Previous = listView{query: v.query, page: v.page - 1, destination: v.destination}.link()
	}
	if last < len(found) {
		page.Next = listView{query: v.query, page: v.page + 1, destination: v.destination}.link()
	}
	for _, a := range found[first:last] {
		line, err := f.accountLine(ctx, s, v, a)
		if err != nil {
			return portalPage{}, err
		}
		line.Favourite = slices.Contains(favourites, a.ID)
		page.Accounts = append(page.Accounts, line)
	}
	if v.query == "" && v.page == 1 && v.destination == "" {
		page.Recent = recentLines(reach, recent)
	}
	return page, nil
}

// within has v ask for a page that there is, and open what alone was found.
func (v listView) within(found []match) listView {
	if len(found) == 1 && v.open == "" {
		v.open = string(found[0].ID)
	}
	if v.page == 0 {
		at := slices.IndexFunc(found, func(m match) bool { return string(m.ID) == v.open })
		v.page = max(at, 0)/accountsPage + 1
	}
	v.page = min(v.page, max(len(found)-1, 0)/accountsPage+1)
	return v
}

// accountLine is an account on the page that v asks for, with its roles when it
// is open.
func (f *Face) accountLine(ctx context.Context, s session.Session, v listView, a match) (portalAccount, error) {
	line := portalAccount{ID: string(a.ID), Name: a.Name, Email: a.Email, Open: string(a.ID) == v.open, Matched: a.roles}
	other := listView{query: v.query, page: v.page, destination: v.destination}
	if !line.Open {
		other.open = line.ID
	}
	line.Link = other.link() + "#account-" + line.ID
	if !line.Open {
		return line, nil
	}
	roles, err := f.roles(ctx, s, a.ID)
	for _, role := range roles {
		shown := lineOf(a.Account, role.Name, v.destination)
		shown.Description = role.Description
		line.Roles = append(line.Roles, shown)
	}
	return line, err
}

func lineOf(a federation.Account, role, destination string) roleLine {
	asked := url.Values{"account_id": {string(a.ID)}, "role_name": {role}}
	shortcut := shortcutPath + "?" + asked.Encode()
	if destination != "" {
		asked.Set("destination", destination)
	}
	return roleLine{
		Account: string(a.ID), AccountName: a.Name, Name: role, In: accountLink(string(a.ID)),
		Console: consolePath + "?" + asked.Encode(), Shortcut: shortcut,
	}
}

// recentLines are the roles taken last that the person still has.
func recentLines(reach []federation.Reached, recent []favourite.Role) []roleLine {
	var lines []roleLine
	for _, r := range recent {
		at := slices.IndexFunc(reach, func(a federation.Reached) bool { return a.ID == r.Account })
		if len(lines) < recentShown && at >= 0 && slices.Contains(reach[at].Roles, r.Name) {
			line := lineOf(reach[at].Account, r.Name, "")
			line.Recent = true
			lines = append(lines, line)
		}
	}
	return lines
}

// accountLink is where an account is shown open.
func accountLink(id string) string { return listView{open: id}.link() + "#account-" + id }

// takeFavourite marks an account, or unmarks it.
func (f *Face) takeFavourite(w http.ResponseWriter, r *http.Request, s session.Session) {
	id, favourite := r.PostFormValue("mark"), true
	if id == "" {
		id, favourite = r.PostFormValue("unmark"), false
	}
	_, err := f.reached(r.Context(), s, arn.AccountID(id))
	if err == nil {
		err = f.Favourites.Mark(r.Context(), s.UserID, arn.AccountID(id), favourite)
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	http.Redirect(w, r, localPath(r.PostFormValue("back")), http.StatusSeeOther)
}

// reached finds an account in which the person has a role, or fails with a
// Denied fault.
func (f *Face) reached(ctx context.Context, s session.Session, account arn.AccountID) (federation.Reached, error) {
	reach, err := f.Portal.Reach(ctx, s.UserID)
	if err != nil {
		return federation.Reached{}, err
	}
	at := slices.IndexFunc(reach, func(a federation.Reached) bool { return a.ID == account })
	if at < 0 {
		return federation.Reached{}, fault.Newf(fault.Denied, "You have no access to this account, or not in this role.")
	}
	return reach[at], nil
}

// roles are those that a person has in an account, by name.
func (f *Face) roles(ctx context.Context, s session.Session, account arn.AccountID) ([]federation.Role, error) {
	var all []federation.Role
	after := ""
	for len(all) < maxRoles {
		roles, next, err := f.Portal.Roles(ctx, s.UserID, account, paging.Page{After: after, Limit: rolePage})
		if err != nil {
			return nil, err
		}
		all = append(all, roles...)
		if after = next; next == "" {
			break
		}
	}
	return all, nil
}

// taken notes that a person took a role. Failing to is nothing to them.
func (f *Face) taken(ctx context.Context, s session.Session, account arn.AccountID, role string) {
	if err := f.Favourites.Taken(ctx, s.UserID, favourite.Role{Account: account, Name: role}); err != nil {
		f.Log.WarnContext(ctx, "role taken not noted", "error", err)
	}
}

// personOf is who a session is of, as federation asks for it.
func personOf(s session.Session) federation.Person {
	return federation.Person{UserID: s.UserID, UserName: s.UserName}
}
