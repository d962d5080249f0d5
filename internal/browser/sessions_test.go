package browser

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"foyer/internal/paging"
	"foyer/internal/session"
)

// manySessions is somebody who is signed in often.
type manySessions struct {
	Sessions
	all []session.Session
}

func (m manySessions) Active(_ context.Context, _ string, page paging.Page) ([]session.Session, string, error) {
	from := 0
	if page.After != "" {
		for from = range m.all {
			if string(m.all[from].ID) > page.After {
				break
			}
		}
	}
	list, next := paging.Cut(m.all[from:], page.Limit, func(s session.Session) string { return string(s.ID) })
	return list, next, nil
}

func TestSessionsAreShownNewestFirstAndNotAll(t *testing.T) {
	begun := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	var many manySessions
	for i := range 260 {
		many.all = append(many.all, session.Session{
			ID: session.ID(fmt.Sprintf("s-%03d", i)), Created: begun.Add(time.Duration(i) * time.Minute), Expires: begun.Add(24 * time.Hour),
			Person: session.Person{UserID: "u-1", UserName: "ann", UserAgent: "<script>Firefox/1</script>", SourceIP: netip.MustParseAddr("192.0.2.7")},
		})
	}
	f := &Face{Sessions: many, Log: slog.New(slog.DiscardHandler)}
	w, here := httptest.NewRecorder(), many.all[130]
	f.showSessions(w, httptest.NewRequestWithContext(t.Context(), "GET", sessionsPath, nil), here)
	page := w.Body.String()
	if n := strings.Count(page, `action="/start/sessions/end"`); n != shownSessions {
		t.Errorf("%d sessions can be ended one by one", n)
	}
	if !strings.Contains(page, "159 more") {
		t.Errorf("the page does not say how many there are more:\n%s", page)
	}
	newest, older := strings.Index(page, `value="s-259"`), strings.Index(page, `value="s-200"`)
	if newest < 0 || older < newest {
		t.Errorf("the newest stands at %d, an older one at %d", newest, older)
	}
	if strings.Contains(page, `value="s-130"`) {
		t.Error("the session that the person is in stands among the others")
	}
	if strings.Contains(page, "<script>Fire") {
		t.Error("what a browser calls itself gets into the page")
	}
}
