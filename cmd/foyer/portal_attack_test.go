package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/chromedp/chromedp"
)

// injections are names that a page which wrote them as they are would run.
var injections = []string{
	`<script>document.title='hit'</script>`,
	`<img src=x onerror="document.title='hit'">`,
	`"><svg onload=document.title='hit'>`,
	`' autofocus onfocus='document.title=1`,
	`</title><b class=hit>{{.}}</b>`,
	"javascript:document.title='hit'//",
}

// TestAttackXSSThroughNames gives everything that has a name names that are
// markup and script, and goes through all pages on which they stand, in a real
// browser, in which no page's policy would say anything if they were harmless.
func TestAttackXSSThroughNames(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h := open(t)
	h.hostileNames(t)
	w := openWindow(t, h.Endpoint)
	w.visit(t, h.StartURL)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "AWS access portal")
	for i, name := range injections {
		w.visit(t, h.StartURL+"?account_id="+h.account(t, accountNamed(i)))
		w.until(t, evaluate[string](t, w, `location.href`), name)
		w.harmless(t, accountNamed(i), name)
		w.do(t, chromedp.Click(`//li[.//*[@aria-expanded="true"]]//button[@aria-pressed]`))
		w.comes(t, `document.querySelector("li:has([aria-expanded=true]) .star").ariaPressed === "true"`)
		w.do(t, chromedp.Click(`//ul[@class="roles"]//button[.="Access keys"]`), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
		w.harmless(t, accountNamed(i))
		w.leave(t, chromedp.Evaluate[chromedp.Void](`document.querySelector("dialog").close(); document.querySelector(".roles .more").click()`))
		w.harmless(t, accountNamed(i))
	}
	w.visit(t, h.StartURL)
	w.says(t, "Recently used")
	w.harmless(t, accountNamed(0))
	for _, name := range injections {
		w.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const field = document.querySelector("#search"); field.value = %q; field.dispatchEvent(new Event("input")) }`, name)))
		w.comes(t, fmt.Sprintf(`new URLSearchParams(location.search).get("q") === %q`, name))
		w.harmless(t)
	}
	w.visit(t, h.Endpoint+"/start/applications")
	w.harmless(t, injections...)
	if at := evaluate[[]string](t, w, `[...document.querySelectorAll(".tiles a")].map((e) => e.protocol)`); len(at) != 1 || at[0] != "https:" {
		t.Errorf("applications lead to %q", at)
	}
	w.visit(t, h.Endpoint+"/start/profile")
	w.says(t, "Profile")
	w.harmless(t, injections[len(injections)-1]) // what ada is called by now
	w.quiet(t)
}

// accountNamed is the name of the nth account with an injection.
func accountNamed(n int) string { return fmt.Sprintf("%d %s", n, injections[n]) }

// hostileNames names what is in the house, by the APIs.
func (h *house) hostileNames(t *testing.T) {
	t.Helper()
	ctx, org := t.Context(), organizations.NewFromConfig(h.root())
	roots, err := org.ListRoots(ctx, nil)
	fatal(t, err)
	ada := h.userID(t, "ada")
	var out map[string]any
	for i, name := range injections {
		_, err = org.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{Name: &name, ParentId: roots.Roots[0].Id})
		fatal(t, err)
		_, err = org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: new(accountNamed(i)), Email: new(fmt.Sprintf("hostile-%d@foyer.example", i))})
		fatal(t, err)
		set := h.sso(t, "CreatePermissionSet", map[string]any{"InstanceArn": h.InstanceARN, "Name": fmt.Sprintf("Hostile%d", i), "Description": name})
		h.sso(t, "CreateAccountAssignment", map[string]any{
			"InstanceArn": h.InstanceARN, "PermissionSetArn": set["PermissionSet"].(map[string]any)["PermissionSetArn"],
			"TargetType": "AWS_ACCOUNT", "TargetId": h.account(t, accountNamed(i)), "PrincipalType": "USER", "PrincipalId": ada,
		})
		h.application(t, name, name, "")
		update := map[string]any{"IdentityStoreId": h.IdentityStoreID, "UserId": ada, "Operations": []map[string]any{
			{"AttributePath": "displayName", "AttributeValue": name}, {"AttributePath": "name.givenName", "AttributeValue": name},
		}}
		fatal(t, h.administrator().call(ctx, "identitystore", "AWSIdentityStore.UpdateUser", update, &out))
	}
	h.application(t, "Address", "leads elsewhere", "https://example.net/?a=1&b=2")
}

func (h *house) userID(t *testing.T, userName string) string {
	t.Helper()
	var found struct{ UserID string }
	fatal(t, h.administrator().call(t.Context(), "identitystore", "AWSIdentityStore.GetUserId", map[string]any{
		"IdentityStoreId":     h.IdentityStoreID,
		"AlternateIdentifier": map[string]any{"UniqueAttribute": map[string]any{"AttributePath": "userName", "AttributeValue": userName}},
	}, &found))
	return found.UserID
}

// harmless fails when a name became part of the page, and when the page does not
// show it letter for letter.
func (w *window) harmless(t *testing.T, names ...string) {
	t.Helper()
	grown := evaluate[[]string](t, w, `[...document.querySelectorAll("body script, main img, svg, .hit, [onerror], [onload], [onfocus], [href^='javascript:']")].map((e) => e.outerHTML)`)
	if title := evaluate[string](t, w, `document.title`); len(grown) != 0 || title == "hit" || title == "1" {
		t.Errorf("a name became %q, and the title %q", grown, title)
	}
	text := evaluate[string](t, w, `document.body.textContent`)
	for _, name := range names {
		if !strings.Contains(text, name) {
			t.Errorf("the page does not show %q", name)
		}
	}
}
