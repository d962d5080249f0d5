package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium is the browser, as Debian installs it.
const chromium = "/usr/bin/chromium"

// screenshots is where the pictures of pages stay, in a directory of each test.
// It is not that of -artifacts, which nobody finds again: its names are random,
// and the flag keeps go from remembering what passed.
const screenshots = "../../.cache/screenshots"

// window is a window of a real browser without a screen.
type window struct {
	ctx      context.Context
	sound    string // the script that tells what is wrong with a page
	axe      string // the engine that tells who cannot use it; "" where it is not installed
	shots    string // the directory that takes the pictures
	mu       sync.Mutex
	troubles []string // what the browser complained of
}

// openWindow opens a window that may use the clipboard on origin. It is closed
// after the test.
func openWindow(t *testing.T, origin string) *window {
	t.Helper()
	sound, err := os.ReadFile("../../testdata/browser/sound.js")
	if err != nil {
		t.Fatal(err)
	}
	w := &window{sound: string(sound), axe: readAxe(t), shots: filepath.Join(screenshots, t.Name())}
	if err := os.MkdirAll(w.shots, 0o750); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	ctx, quit := chromedp.NewExecAllocator(ctx, options...)
	w.ctx, _ = chromedp.NewContext(ctx, chromedp.WithListener(w.hear))
	t.Cleanup(func() {
		if err := chromedp.Cancel(w.ctx); err != nil {
			t.Error(err)
		}
		quit()
		stop()
	})
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		permission := browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: origin}
		if _, err := chromedp.CallBrowser(w.ctx, browser.SetPermission, permission); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// hear notes what a page writes to the console, throws, or is kept from by its
// policy.
func (w *window) hear(event any) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		trouble = fmt.Sprintf("console.%s", e.Type)
		for _, arg := range e.Args {
			trouble += " " + string(arg.Value)
		}
	case *runtime.EventExceptionThrown:
		trouble = (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error()
	case *log.EventEntryAdded:
		trouble = fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	}
	if trouble != "" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.troubles = append(w.troubles, trouble)
	}
}

// quiet fails if the browser complained of something since the last time, and
// forgets it.
func (w *window) quiet(t *testing.T, expected ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, trouble := range w.troubles {
		known := false
		for _, e := range expected {
			known = known || strings.Contains(trouble, e)
		}
		if !known {
			t.Errorf("the browser complains: %s", trouble)
		}
	}
	w.troubles = nil
}

func (w *window) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(w.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// visit opens an address and waits for its page.
func (w *window) visit(t *testing.T, address string) {
	t.Helper()
	w.do(t, chromedp.Navigate(address))
}

// leave does what leads to another page, and waits for that.
func (w *window) leave(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if _, err := chromedp.RunResponse(w.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// press clicks the button or link of a label, which leads to another page.
func (w *window) press(t *testing.T, label string) {
	t.Helper()
	w.leave(t, chromedp.Click(button(label)))
}

func button(label string) string {
	return fmt.Sprintf(`//*[(self::button or self::a) and normalize-space()=%q]`, label)
}

// keys are typed where the focus is.
func keys(text string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(text) }

// enter types into the field that the page gives the focus to, and sends it.
func (w *window) enter(t *testing.T, text string) {
	t.Helper()
	const focused = `document.activeElement.matches("input")`
	_, err := chromedp.Run(w.ctx, chromedp.Poll[bool](focused))
	if err != nil && strings.Contains(err.Error(), "Cannot find context") { // of the page before, which has just made way
		_, err = chromedp.Run(w.ctx, chromedp.Poll[bool](focused))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.leave(t, keys(text+kb.Enter))
}

// signIn goes through the sign-in pages with the keyboard alone.
func (w *window) signIn(t *testing.T, userName, password string) {
	t.Helper()
	w.enter(t, userName)
	w.enter(t, password)
}

// says waits until the page shows a text.
func (w *window) says(t *testing.T, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(fmt.Sprintf(`//body//*[contains(normalize-space(), %q)][not(*[contains(normalize-space(), %q)])]`, text, text))); err != nil {
		t.Fatalf("the page does not say %q: %v\n%s", text, err, evaluate[string](t, w, `location.href + "\n" + document.body.innerText`))
	}
}

func evaluate[T any](t *testing.T, w *window, script string) (answer T) {
	t.Helper()
	answer, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return answer
}

// looks are the ways in which people look at a page.
var looks = []struct {
	name, scheme  string
	width, height int64
	axe           bool // in both schemes and widths; all four take long
}{{"light", "light", 1280, 800, true}, {"narrow-dark", "dark", 390, 844, true}, {"narrow-light", "light", 390, 844, false}, {"dark", "dark", 1280, 800, false}}

// look takes pictures of the page in every way, and fails where something is
// wrong with it: labels, contrast, width, and what the keyboard cannot reach.
func (w *window) look(t *testing.T, name string) {
	t.Helper()
	w.reach(t, name)
	if w.axe != "" {
		w.do(t, chromedp.Evaluate[chromedp.Void](w.axe))
	}
	for _, l := range looks {
		w.do(t, chromedp.EmulateViewport(l.width, l.height))
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}}
		if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		picture, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range evaluate[[]string](t, w, w.sound) {
			t.Errorf("%s, %s: %s", name, l.name, wrong)
		}
		if l.axe {
			w.accessible(t, name+", "+l.name)
		}
		if err := os.WriteFile(filepath.Join(w.shots, name+"-"+l.name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// reach goes through the page with the tabulator key from its start, and fails
// if that leaves something out, or does not show where it is.
func (w *window) reach(t *testing.T, name string) {
	t.Helper()
	all := evaluate[int](t, w, `document.activeElement.blur();
		window.left = new Set([...(document.querySelector("dialog[open]") ?? document).querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")].filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !e.disabled));
		left.size`)
	for range all + 3 { // it may begin in the middle, goes past the page's end, and to what scrolls
		w.do(t, keys(kb.Tab))
		if hidden := evaluate[string](t, w, `left.delete(document.activeElement);
			document.activeElement !== document.body && getComputedStyle(document.activeElement).outlineStyle === "none" ? document.activeElement.outerHTML : ""`); hidden != "" {
			t.Errorf("%s: the focus does not show on %s", name, hidden)
		}
	}
	for _, missed := range evaluate[[]string](t, w, `[...left].map((e) => e.outerHTML)`) {
		t.Errorf("%s: the keyboard does not reach %s", name, missed)
	}
}
