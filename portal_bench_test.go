package foyer

import (
	"net/http"
	"strconv"
	"testing"

	"foyer/internal/session"
)

// BenchmarkPortal is the portal's page of accounts, of a person who has a role
// in thousands through a group: as it opens, with an account open, and what each
// letter typed into the search asks for.
func BenchmarkPortal(b *testing.B) {
	for _, accounts := range []int{1000, 5000} {
		b.Run(strconv.Itoa(accounts), func(b *testing.B) {
			s := running(b)
			s.assignMany(b, accounts)
			cookie := s.browserSession(b)
			for _, page := range []struct{ name, path string }{
				{"home", "/start"}, {"open", "/start?account_id=" + string(s.founding.demo.account)}, {"search", "/start?q=42"}, {"role", "/start?q=administrator"},
			} {
				b.Run(page.name, func(b *testing.B) {
					r, err := http.NewRequest(http.MethodGet, s.ready.Endpoint+page.path, nil)
					if err != nil {
						b.Fatal(err)
					}
					r.AddCookie(cookie)
					r.Header.Set("Accept", "text/html")
					ask(b, s.listener.Addr().String(), written(b, r))
				})
			}
		})
	}
}

// browserSession is the cookie of a session of the demo's first user.
func (s *Server) browserSession(b *testing.B) *http.Cookie {
	b.Helper()
	user, _, err := s.rooms.userByName(b.Context(), s.founding.demo.users[0].UserName)
	if err != nil {
		b.Fatal(err)
	}
	_, token, err := s.rooms.sessions.Start(b.Context(), session.Person{UserID: user.ID, UserName: user.UserName, Store: s.storeARN()})
	if err != nil {
		b.Fatal(err)
	}
	return &http.Cookie{Name: "foyer-session", Value: token.Reveal()}
}
