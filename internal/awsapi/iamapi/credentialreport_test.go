package iamapi_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"foyer/internal/lastaccess"
)

const reportHeader = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

// report is the lines of the report that is kept as Report.
func (h *house) report(t *testing.T) []string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(h.kept["Report"])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

func TestCredentialReport(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "GetCredentialReport", fails: "ReportNotPresent There is no credential report. Generate one first."},
			{call: "CreateUser UserName=bob Path=/x/"},
			{call: "CreateUser UserName=Ann"},
			{call: "UpdateAccountPasswordPolicy MaxPasswordAge=90"},
			{call: "CreateLoginProfile UserName=Ann Password=Sesame-1234"},
			{call: "CreateAccessKey UserName=bob", shows: `<AccessKeyId>(.+)</AccessKeyId>`, keeps: "Key"},
		})
		h.showing(t, h.newApp(t, "VirtualMFADeviceName=ann"), 0)
		h.tell(t, []step{{call: "EnableMFADevice UserName=Ann SerialNumber=$IAM:mfa/ann AuthenticationCode1=$C1 AuthenticationCode2=$C2"}})
		for _, service := range []string{"iam", "sts"} {
			h.clock = h.clock.Add(30 * time.Minute)
			h.LastAccess.Recorder.Note(lastaccess.Access{Principal: h.kept["Key"], Account: account, Service: service, At: h.clock, Region: "eu-west-1"})
		}
		h.tell(t, []step{
			{call: "CreateAccessKey UserName=bob"},
			{call: "UpdateAccessKey UserName=bob AccessKeyId=$Key Status=Inactive"},
			{call: "GenerateCredentialReport", shows: `<State>STARTED</State><Description>No report exists. Starting a new report generation task<`},
			{call: "GenerateCredentialReport", shows: `<State>COMPLETE<`},
			{call: "CreateUser UserName=late"},
			{call: "GetCredentialReport", shows: `<Content>(.*)</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-11-23T13:00:00Z<`, keeps: "Report"},
		})
		nothing := ",false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
		want := []string{
			reportHeader,
			"<root_account>,arn:aws:iam::111122223333:root,2025-11-23T13:00:00+00:00,not_supported,no_information,not_supported,not_supported,false" + nothing,
			"Ann,arn:aws:iam::111122223333:user/Ann,2026-11-23T12:00:00+00:00,true,no_information,2026-11-23T12:00:00+00:00,2027-02-21T12:00:00+00:00,true" + nothing,
			"bob,arn:aws:iam::111122223333:user/x/bob,2026-11-23T12:00:00+00:00,false,N/A,N/A,N/A,false,false,2026-11-23T12:00:00+00:00,2026-11-23T13:00:00+00:00,eu-west-1,sts,true,2026-11-23T13:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A",
		}
		got := h.report(t)
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("line %d of\n%s\nwant\n%s", i+1, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		h.clock = h.clock.Add(4 * time.Hour)
		h.IAM.Quotas.AccessKeysPerUser = 3
		h.tell(t, []step{
			{call: "GetCredentialReport", fails: "ReportExpired The credential report is older than four hours. Generate another one."},
			{call: "CreateAccessKey UserName=bob"},
			{call: "GenerateCredentialReport", shows: `<State>STARTED<`},
			{call: "GetCredentialReport", shows: `<Content>(.*)</Content>`, keeps: "Report"},
		})
		got = h.report(t)
		if got[0] != reportHeader+",additional_credentials_info" || !strings.HasSuffix(got[3], ",1 more: see ListAccessKeys and ListSigningCertificates") || len(got) != 5 {
			t.Errorf("with a third key:\n%s", strings.Join(got, "\n"))
		}
	})
}
