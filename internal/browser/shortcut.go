package browser

import (
	"net/http"
	"net/url"

	"foyer/internal/arn"
	"foyer/internal/console"
	"foyer/internal/fault"
	"foyer/internal/session"
)

// shortcutPath is where people make links to a role, for others or for
// themselves. The links are of AWS's form: the script of /start, or of the
// sign-in page before it, leads from them to the console.
const shortcutPath = portalPath + "/shortcut"

// shortcutPage makes links to the console.
type shortcutPage struct {
	frame
	Back                 string
	Account, AccountName string
	Role, Destination    string
	Roles                []string
	Alert                string
	Link                 string // "" until one is made
}

// showShortcut shows the form, and the link that it asks for. A link gives
// nobody access: whoever follows it signs in, and needs the role.
func (f *Face) showShortcut(w http.ResponseWriter, r *http.Request, s session.Session) {
	query := r.URL.Query()
	account, err := f.reached(r.Context(), s, arn.AccountID(query.Get("account_id")))
	if err != nil {
		f.failed(w, r, err)
		return
	}
	page := shortcutPage{
		frame: inFrame(s, portalPath), Back: accountLink(string(account.ID)), Account: string(account.ID), AccountName: account.Name,
		Role: query.Get("role_name"), Destination: query.Get("destination"), Roles: account.Roles,
	}
	if !query.Has("make") {
		f.show(w, r, http.StatusOK, "shortcut.html", page)
		return
	}
	if _, err := console.ParseDestination(page.Destination, f.Endpoint); err != nil {
		page.Alert = fault.Message(err) + " It begins with https:// and leads to a host of the AWS console, such as console.aws.amazon.com."
		f.show(w, r, http.StatusBadRequest, "shortcut.html", page)
		return
	}
	asked := url.Values{"account_id": {page.Account}}
	for name, value := range map[string]string{"role_name": page.Role, "destination": page.Destination} {
		if value != "" {
			asked.Set(name, value)
		}
	}
	page.Link = f.Endpoint + "/start/#/console?" + asked.Encode()
	f.show(w, r, http.StatusOK, "shortcut.html", page)
}
