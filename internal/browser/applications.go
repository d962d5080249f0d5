package browser

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/internal/application"
	"foyer/internal/paging"
	"foyer/internal/session"
)

const (
	applicationsPath = portalPath + "/applications"
	// maxApplications is how many applications show, more than a person looks
	// through.
	maxApplications = 1000
)

// applicationsPage is what a person may use beside accounts.
type applicationsPage struct {
	frame
	Applications []tile
}

// tile is an application. URL is where it begins; "" where it can only be begun
// from itself.
type tile struct{ Name, Description, Initial, URL, Host string }

func (f *Face) showApplications(w http.ResponseWriter, r *http.Request, s session.Session) {
	page := applicationsPage{frame: inFrame(s, applicationsPath)}
	after := ""
	for len(page.Applications) < maxApplications {
		some, next, err := f.Applications(r.Context(), s.UserID, paging.Page{After: after, Limit: rolePage})
		if err != nil {
			f.failed(w, r, err)
			return
		}
		for _, a := range some {
			page.Applications = append(page.Applications, tileOf(a))
		}
		if after = next; next == "" {
			break
		}
	}
	slices.SortStableFunc(page.Applications, func(a, b tile) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	f.show(w, r, http.StatusOK, "applications.html", page)
}

// tileOf is how an application shows. Its address leads elsewhere, as an
// administrator wants: so its host shows too, and only the web's schemes do.
func tileOf(a application.Application) tile {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(a.Name))
	t := tile{Name: a.Name, Description: a.Description, Initial: string(unicode.ToUpper(first))}
	if u, err := url.Parse(a.Portal.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil {
		t.URL, t.Host = u.String(), u.Host
	}
	return t
}

// Applications lists the applications that the portal shows a person, by ARN.
type Applications func(ctx context.Context, userID string, page paging.Page) ([]application.Application, string, error)
