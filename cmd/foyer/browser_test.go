package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowser walks through the pages in a real browser. With -artifacts its
// pictures stay.
func TestBrowser(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h := open(t)
	w := openWindow(t, h.Endpoint)
	h.walkSignIn(t, w)
	h.walkPortal(t, w)
	h.walkKeys(t, w)
	h.walkOut(t, w)
	h.walkDevice(t, w)
	h.walkAuthorize(t, w)
}

func (h *house) walkSignIn(t *testing.T, w *window) {
	w.visit(t, h.StartURL)
	w.look(t, "1-user-name")
	w.visit(t, h.StartURL)
	w.enter(t, "ada")
	w.says(t, "not you?")
	w.look(t, "2-password")
	w.quiet(t)

	w.leave(t, chromedp.SendKeys(chromedp.ID("password"), "not my password"+kb.Enter))
	alert := evaluate[string](t, w, `document.querySelector("[role=alert]").innerText`)
	if alert == "" || strings.Contains(alert, "ada") {
		t.Errorf("a wrong password is answered %q", alert)
	}
	w.look(t, "3-wrong-password")
	w.quiet(t, "status of 401") // which is what the page is answered with

	kind := `document.querySelector("#password").type`
	w.do(t, chromedp.SendKeys(chromedp.ID("password"), h.password(t, "ada")), chromedp.Click(chromedp.CSS("[data-reveal]")))
	if got := evaluate[string](t, w, kind); got != "text" {
		t.Errorf("a password to be shown is in a field of type %s", got)
	}
	w.do(t, chromedp.Click(chromedp.CSS("[data-reveal]")))
	if got := evaluate[string](t, w, kind); got != "password" {
		t.Errorf("a password to be hidden is in a field of type %s", got)
	}
	w.press(t, "Sign in")
	w.says(t, "AWS access portal")
	if cookie := evaluate[string](t, w, `document.cookie`); cookie != "" {
		t.Errorf("script can read the cookie %s", cookie)
	}
}

// shownAccounts are the names of the accounts that the portal shows.
func shownAccounts(t *testing.T, w *window) []string {
	t.Helper()
	return evaluate[[]string](t, w, `[...document.querySelectorAll("[data-accounts] .name")].filter((e) => e.checkVisibility()).map((e) => e.innerText)`)
}

// finds types into the search field and waits for what the page says it found.
func (w *window) finds(t *testing.T, typed, count string) {
	t.Helper()
	w.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector("#search").focus(); document.querySelector("#search").select()`), keys(typed))
	w.comes(t, fmt.Sprintf(`(new URLSearchParams(location.search).get("q") ?? "") === %q && document.querySelector("[data-count]").innerText === %q`, strings.Trim(typed, "\b"), count))
}

// comes waits until a script says true.
func (w *window) comes(t *testing.T, script string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](script)); err != nil {
		t.Fatalf("it does not come to %s: %v\n%s", script, err, evaluate[string](t, w, `document.body.innerText`))
	}
}

func (h *house) walkPortal(t *testing.T, w *window) {
	w.look(t, "4-portal")
	all := []string{"Audit", "Data Platform", "Log Archive", "Management", "Shop Development", "Shop Production"}
	if got := shownAccounts(t, w); !slices.Equal(got, all) {
		t.Errorf("accounts %q, want %q", got, all)
	}
	id := h.account(t, "Audit")
	for _, search := range []struct {
		typed, count string
		want         []string
	}{
		{"sHoP", "2 of 6 accounts match", all[4:]}, {id, "1 of 6 accounts matches", all[:1]}, {"readonly shop prod", "1 of 6 accounts matches", all[5:]},
		{"nowhere", "No account matches", nil},
	} {
		w.finds(t, search.typed, search.count)
		if got := shownAccounts(t, w); !slices.Equal(got, search.want) {
			t.Errorf("a search for %s shows %q, want %q", search.typed, got, search.want)
		}
		if empty := evaluate[bool](t, w, `document.querySelector("[data-no-match]")?.checkVisibility() ?? false`); empty != (search.want == nil) {
			t.Errorf("a search for %s says that nothing matches: %v", search.typed, empty)
		}
	}
	w.look(t, "4-portal-none")
	w.finds(t, "\b", "6 accounts")

	h.walkRoles(t, w)
}

// walkRoles opens an account with the keyboard, marks another, and goes back.
func (h *house) walkRoles(t *testing.T, w *window) {
	head := `[...document.querySelectorAll("a[data-open]")].find((e) => e.innerText.includes("Shop Production"))`
	w.do(t, chromedp.Evaluate[chromedp.Void](head+`.focus()`), keys(kb.Enter))
	w.comes(t, `document.querySelectorAll(".roles .role").length === 2`)
	roles := evaluate[[]string](t, w, `[...document.querySelectorAll(".roles .role")].map((e) => e.innerText)`)
	if !slices.Equal(roles, []string{"AdministratorAccess", "ReadOnlyAccess"}) {
		t.Errorf("roles %q", roles)
	}
	if open := evaluate[string](t, w, `document.activeElement.getAttribute("aria-expanded") + document.activeElement.innerText`); !strings.Contains(open, "true") || !strings.Contains(open, "Shop Production") {
		t.Errorf("the focus is on %q", open)
	}
	w.do(t, chromedp.Click(`//button[@aria-pressed="false" and contains(@aria-label, "Log Archive")]`))
	w.comes(t, `document.querySelector(".star[aria-pressed=true]")?.ariaLabel.includes("Log Archive")`)
	w.look(t, "5-roles")
	w.do(t, chromedp.Evaluate[chromedp.Void](head+`.focus()`), keys(kb.ArrowUp))
	if at := evaluate[string](t, w, `document.activeElement.innerText`); !strings.Contains(at, "Shop Development") {
		t.Errorf("arrow up leads to %q", at)
	}
	w.leave(t, chromedp.Evaluate[chromedp.Void](`location.reload()`))
	if got := shownAccounts(t, w); got[0] != "Log Archive" || len(got) != 6 {
		t.Errorf("a favourite is not the first of %q", got)
	}
	w.comes(t, `document.querySelectorAll(".roles .role").length === 2`)
	w.quiet(t)
}

// shownText is what an element of the access keys page says.
func shownText(t *testing.T, w *window, id string) string {
	t.Helper()
	return evaluate[string](t, w, fmt.Sprintf(`document.getElementById(%q).textContent`, id))
}

// copied is what a page's button copies of an element.
func copied(t *testing.T, w *window, id string) string {
	t.Helper()
	copies := fmt.Sprintf(`//button[@data-copy=%q]`, id)
	w.do(t, chromedp.Click(copies), chromedp.WaitVisible(copies+`[.="Copied"]`))
	return evaluate[string](t, w, `navigator.clipboard.readText()`)
}

func (h *house) walkKeys(t *testing.T, w *window) {
	account := h.account(t, "Shop Production")
	w.do(t, chromedp.Click(`//li[span="ReadOnlyAccess"]//button`), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	w.says(t, "Access keys for")
	w.look(t, "6-access-keys")

	shell := func() string {
		return evaluate[string](t, w, `[...document.querySelectorAll("[data-tabs=Shell] [role=tabpanel]")].filter((e) => e.checkVisibility()).map((e) => e.querySelector("pre").textContent).join("AND")`)
	}
	bash := copied(t, w, "bash-text")
	parsed := regexp.MustCompile(`^export AWS_ACCESS_KEY_ID="(ASIA\w+)"\nexport AWS_SECRET_ACCESS_KEY="([^"]+)"\nexport AWS_SESSION_TOKEN="([^"]+)"\n$`).FindStringSubmatch(bash)
	if parsed == nil || shell() != bash {
		t.Fatalf("copied for bash: %q; shown: %q", bash, shell())
	}
	id, secret, token := parsed[1], parsed[2], parsed[3]
	w.do(t, chromedp.Click(`//button[@role="tab" and .="fish"]`))
	if want := fmt.Sprintf("set -gx AWS_ACCESS_KEY_ID %q\nset -gx AWS_SECRET_ACCESS_KEY %q\nset -gx AWS_SESSION_TOKEN %q\n", id, secret, token); shell() != want || copied(t, w, "fish-text") != want {
		t.Errorf("for fish: %q", shell())
	}
	w.do(t, chromedp.Click(`//button[@role="tab" and .="PowerShell"]`))
	if want := fmt.Sprintf("$Env:AWS_ACCESS_KEY_ID=%q\n$Env:AWS_SECRET_ACCESS_KEY=%q\n$Env:AWS_SESSION_TOKEN=%q\n", id, secret, token); shell() != want || copied(t, w, "powershell-text") != want {
		t.Errorf("for PowerShell: %q", shell())
	}
	w.do(t, chromedp.Focus(`//button[@role="tab" and .="PowerShell"]`), keys(kb.ArrowRight))
	if want := fmt.Sprintf("SET AWS_ACCESS_KEY_ID=%s\nSET AWS_SECRET_ACCESS_KEY=%s\nSET AWS_SESSION_TOKEN=%s\n", id, secret, token); shell() != want || copied(t, w, "cmd-text") != want {
		t.Errorf("for cmd: %q", shell())
	}
	w.do(t, chromedp.Focus(`//*[@data-tabs="Shell"]//button[@role="tab" and @aria-selected="true"]`), keys(kb.ArrowRight))
	if shell() != bash {
		t.Errorf("the last tab is not followed by the first, but by %q", shell())
	}
	for element, want := range map[string]string{
		"access-key-id": id, "secret-access-key": secret, "session-token": token,
		"profile":     fmt.Sprintf("[%s_ReadOnlyAccess]\naws_access_key_id=%s\naws_secret_access_key=%s\naws_session_token=%s\n", account, id, secret, token),
		"sso-profile": shownText(t, w, "sso-profile"), "sso-start-url": shownText(t, w, "sso-start-url"), "sso-region": h.Region,
	} {
		if got := copied(t, w, element); got != want || shownText(t, w, element) != want {
			t.Errorf("%s is %q, copied %q, want %q", element, shownText(t, w, element), got, want)
		}
	}
	w.do(t, chromedp.Click(`//button[@role="tab" and .="credential_process"]`))
	if want := "[profile ReadOnlyAccess-" + account + "]\ncredential_process = foyer credentials " + account + " ReadOnlyAccess\n"; copied(t, w, "credential-process") != want {
		t.Errorf("for credential_process: %q", shownText(t, w, "credential-process"))
	}
	w.quiet(t)

	who, err := sts.NewFromConfig(h.config(credentials.NewStaticCredentialsProvider(id, secret, token))).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := `^arn:aws:sts::` + account + `:assumed-role/AWSReservedSSO_ReadOnlyAccess_[0-9a-f]{16}/ada$`; !regexp.MustCompile(want).MatchString(*who.Arn) {
		t.Errorf("who copied the keys is %s, want %s", *who.Arn, want)
	}
}

// walkOut: after signing out, neither going back nor any address shows what
// only the person may see.
func (h *house) walkOut(t *testing.T, w *window) {
	secret := shownText(t, w, "secret-access-key")
	w.do(t, keys(kb.Escape))
	w.comes(t, `document.querySelector("dialog") === null`)
	if page := evaluate[string](t, w, `document.documentElement.outerHTML + location.href`); strings.Contains(page, secret) {
		t.Error("the keys are on the page though they do not show")
	}
	if at := evaluate[string](t, w, `document.activeElement.ariaLabel`); !strings.HasPrefix(at, "Access keys for ReadOnlyAccess in Shop Production") {
		t.Errorf("after the keys the focus is on %s", at)
	}
	w.visit(t, h.StartURL)
	w.says(t, "Recently used")
	w.look(t, "6-recent")
	w.press(t, "Sign out")
	w.says(t, "You are signed out")
	w.look(t, "7-signed-out")
	if err := chromedp.Do(w.ctx, chromedp.NavigateBack()); err != nil && !errors.Is(err, chromedp.ErrPageLoad) {
		t.Fatal(err)
	}
	if page := evaluate[string](t, w, `document.body.textContent`); strings.Contains(page, secret) {
		t.Error("after signing out, going back shows the keys again")
	}
	w.visit(t, h.StartURL)
	if at := evaluate[string](t, w, `location.pathname`); at != "/signin" {
		t.Errorf("signed out, the portal is at %s", at)
	}
	w.quiet(t, "ERR_CACHE_MISS") // going back to what is not kept
}

func (h *house) walkDevice(t *testing.T, w *window) {
	c := h.register(t, ssooidc.RegisterClientInput{})
	begun, poll := c.begin(t, h)
	w.visit(t, *begun.VerificationUriComplete)
	w.signIn(t, "ben", h.password(t, "ben"))
	w.says(t, "Allow the test to access your data?")
	if code := shownText(t, w, "user-code"); code != *begun.UserCode {
		t.Errorf("the page shows the code %s, the device %s", code, *begun.UserCode)
	}
	w.look(t, "8-device-consent")
	w.press(t, "Allow access")
	w.says(t, "Request approved")
	if _, err := poll(); err != nil {
		t.Error(err)
	}
	w.look(t, "9-approved")

	begun, poll = c.begin(t, h)
	w.visit(t, *begun.VerificationUri)
	w.look(t, "10-device-code")
	w.visit(t, *begun.VerificationUri)
	w.enter(t, "AAAA-AAAA")
	if alert := evaluate[string](t, w, `document.querySelector("[role=alert]").innerText`); alert == "" {
		t.Error("a wrong code is not answered")
	}
	w.quiet(t, "status of 400")
	w.enter(t, strings.ToLower(strings.ReplaceAll(*begun.UserCode, "-", "")))
	w.says(t, *begun.UserCode)
	w.press(t, "Deny")
	w.says(t, "Request denied")
	_, err := poll()
	if err == nil {
		t.Error("a device that was denied got a token")
	}
	w.quiet(t)
}

func (h *house) walkAuthorize(t *testing.T, w *window) {
	n := h.native(t)
	w.visit(t, n.address(nil))
	w.says(t, n.redirect)
	w.look(t, "11-authorize")
	w.quiet(t)
	w.press(t, "Allow access")
	code := n.answer(t).Get("code")
	if _, err := n.redeem(t, code, n.verifier, n.redirect); err != nil {
		t.Errorf("the code %q that the browser brought: %v", code, err)
	}
	w.visit(t, n.address(map[string]string{"redirect_uri": "https://evil.example/"}))
	w.says(t, "That did not work")
	w.look(t, "12-refused")
	w.visit(t, h.Endpoint+"/nothing/here")
	w.says(t, "Page not found")
	w.quiet(t, "status of 400", "status of 404")
}
