package auditsink_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/internal/audit"
	"foyer/internal/auditsink"
	"foyer/internal/secret"
)

func events(names ...string) []audit.Event {
	all := make([]audit.Event, len(names))
	for i, name := range names {
		all[i] = audit.Event{EventName: name, EventID: name, ErrorMessage: "a < b\nc"}
	}
	return all
}

func names(t *testing.T, text string) string {
	t.Helper()
	var all []string
	for line := range strings.Lines(text) {
		var e audit.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			all = append(all, "broken")
			continue
		}
		all = append(all, e.EventName)
	}
	return strings.Join(all, " ")
}

func TestAWriterGetsALineForEachEvent(t *testing.T) {
	var out bytes.Buffer
	if err := (auditsink.Writer{To: &out}).Deliver(t.Context(), events("one", "two")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, out.String()); got != "one two" {
		t.Errorf("events = %q", got)
	}
}

func TestAFileIsAppendedToAndMayBeMovedAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	file := auditsink.File{Path: path}
	deliver := func(name string) {
		t.Helper()
		if err := file.Deliver(t.Context(), events(name)); err != nil {
			t.Fatal(err)
		}
	}
	deliver("one")
	deliver("two")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	deliver("three")
	for name, want := range map[string]string{path: "three", path + ".1": "one two"} {
		text, err := os.ReadFile(name)
		if err != nil || names(t, string(text)) != want {
			t.Errorf("%s holds %q, %v; want %q", name, text, err, want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v", info.Mode(), err)
	}
}

func TestALineThatWasCutOffSpoilsNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, []byte(`{"eventVersion":"1.1`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (auditsink.File{Path: path}).Deliver(t.Context(), events("one")); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	if got := names(t, string(text)); got != "broken one" {
		t.Errorf("events = %q", got)
	}
}

func TestAFileThatCannotBeWrittenAcknowledgesNothing(t *testing.T) {
	if err := (auditsink.File{Path: filepath.Join(t.TempDir(), "none", "audit.jsonl")}).Deliver(t.Context(), events("one")); err == nil {
		t.Error("acknowledged")
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		if err := (auditsink.File{Path: "/dev/full"}).Deliver(t.Context(), events("one")); err == nil {
			t.Error("a full disk acknowledged")
		}
	}
}

func TestAWebhookIsSignedAndAcknowledgesBy2xx(t *testing.T) {
	key := []byte("0123456789abcdef")
	var status int
	var bodies []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, at := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
		if want := "v1," + auditsink.Signature(key, id, at, body); r.Header.Get("webhook-signature") != want || at != "1700000000" {
			t.Errorf("signature = %q at %s, want %q", r.Header.Get("webhook-signature"), at, want)
		}
		bodies = append(bodies, id+string(body))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer server.Close()
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	hook := &auditsink.Webhook{URL: server.URL, Key: key, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }, Client: client}
	for _, status = range []int{500, 404, 302, 204} {
		if err := hook.Deliver(t.Context(), events("one", "two")); (err == nil) != (status == 204) {
			t.Errorf("an answer of %d: %v", status, err)
		}
	}
	for _, body := range bodies {
		if body != bodies[0] {
			t.Error("the repeated delivery differs")
		}
	}
	var sent struct{ Records []audit.Event }
	_, records, _ := strings.Cut(bodies[0], "{")
	if err := json.Unmarshal([]byte("{"+records), &sent); err != nil || len(sent.Records) != 2 || sent.Records[1].EventName != "two" {
		t.Errorf("sent %+v, %v", sent, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := hook.Deliver(ctx, events("one")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAWebhookThatSendsElsewhereOrNeverAnswersAcknowledgesNothing(t *testing.T) {
	elsewhere, arrived := 0, make(chan struct{}, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect) // which repeats the body
	})
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere++ })
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	hook := func(path string) *auditsink.Webhook {
		return &auditsink.Webhook{URL: server.URL + path, Key: []byte("0123456789abcdef"), Now: time.Now}
	}
	if err := hook("/moved").Deliver(t.Context(), events("one")); err == nil || elsewhere != 0 {
		t.Errorf("a redirect: %v, followed %d times", err, elsewhere)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	go func() {
		<-arrived
		giveUp()
	}()
	if err := hook("/silent").Deliver(ctx, events("one")); !errors.Is(err, context.Canceled) {
		t.Errorf("no answer: %v", err)
	}
}

// The specification's own example, standardwebhooks.com.
func TestTheSignatureIsThatOfStandardWebhooks(t *testing.T) {
	key, err := auditsink.Key(secret.New("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
	if err != nil {
		t.Fatal(err)
	}
	got := auditsink.Signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("Signature = %s, want %s", got, want)
	}
}

func TestKeysAndURLsThatAreRefused(t *testing.T) {
	for text, ok := range map[string]bool{
		"": false, "short": false, "whsec_!": false, "whsec_c2hvcnQ=": false, "0123456789abcdef": true, strings.Repeat("x", 2000): false,
	} {
		if _, err := auditsink.Key(secret.New(text)); (err == nil) != ok {
			t.Errorf("Key(%.20q): %v", text, err)
		}
	}
	for text, ok := range map[string]bool{
		"https://siem.example/in": true, "http://siem.example/in": false, "http://localhost:9/in": true, "http://127.0.0.1/in": true, "http://[::1]/": true,
		"": false, "siem.example": false, "https://user:pass@siem.example/": false, "ftp://localhost/": false, "http://localhost.evil.example/": false,
	} {
		if err := auditsink.CheckURL(text); (err == nil) != ok {
			t.Errorf("CheckURL(%q): %v", text, err)
		}
	}
}
