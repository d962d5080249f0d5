package iamapi_test

import (
	"crypto/rand"
	"testing"
	"time"

	"foyer/internal/caller"
	"foyer/internal/signin"
	"foyer/internal/wire"
)

// proving is each for what users prove themselves with.
func proving(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	each(t, func(t *testing.T, h *house) {
		h.IAM.Passwords = signin.NewHasher(signin.Cost{Memory: 64, Time: 1, Threads: 1}, 2, rand.Reader)
		test(t, h)
	})
}

// asUser has a user of the account call.
func (h *house) asUser(t *testing.T, name string) {
	t.Helper()
	e, err := h.IAM.User(t.Context(), account, name)
	if err != nil {
		t.Fatal(err)
	}
	h.caller = caller.Caller{Kind: caller.User, Account: account, ARN: e.ARN, ID: e.ID, Name: e.Name}
}

func TestLoginProfiles(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "GetLoginProfile UserName=ann", fails: "NoSuchEntity Login Profile for User ann cannot be found."},
			{call: "UpdateLoginProfile UserName=ann Password=Sesame-1234", fails: "NoSuchEntity Login Profile for User ann cannot be found."},
			{call: "DeleteLoginProfile UserName=ann", fails: "NoSuchEntity Login Profile for User ann cannot be found."},
			{call: "CreateLoginProfile UserName=bob Password=Sesame-1234", fails: "NoSuchEntity The user with name bob cannot be found."},
			{call: "CreateLoginProfile UserName=ann", fails: "ValidationError 1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null"},
			{call: "CreateLoginProfile Password=Sesame-1234", fails: "ValidationError Must specify userName when calling with root credentials"},
			{call: "CreateLoginProfile UserName=ann Password=Short-1", fails: "PasswordPolicyViolation Password should have a minimum length of 8"},
			{call: "CreateLoginProfile UserName=ann Password=onlyletters", fails: "PasswordPolicyViolation Password should have at least three of the following character types: uppercase letters, lowercase letters, numbers, and symbols"},
			{call: "CreateLoginProfile UserName=ann Password=Sesame-1234 PasswordResetRequired=true", shows: `(?s)<UserName>ann<.*<PasswordResetRequired>true<`, lacks: "Sesame"},
			{call: "CreateLoginProfile UserName=ann Password=Sesame-1234", fails: "EntityAlreadyExists Login Profile for user ann already exists."},
			{call: "GetLoginProfile UserName=ann", shows: `<PasswordResetRequired>true<`},
			{call: "UpdateLoginProfile UserName=ann PasswordResetRequired=false"},
			{call: "GetLoginProfile UserName=ANN", shows: `<PasswordResetRequired>false<`},
			{call: "UpdateLoginProfile UserName=ann Password=short", fails: "PasswordPolicyViolation Password should have a minimum length of 8"},
			{call: "DeleteUser UserName=ann", fails: "DeleteConflict Cannot delete entity, must delete login profile first."},
			{call: "ChangePassword OldPassword=Sesame-1234 NewPassword=Sesame-5678", fails: "InvalidUserType Only IAM Users can change their own password"},
		})
		h.asUser(t, "ann")
		h.tell(t, []step{
			{call: "GetLoginProfile", shows: `<UserName>ann<`},
			{call: "ChangePassword OldPassword=Wrong-12345 NewPassword=Sesame-5678", fails: "AccessDenied The old password was incorrect."},
			{call: "ChangePassword OldPassword=Sesame-1234 NewPassword=weak", fails: "PasswordPolicyViolation Password should have a minimum length of 8"},
			{call: "ChangePassword OldPassword=Sesame-1234 NewPassword=Sesame-5678"},
			{call: "ChangePassword OldPassword=Sesame-1234 NewPassword=Sesame-9999", fails: "AccessDenied The old password was incorrect."},
			{call: "DeleteLoginProfile"},
			{call: "ChangePassword OldPassword=Sesame-5678 NewPassword=Sesame-9999", fails: "NoSuchEntity Login Profile for User ann cannot be found."},
		})
	})
}

func TestRootChoosesItsPasswordInASessionForIt(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.caller.Session = &caller.Session{Kind: caller.Root, Account: account}
		h.tell(t, []step{
			{call: "GetLoginProfile", fails: "NoSuchEntity Login Profile for User 111122223333 cannot be found."},
			{call: "CreateLoginProfile Password=Sesame-1234", fails: "ValidationError The password of the root user cannot be set."},
			{call: "GetAccountSummary", shows: `<key>AccountPasswordPresent</key>\s*<value>0<`},
			{call: "CreateLoginProfile"},
			{call: "CreateLoginProfile", fails: "EntityAlreadyExists Login Profile for user 111122223333 already exists."},
			{call: "GetLoginProfile", shows: `<CreateDate>`},
			{call: "GetAccountSummary", shows: `<key>AccountPasswordPresent</key>\s*<value>1<`},
			{call: "DeleteLoginProfile"},
			{call: "GetAccountSummary", shows: `<key>AccountPasswordPresent</key>\s*<value>0<`},
		})
	})
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.tell(t, []step{
			{call: "CreateUser UserName=ann"},
			{call: "GetAccountPasswordPolicy", fails: "NoSuchEntity The Password Policy with domain name 111122223333 cannot be found."},
			{call: "DeleteAccountPasswordPolicy", fails: "NoSuchEntity The account policy with name PasswordPolicy cannot be found."},
			{call: "UpdateAccountPasswordPolicy MinimumPasswordLength=5", fails: "ValidationError 1 validation error detected: Value '5' at 'minimumPasswordLength' failed to satisfy constraint: Member must have value greater than or equal to 6"},
			{call: "UpdateAccountPasswordPolicy"},
			{call: "GetAccountPasswordPolicy", shows: `(?s)<MinimumPasswordLength>6<.*<RequireSymbols>false<.*<ExpirePasswords>false<`, lacks: "MaxPasswordAge"},
			{call: "UpdateAccountPasswordPolicy MinimumPasswordLength=10 RequireSymbols=true RequireNumbers=true RequireUppercaseCharacters=true RequireLowercaseCharacters=true MaxPasswordAge=90 PasswordReusePrevention=2 HardExpiry=true"},
			{call: "GetAccountPasswordPolicy", shows: `(?s)<ExpirePasswords>true<.*<MaxPasswordAge>90<.*<PasswordReusePrevention>2<.*<HardExpiry>true<`},
			{call: "CreateLoginProfile UserName=ann Password=Sesame-12", fails: "PasswordPolicyViolation Password should have a minimum length of 10"},
			{call: "CreateLoginProfile UserName=ann Password=sesame-1234", fails: "PasswordPolicyViolation Password should have at least one uppercase letter"},
			{call: "CreateLoginProfile UserName=ann Password=SESAME-1234", fails: "PasswordPolicyViolation Password should have at least one lowercase letter"},
			{call: "CreateLoginProfile UserName=ann Password=Sesame-Sesame", fails: "PasswordPolicyViolation Password should have at least one number"},
			{call: "CreateLoginProfile UserName=ann Password=Sesame12345", fails: "PasswordPolicyViolation Password should have at least one symbol"},
			{call: "CreateLoginProfile UserName=ann Password=Sesame-0001"},
		})
		h.asUser(t, "ann")
		h.tell(t, []step{
			{call: "ChangePassword OldPassword=Sesame-0001 NewPassword=Sesame-0001", fails: "PasswordPolicyViolation Policy constraint violation with password reuse prevention during password change"},
			{call: "ChangePassword OldPassword=Sesame-0001 NewPassword=Sesame-0002"},
			{call: "ChangePassword OldPassword=Sesame-0002 NewPassword=Sesame-0001", fails: "PasswordPolicyViolation Policy constraint violation with password reuse prevention during password change"},
			{call: "ChangePassword OldPassword=Sesame-0002 NewPassword=Sesame-0003"},
			{call: "ChangePassword OldPassword=Sesame-0003 NewPassword=Sesame-0001"},
		})
		h.clock = h.clock.Add(89 * 24 * time.Hour)
		h.tell(t, []step{{call: "ChangePassword OldPassword=Sesame-0001 NewPassword=Sesame-0004"}})
		h.clock = h.clock.Add(90 * 24 * time.Hour)
		h.tell(t, []step{
			{call: "ChangePassword OldPassword=Sesame-0004 NewPassword=Sesame-0005", fails: "AccessDenied The password has expired. Contact your administrator to have it reset."},
			{call: "UpdateLoginProfile UserName=ann Password=Sesame-0005"},
			{call: "ChangePassword OldPassword=Sesame-0005 NewPassword=Sesame-0006"},
			{call: "DeleteAccountPasswordPolicy"},
			{call: "GetAccountPasswordPolicy", fails: "NoSuchEntity The Password Policy with domain name 111122223333 cannot be found."},
		})
	})
}

func TestAnAccountLetsItsUsersChangeTheirPasswords(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		h.tell(t, []step{{call: "CreateUser UserName=ann"}})
		h.asUser(t, "ann")
		demanded := func() int {
			t.Helper()
			d, err := h.api.Authorize["ChangePassword"](t.Context(), &wire.Call{Caller: h.caller}, h.api.Operations["ChangePassword"].New())
			if err != nil {
				t.Fatal(err)
			}
			return len(d)
		}
		if demanded() != 1 {
			t.Error("without a policy of the account nothing is demanded")
		}
		h.tell(t, []step{{call: "UpdateAccountPasswordPolicy AllowUsersToChangePassword=true"}})
		if demanded() != 0 {
			t.Error("the account's policy does not spare its users the demand")
		}
	})
}

func TestAccountAliases(t *testing.T) {
	t.Parallel()
	proving(t, func(t *testing.T, h *house) {
		for _, bad := range []string{"two--dashes", "-ledger", "Ledger", "123456789012", "ledger-"} {
			if _, failure := h.call(t, "CreateAccountAlias", "AccountAlias="+bad); failure == nil || failure.Code != "ValidationError" {
				t.Errorf("alias %s: %v", bad, failure)
			}
		}
		h.tell(t, []step{
			{call: "ListAccountAliases", lacks: "<member>"},
			{call: "DeleteAccountAlias AccountAlias=ledger", fails: "NoSuchEntity The account alias ledger cannot be found."},
			{call: "CreateAccountAlias AccountAlias=ledger"},
			{call: "CreateAccountAlias AccountAlias=ledger", fails: "EntityAlreadyExists The account alias ledger already exists."},
			{call: "CreateAccountAlias AccountAlias=ledger-two"},
			{call: "ListAccountAliases", shows: `(?s)<member>ledger-two</member>.*<IsTruncated>false<`, lacks: "<member>ledger<"},
		})
		was := h.caller
		h.caller = caller.Caller{Kind: caller.Root, Account: "444455556666", ARN: "arn:aws:iam::444455556666:root", ID: "444455556666"}
		h.tell(t, []step{
			{call: "CreateAccountAlias AccountAlias=ledger-two", fails: "EntityAlreadyExists The account alias ledger-two already exists."},
			{call: "CreateAccountAlias AccountAlias=ledger"},
			{call: "DeleteAccountAlias AccountAlias=ledger-two", fails: "NoSuchEntity The account alias ledger-two cannot be found."},
		})
		h.caller = was
		h.tell(t, []step{
			{call: "DeleteAccountAlias AccountAlias=ledger-two"},
			{call: "GetAccountSummary", shows: `<key>GlobalEndpointTokenVersion</key>\s*<value>1<`},
			{call: "SetSecurityTokenServicePreferences GlobalEndpointTokenVersion=v2Token"},
			{call: "GetAccountSummary", shows: `<key>GlobalEndpointTokenVersion</key>\s*<value>2<`},
			{call: "SetSecurityTokenServicePreferences GlobalEndpointTokenVersion=v1Token"},
			{call: "GetAccountSummary", shows: `<key>GlobalEndpointTokenVersion</key>\s*<value>1<`},
		})
	})
}
