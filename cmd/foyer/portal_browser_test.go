package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/chromedp/chromedp"
)

// TestBrowserPortal follows shortcut links, makes one, and opens applications.
func TestBrowserPortal(t *testing.T) {
	requirePart(t, chromium)
	requirePart(t, "../../web/dist/foyer.js")
	h := open(t)
	w := openWindow(t, h.Endpoint)
	h.walkShortcutThroughSignIn(t, w)
	h.walkShortcuts(t, w)
	h.walkMakeShortcut(t, w)
	h.walkApplications(t, w)
	h.walkPages(t, w)
}

// shortcutLink is a link of AWS's form.
func (h *house) shortcutLink(parameters url.Values) string {
	return h.Endpoint + "/start/#/console?" + parameters.Encode()
}

const ec2 = "https://us-east-2.console.aws.amazon.com/ec2/"

func (h *house) walkShortcutThroughSignIn(t *testing.T, w *window) {
	whole := url.Values{"account_id": {h.ManagementAccountID}, "role_name": {"AdministratorAccess"}, "destination": {ec2}}
	w.visit(t, h.shortcutLink(whole))
	w.comes(t, `location.pathname === "/signin" && location.hash === ""`)
	w.signIn(t, "ada", h.password(t, "ada"))
	w.says(t, "Signed in to account "+h.ManagementAccountID)
	w.says(t, "us-east-2.console.aws.amazon.com/ec2/")
	w.visit(t, h.StartURL)
	w.says(t, "Recently used")
	w.quiet(t)
}

// walkShortcuts: without a role one chooses, also when the page is open already;
// nobody is led elsewhere.
func (h *house) walkShortcuts(t *testing.T, w *window) {
	id := h.account(t, "Shop Production")
	choose := url.Values{"account_id": {id}, "destination": {ec2}}
	w.leave(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`location.href = %q`, h.shortcutLink(choose))))
	w.says(t, "Choose a role to open")
	w.look(t, "1-choose-role")
	w.leave(t, chromedp.Click(`//li[span="ReadOnlyAccess"]//a[.="Console"]`))
	w.says(t, "AWSReservedSSO_ReadOnlyAccess_")
	w.says(t, "us-east-2.console.aws.amazon.com/ec2/")
	w.quiet(t)

	for destination, says := range map[string]string{
		"https://evil.example/": "The destination is no page of the AWS console.",
		"//evil.example":        "The destination is no page of the AWS console.",
		"javascript:alert(1)":   "The destination is no page of the AWS console.",
	} {
		w.visit(t, h.shortcutLink(with(choose, "destination", destination)))
		w.says(t, says)
	}
	for _, hash := range []string{"#//evil.example", "#/console/../../evil?account_id=" + id, "#/__proto__?account_id=" + id, "#https://evil.example/?user_code=x"} {
		w.visit(t, h.StartURL+"?q=")
		w.visit(t, h.StartURL+hash)
		w.says(t, "AWS access portal")
		if at := evaluate[string](t, w, `location.pathname`); at != "/start" {
			t.Errorf("%s leads to %s", hash, at)
		}
	}
	w.visit(t, h.shortcutLink(with(choose, "account_id", "999999999999")))
	w.says(t, "You have no access to this account")
	w.quiet(t, "status of 400", "status of 403")
}

func (h *house) walkMakeShortcut(t *testing.T, w *window) {
	id := h.account(t, "Shop Production")
	w.visit(t, h.StartURL+"?account_id="+id)
	w.leave(t, chromedp.Click(`//li[span="ReadOnlyAccess"]//a[.="Shortcut"]`))
	w.says(t, "Create shortcut")
	if role := evaluate[string](t, w, `document.querySelector("#role").value`); role != "ReadOnlyAccess" {
		t.Errorf("the form is about %q", role)
	}
	w.fill(t, "destination", "https://evil.example/")
	w.press(t, "Create link")
	if alert := w.alert(t); !strings.Contains(alert, "The destination is no page of the AWS console.") {
		t.Errorf("a destination elsewhere is answered %q", alert)
	}
	w.quiet(t, "status of 400")
	w.fill(t, "destination", ec2)
	w.press(t, "Create link")
	w.says(t, "Your link")
	w.look(t, "2-shortcut")
	want := h.shortcutLink(url.Values{"account_id": {id}, "role_name": {"ReadOnlyAccess"}, "destination": {ec2}})
	if got := copied(t, w, "link"); got != want {
		t.Errorf("the link is %s, want %s", got, want)
	}
	w.visit(t, want)
	w.says(t, "AWSReservedSSO_ReadOnlyAccess_")
	w.quiet(t)
}

// sso calls an operation of the admin plane.
func (h *house) sso(t *testing.T, operation string, in map[string]any) map[string]any {
	t.Helper()
	var out map[string]any
	if err := h.administrator().call(t.Context(), "sso", "SWBExternalService."+operation, in, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// application makes an application that everybody may use, and the portal shows.
func (h *house) application(t *testing.T, name, description, address string) {
	t.Helper()
	portal := map[string]any{"Visibility": "ENABLED"}
	if address != "" {
		portal["SignInOptions"] = map[string]any{"Origin": "APPLICATION", "ApplicationUrl": address}
	}
	in := map[string]any{"InstanceArn": h.InstanceARN, "ApplicationProviderArn": "arn:aws:sso::aws:applicationProvider/custom", "Name": name, "PortalOptions": portal}
	if description != "" {
		in["Description"] = description
	}
	made := h.sso(t, "CreateApplication", in)
	h.sso(t, "PutApplicationAssignmentConfiguration", map[string]any{"ApplicationArn": made["ApplicationArn"], "AssignmentRequired": false})
}

func (h *house) walkApplications(t *testing.T, w *window) {
	w.visit(t, h.StartURL)
	w.press(t, "Applications")
	w.says(t, "No applications yet")
	w.look(t, "3-no-applications")
	h.application(t, "Wiki", "What everybody knows", h.Endpoint+"/icon.svg?wiki")
	h.application(t, "Ledger", "", "https://ledger.example.net/start")
	h.application(t, "analytics", "Numbers of all shops, by day and by region, for those who plan", "")
	w.visit(t, h.Endpoint+"/start/applications")
	if got := evaluate[[]string](t, w, `[...document.querySelectorAll(".tiles .name bdi")].map((e) => e.innerText)`); !slices.Equal(got, []string{"analytics", "Ledger", "Wiki"}) {
		t.Errorf("applications %q", got)
	}
	if got := evaluate[[]string](t, w, `[...document.querySelectorAll(".tiles a")].map((e) => e.href + " " + e.rel + " " + e.target)`); !slices.Equal(got, []string{
		"https://ledger.example.net/start noopener noreferrer _blank", h.Endpoint + "/icon.svg?wiki noopener noreferrer _blank",
	}) {
		t.Errorf("they lead to %q", got)
	}
	w.look(t, "4-applications")
	w.quiet(t)
}

// walkPages turns the pages of more accounts than fit on one.
func (h *house) walkPages(t *testing.T, w *window) {
	ada, org := h.userID(t, "ada"), organizations.NewFromConfig(h.root())
	set := h.sso(t, "ListPermissionSets", map[string]any{"InstanceArn": h.InstanceARN})["PermissionSets"].([]any)[0]
	fatal(t, each(50, func(i int) error {
		asked, err := org.CreateAccount(t.Context(), &organizations.CreateAccountInput{AccountName: new(fmt.Sprintf("Team %02d", i)), Email: new(fmt.Sprintf("team-%d@foyer.example", i))})
		if err != nil {
			return err
		}
		made, err := org.DescribeCreateAccountStatus(t.Context(), &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: asked.CreateAccountStatus.Id})
		if err != nil {
			return err
		}
		in := map[string]any{
			"InstanceArn": h.InstanceARN, "PermissionSetArn": set, "TargetType": "AWS_ACCOUNT", "TargetId": made.CreateAccountStatus.AccountId,
			"PrincipalType": "USER", "PrincipalId": ada,
		}
		return h.administrator().call(t.Context(), "sso", "SWBExternalService.CreateAccountAssignment", in, &map[string]any{})
	}))
	w.until(t, h.StartURL, "56 accounts")
	w.says(t, "1–50 of 56")
	if got := shownAccounts(t, w); len(got) != 50 {
		t.Errorf("%d accounts show", len(got))
	}
	w.do(t, chromedp.Click(button("Next")))
	w.comes(t, `document.querySelector(".pages").innerText.includes("51–56 of 56")`)
	got := shownAccounts(t, w)
	if want := []string{"Team 44", "Team 45", "Team 46", "Team 47", "Team 48", "Team 49"}; !slices.Equal(got, want) {
		t.Errorf("the second page shows %q, want %q", got, want)
	}
	if at := evaluate[string](t, w, `document.activeElement.innerText`); !strings.Contains(at, "Team 44") {
		t.Errorf("the focus is on %q", at)
	}
	w.look(t, "5-second-page")
	id := evaluate[string](t, w, `document.activeElement.closest("li")?.id ?? document.querySelector("[data-accounts] li").id`)
	w.visit(t, h.StartURL+"?account_id="+strings.TrimPrefix(id, "account-"))
	w.says(t, "51–56 of 56") // the page with the account that was asked for
	w.do(t, chromedp.Click(button("Previous")))
	w.says(t, "1–50 of 56")
	w.quiet(t)
}
