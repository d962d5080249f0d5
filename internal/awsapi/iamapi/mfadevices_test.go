package iamapi_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"foyer/internal/fault"
)

// app is an authenticator app.
type app struct{ seed string }

// newApp makes a virtual device, and the app for it.
func (h *house) newApp(t *testing.T, form string) app {
	t.Helper()
	body, failure := h.call(t, "CreateVirtualMFADevice", form)
	if failure != nil {
		t.Fatal(failure)
	}
	found := regexp.MustCompile(`<Base32StringSeed>([^<]+)<`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no seed in %s", body)
	}
	seed, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil || len(seed) != 64 {
		t.Fatalf("seed %q: %v", seed, err)
	}
	return app{string(seed)}
}

// at is the code that the app shows at a moment.
func (a app) at(t *testing.T, when time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCode(a.seed, uint64(when.Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// showing keeps two consecutive codes, the second of which is shown so long
// after now, as C1 and C2.
func (h *house) showing(t *testing.T, a app, after time.Duration) {
	t.Helper()
	h.kept["C1"], h.kept["C2"] = a.at(t, h.clock.Add(after-30*time.Second)), a.at(t, h.clock.Add(after))
}

// other is a code that is not this one.
func other(code string) string {
	n, _ := strconv.Atoi(code)
	return strconv.Itoa(100_000 + (n+1)%900_000)
}

func TestMFADevices(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		const ann = "arn:aws:iam::111122223333:mfa/ann"
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "CreateUser UserName=bob"},
			{call: "CreateVirtualMFADevice VirtualMFADeviceName=a/b", fails: "ValidationError The specified value for virtualMFADeviceName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
			{call: "CreateVirtualMFADevice VirtualMFADeviceName=a Tags.member.1.Key=aws:a Tags.member.1.Value=b", fails: foreign},
		})
		phone := h.newApp(t, "VirtualMFADeviceName=ann&Tags.member.1.Key=team&Tags.member.1.Value=red")
		h.showing(t, phone, 0)
		h.kept["BAD"] = other(h.kept["C2"])
		none := "NoSuchEntity VirtualMFADevice with serial number " + ann + "x doesn't exist."
		h.tell(t, []step{
			{call: "CreateVirtualMFADevice VirtualMFADeviceName=ann", fails: "EntityAlreadyExists MFADevice entity at the same path and name already exists."},
			{call: "ListVirtualMFADevices AssignmentStatus=Unassigned", shows: "mfa/ann<", lacks: "Seed"},
			{call: "ListVirtualMFADevices AssignmentStatus=Assigned", lacks: "mfa/ann<"},
			{call: "GetMFADevice SerialNumber=" + ann, shows: "mfa/ann<", lacks: "UserName"},
			{call: "GetMFADevice SerialNumber=" + ann + "x", fails: none},
			{call: "EnableMFADevice UserName=eve SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$C2", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "EnableMFADevice UserName=ann SerialNumber=" + ann + "x AuthenticationCode1=$C1 AuthenticationCode2=$C2", fails: none},
			{call: "EnableMFADevice UserName=ann SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$BAD", fails: "InvalidAuthenticationCode Authentication code for device is not valid."},
			{call: "EnableMFADevice UserName=ann SerialNumber=" + ann + " AuthenticationCode1=$C2 AuthenticationCode2=$C1", fails: "InvalidAuthenticationCode Authentication code for device is not valid."},
			{call: "ListMFADevices UserName=ann", lacks: "mfa/ann<"},
			{call: "ResyncMFADevice UserName=ann SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$C2", fails: "NoSuchEntity MFA Device invalid for user."},
			{call: "EnableMFADevice UserName=ann SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$C2"},
			{call: "EnableMFADevice UserName=bob SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$C2", fails: "EntityAlreadyExists MFA Device is already in use."},
			{call: "ListMFADevices UserName=ann", shows: `(?s)<UserName>ann<.*mfa/ann<.*<EnableDate>2026-11-23T12:00:00Z<`},
			{call: "ListMFADevices UserName=eve", fails: "NoSuchEntity The user with name eve cannot be found."},
			{call: "ListVirtualMFADevices AssignmentStatus=Assigned", shows: `(?s)<UserName>ann<.*<EnableDate>`},
			{call: "GetMFADevice UserName=ann SerialNumber=" + ann, shows: `<UserName>ann<`},
			{call: "GetMFADevice UserName=bob SerialNumber=" + ann, fails: "NoSuchEntity MFA Device invalid for user."},
			{call: "GetAccountSummary", shows: `(?s)<key>MFADevices</key>\s*<value>1<.*<key>MFADevicesInUse</key>\s*<value>1<`},
			{call: "DeleteVirtualMFADevice SerialNumber=" + ann, fails: "DeleteConflict MFA VirtualDevice in use. Must deactivate first."},
			{call: "DeleteUser UserName=ann", fails: "DeleteConflict Cannot delete entity, must delete MFA device first."},
			{call: "ResyncMFADevice UserName=ann SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$C2", fails: "InvalidAuthenticationCode Authentication code for device is not valid."},
		})
		h.tell(t, []step{{call: "UntagMFADevice SerialNumber=" + ann + " TagKeys.member.1=team"}})
		h.tell(t, tagging("MFADevice", "SerialNumber="+ann, "SerialNumber="+ann+"x", strings.TrimPrefix(none, "NoSuchEntity ")))
		h.clock = h.clock.Add(time.Hour)
		h.showing(t, phone, 5*time.Minute) // its clock is ahead
		h.tell(t, []step{
			{call: "ResyncMFADevice UserName=ann SerialNumber=" + ann + " AuthenticationCode1=$C1 AuthenticationCode2=$C2"},
			{call: "DeactivateMFADevice UserName=bob SerialNumber=" + ann, fails: "NoSuchEntity MFA Device invalid for user."},
		})
		h.asUser(t, "ann")
		h.tell(t, []step{
			{call: "ListMFADevices", shows: "mfa/ann<"},
			{call: "DeactivateMFADevice SerialNumber=" + ann},
			{call: "DeactivateMFADevice SerialNumber=" + ann, fails: "NoSuchEntity MFA Device invalid for user."},
			{call: "ListMFADevices", lacks: "mfa/ann<"},
			{call: "DeleteVirtualMFADevice SerialNumber=" + ann},
			{call: "DeleteVirtualMFADevice SerialNumber=" + ann, fails: "NoSuchEntity VirtualMFADevice with serial number " + ann + " doesn't exist."},
			{call: "DeleteUser UserName=ann"},
		})
	})
}

func TestMFADevicesHaveALimitAndPages(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.IAM.Quotas.MFADevicesPerUser = 2
		h.tell(t, []step{{call: "CreateUser UserName=ann"}})
		for i, name := range []string{"one", "two", "zzz"} {
			a := h.newApp(t, "Path=/phones/&VirtualMFADeviceName="+name)
			h.showing(t, a, 0)
			s := step{call: "EnableMFADevice UserName=ann SerialNumber=arn:aws:iam::111122223333:mfa/phones/" + name + " AuthenticationCode1=$C1 AuthenticationCode2=$C2"}
			if i == 2 {
				s.fails = "LimitExceeded Cannot exceed quota for MFADevicesPerUser: 2"
			}
			h.tell(t, []step{s})
		}
		h.tell(t, []step{
			{call: "ListMFADevices UserName=ann MaxItems=1", shows: `(?s)phones/one<.*<Marker>(.+?)</Marker>`, keeps: "Next", lacks: "phones/two"},
			{call: "ListMFADevices UserName=ann MaxItems=1 Marker=$Next", shows: `phones/two<`, lacks: "Marker"},
			{call: "ListVirtualMFADevices MaxItems=2", shows: `<Marker>(.+?)</Marker>`, keeps: "Next", lacks: "phones/zzz"},
			{call: "ListVirtualMFADevices MaxItems=2 Marker=$Next", shows: `phones/zzz<`, lacks: "phones/two"},
			{call: "ListVirtualMFADevices AssignmentStatus=Assigned MaxItems=2 Marker=$Next", fails: "ValidationError Invalid Marker."},
			{call: "CreateVirtualMFADevice VirtualMFADeviceName=fourth", fails: "LimitExceeded Cannot exceed quota for VirtualMFADevicesPerAccount: 3"},
		})
	})
}

func TestTheQRCodeIsAPicture(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		body, failure := h.call(t, "CreateVirtualMFADevice", "VirtualMFADeviceName=ann")
		if failure != nil {
			t.Fatal(failure)
		}
		found := regexp.MustCompile(`<QRCodePNG>([^<]+)<`).FindStringSubmatch(body)
		raw, err := base64.StdEncoding.DecodeString(found[1])
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(raw))
		if err != nil || picture.Bounds().Dx() < 100 || picture.Bounds().Dx() != picture.Bounds().Dy() {
			t.Errorf("%v, %v", picture, err)
		}
	})
}

func TestACodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		const serial = "arn:aws:iam::111122223333:mfa/ann"
		h.tell(t, []step{{call: "CreateUser UserName=ann"}})
		phone := h.newApp(t, "VirtualMFADeviceName=ann")
		h.showing(t, phone, 2*time.Minute) // four steps ahead
		h.tell(t, []step{{call: "EnableMFADevice UserName=ann SerialNumber=" + serial + " AuthenticationCode1=$C1 AuthenticationCode2=$C2"}})
		h.asUser(t, "ann")
		user := h.caller.ID
		check := func(why string, good bool, who, code string) {
			t.Helper()
			err := h.IAM.VerifyMFA(t.Context(), account, who, serial, code)
			if (err == nil) != good || err != nil && fault.Of(err) != fault.Denied {
				t.Errorf("%s: %v", why, err)
			}
		}
		shown := func() string { return phone.at(t, h.clock.Add(2*time.Minute)) }
		check("the code that enabled the device", false, user, shown())
		h.clock = h.clock.Add(time.Minute)
		check("somebody else's device", false, "AIDASOMEBODY", shown())
		check("root has no device", false, string(account), shown())
		check("a wrong code", false, user, other(shown()))
		check("a right code", true, user, shown())
		check("the same code again", false, user, shown())
		h.clock = h.clock.Add(30 * time.Second)
		check("the next one", true, user, shown())
		h.clock = h.clock.Add(30 * time.Second)
		for range 10 {
			check("a guess", false, user, other(shown()))
		}
		check("a right code after ten wrong ones", false, user, shown())
		h.clock = h.clock.Add(5*time.Minute + time.Second)
		check("a right code after a pause", true, user, shown())
	})
}
