package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// trailed is an event as LookupEvents answers it.
type trailed struct {
	EventName, EventSource string
	UserIdentity           struct{ UserName, CredentialID string }
	AdditionalEventData    map[string]string
	ServiceEventDetails    map[string]string
	RequestParameters      map[string]any
}

// trail are the events of a name, the newest first.
func (h *house) trail(t *testing.T, name string) []trailed {
	t.Helper()
	var page struct {
		Events []struct{ CloudTrailEvent string }
	}
	in := map[string]any{"LookupAttributes": []any{map[string]any{"AttributeKey": "EventName", "AttributeValue": name}}}
	if err := h.administrator().call(t.Context(), "cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", in, &page); err != nil {
		t.Fatal(err)
	}
	events := make([]trailed, len(page.Events))
	for i, e := range page.Events {
		if err := json.Unmarshal([]byte(e.CloudTrailEvent), &events[i]); err != nil {
			t.Fatal(err)
		}
	}
	return events
}

// TestMFAEvents reads what a second proof leaves in the trail: what was proved,
// that a device was demanded, and what happened to it; and no secret.
func TestMFAEvents(t *testing.T) {
	h, _ := start(t, "--demo", "--mfa-without-device", "register")
	ada := h.person(t, "ada")
	if err := ada.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	if err := ada.visitAs(t, h.Endpoint+"/signin/mfa?way=app"); err != nil {
		t.Fatal(err)
	}
	phone := &app{h: h, seed: ada.seed(t)}
	if err := ada.submit(t.Context(), map[string]string{"code": phone.code(t)}); err != nil || !strings.Contains(ada.text(), "AWS access portal") {
		t.Fatalf("registering is answered %v\n%s", err, ada.text())
	}
	last := h.trail(t, "UserAuthentication")[0]
	if d := last.AdditionalEventData; d["CredentialType"] != "PASSWORD,TOTP" || d["DeviceEnrollmentRequired"] != "true" || last.ServiceEventDetails["UserAuthentication"] != "Success" {
		t.Errorf("signing in with a device that was demanded: %+v", last)
	}
	for _, name := range []string{"StartVirtualMfaDeviceRegistration", "CompleteVirtualMfaDeviceRegistration"} {
		if got := h.trail(t, name); len(got) != 1 || got[0].EventSource != "sso-directory.amazonaws.com" || got[0].UserIdentity.UserName != "ada" {
			t.Errorf("%s: %+v", name, got)
		}
	}

	if err := ada.press(t.Context(), "Sign out"); err != nil {
		t.Fatal(err)
	}
	if err := ada.visit(t.Context(), h.StartURL); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"000000", phone.code(t)} {
		if err := ada.submit(t.Context(), map[string]string{"code": code}); err != nil {
			t.Fatal(err)
		}
	}
	verified := h.trail(t, "CredentialVerification")
	if v := verified[0]; v.AdditionalEventData["CredentialType"] != "TOTP" || v.ServiceEventDetails["CredentialVerification"] != "Success" {
		t.Errorf("the right code: %+v", v)
	}
	if v := verified[1]; v.AdditionalEventData["CredentialType"] != "TOTP" || v.ServiceEventDetails["CredentialVerification"] != "Failure" || v.AdditionalEventData["AuthWorkflowID"] != verified[0].AdditionalEventData["AuthWorkflowID"] {
		t.Errorf("the wrong code: %+v", v)
	}
	last = h.trail(t, "UserAuthentication")[0]
	if d := last.AdditionalEventData; d["CredentialType"] != "PASSWORD,TOTP" || d["DeviceEnrollmentRequired"] != "" {
		t.Errorf("signing in with a code: %+v", last)
	}
	if err := ada.visitAs(t, h.Endpoint+"/start/mfa"); err != nil {
		t.Fatal(err)
	}
	if err := ada.visitAs(t, h.Endpoint+ada.device(t)); err != nil {
		t.Fatal(err)
	}
	if err := ada.press(t.Context(), "Remove"); err != nil {
		t.Fatal(err)
	}
	removed := h.trail(t, "DeleteMfaDeviceForUser")
	if len(removed) != 1 || removed[0].RequestParameters["deviceName"] != "Authenticator app" || removed[0].UserIdentity.CredentialID == "" {
		t.Errorf("removing the device: %+v", removed)
	}
	if all, err := json.Marshal(h.trail(t, "StartVirtualMfaDeviceRegistration")); err != nil || strings.Contains(string(all), phone.seed) {
		t.Errorf("the seed is in the trail: %s, %v", all, err)
	}
}
