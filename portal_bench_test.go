package foyer

import (
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

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

// BenchmarkPortalInBrowser is how long somebody with a role in 5,000 accounts
// waits in Chromium: until the page is there, until it takes clicks and letters,
// and from a letter typed into the search, or a click on an account, until what
// it asks for shows.
func BenchmarkPortalInBrowser(b *testing.B) {
	const chromium = "/usr/bin/chromium"
	if _, err := os.Stat(chromium); err != nil {
		b.Skip("needs Chromium: make parts")
	}
	s := running(b)
	s.assignMany(b, 5000)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	ctx, quit := chromedp.NewExecAllocator(b.Context(), options...)
	defer quit()
	ctx, leave := chromedp.NewContext(ctx)
	defer leave()
	cookie := s.browserSession(b)
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: s.ready.Endpoint}); err != nil {
		b.Fatal(err)
	}
	took := map[string][]float64{}
	for b.Loop() {
		if err := chromedp.Do(ctx, chromedp.Navigate(s.ready.Endpoint+"/start")); err != nil {
			b.Fatal(err)
		}
		waits, err := chromedp.Run(ctx, chromedp.Evaluate[map[string]float64](waited, chromedp.EvalAwaitPromise))
		if err != nil {
			b.Fatal(err)
		}
		for name, ms := range waits {
			took[name] = append(took[name], ms)
		}
	}
	b.ReportMetric(0, "ns/op")
	for name, all := range took {
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2], name)
	}
}

// waited measures a page of accounts from within.
const waited = `(async () => {
	const shown = (what) => new Promise((done) => {
		const look = () => what() ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
		look();
	});
	const opened = performance.getEntriesByType("navigation")[0];
	const answer = {
		"answered-ms": opened.responseEnd,
		"interactive-ms": opened.domContentLoadedEventEnd,
		"page-kB": (opened.transferSize + performance.getEntriesByType("resource").reduce((sum, r) => sum + r.transferSize, 0)) / 1000,
	};
	let begun = performance.now();
	const field = document.querySelector("#search");
	field.value = "account 42";
	field.dispatchEvent(new Event("input"));
	answer["search-ms"] = await shown(() => document.querySelector("[data-count]").textContent.includes(" of ")) - begun;
	begun = performance.now();
	document.querySelector("a[data-open]").click();
	answer["open-ms"] = await shown(() => document.querySelector(".roles")) - begun;
	return answer;
})()`
