package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// userWork is what an administrator does about somebody's sign-in.
type userWork struct {
	use, short string
	args       cobra.PositionalArgs
	do         func(ctx context.Context, a *administrator, who subject, rest []string, out io.Writer) error
}

var userWorks = []userWork{
	{"invite USERNAME", "send a letter with a link to choose a password", cobra.ExactArgs(1), invite},
	{"one-time-password USERNAME", "replace the password by one that is good for one sign-in, and show it", cobra.ExactArgs(1), oneTimePassword},
	{"verify-email USERNAME", "send a letter with a link that verifies the e-mail address", cobra.ExactArgs(1), simply("VerifyEmail", "A letter is on its way.")},
	{"disable USERNAME", "keep somebody out, at once", cobra.ExactArgs(1), simply("DisableUser", "Disabled.")},
	{"enable USERNAME", "let somebody in again", cobra.ExactArgs(1), simply("EnableUser", "Enabled.")},
	{"sessions USERNAME", "list where somebody is signed in", cobra.ExactArgs(1), listSessions},
	{"mfa-devices USERNAME", "list what somebody proves themselves with", cobra.ExactArgs(1), listDevices},
	{"rename-mfa-device USERNAME DEVICE NAME", "give one of somebody's MFA devices another name", cobra.ExactArgs(3), renameDevice},
	{"remove-mfa-device USERNAME DEVICE", "take an MFA device from somebody", cobra.ExactArgs(2), removeDevice},
	{"reset-mfa USERNAME", "take all MFA devices from somebody who has lost them, and let them register one at their next sign-in, within a day", cobra.ExactArgs(1), simply("ResetMfaDevicesForUser", "Reset. They may register a device at their next sign-in, within 24 hours.")},
	{"sign-out USERNAME [SESSION ...]", "end sessions, all of them when none is named", cobra.MinimumNArgs(1), signOut},
}

func userCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Passwords, sessions and disabling of users",
		Long: `Do what an administrator does about how people sign in. The commands are calls
of a running server, signed with AWS credentials: give AWS_ENDPOINT_URL and
credentials as for any AWS client (variables or a profile). They need the IAM
actions sso-directory:* and identitystore-auth:*, sso:ListInstances and
identitystore:GetUserId in the management account.

Exit codes: 0 done, 1 not, 2 the command line or the configuration is wrong.`,
	}
	for _, work := range userWorks {
		cmd.AddCommand(&cobra.Command{
			Use: work.use, Short: work.short, Args: work.args,
			RunE: func(cmd *cobra.Command, args []string) error {
				return failed(doUserWork(cmd.Context(), work, args, cmd.OutOrStdout()))
			},
		})
	}
	return cmd
}

func doUserWork(ctx context.Context, work userWork, args []string, out io.Writer) error {
	a, err := newAdministrator(ctx)
	if err != nil {
		return err
	}
	who, err := a.find(ctx, args[0])
	if err != nil {
		return err
	}
	return work.do(ctx, a, who, args[1:], out)
}

// subject names a user in calls.
type subject struct {
	IdentityStoreID string `json:"IdentityStoreId"`
	UserID          string `json:"UserId,omitempty"`
}

// store is the server's identity store.
func (a *administrator) store(ctx context.Context) (string, error) {
	var instances struct {
		Instances []struct {
			IdentityStoreID string `json:"IdentityStoreId"`
		}
	}
	if err := a.call(ctx, "sso", "SWBExternalService.ListInstances", struct{}{}, &instances); err != nil {
		return "", err
	}
	if len(instances.Instances) == 0 {
		return "", errors.New("the server has no identity store")
	}
	return instances.Instances[0].IdentityStoreID, nil
}

// find finds a user of the server's identity store by their name.
func (a *administrator) find(ctx context.Context, userName string) (subject, error) {
	store, err := a.store(ctx)
	if err != nil {
		return subject{}, err
	}
	who := subject{IdentityStoreID: store}
	err = a.call(ctx, "identitystore", "AWSIdentityStore.GetUserId", map[string]any{
		"IdentityStoreId":     who.IdentityStoreID,
		"AlternateIdentifier": map[string]any{"UniqueAttribute": map[string]any{"AttributePath": "userName", "AttributeValue": userName}},
	}, &who)
	return who, err
}

// directory calls an operation of sso-directory.
func (a *administrator) directory(ctx context.Context, operation string, in, out any) error {
	return a.call(ctx, "sso-directory", "SWBUPService."+operation, in, out)
}

func simply(operation, done string) func(context.Context, *administrator, subject, []string, io.Writer) error {
	return func(ctx context.Context, a *administrator, who subject, _ []string, out io.Writer) error {
		if err := a.directory(ctx, operation, who, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, done)
		return err
	}
}

// newPassword is the answer to UpdatePassword.
type newPassword struct{ UserName, Password, PortalURL string }

func (a *administrator) updatePassword(ctx context.Context, who subject, mode string) (out newPassword, err error) {
	in := struct {
		subject
		PasswordMode string
	}{who, mode}
	return out, a.directory(ctx, "UpdatePassword", in, &out)
}

func invite(ctx context.Context, a *administrator, who subject, _ []string, out io.Writer) error {
	if _, err := a.updatePassword(ctx, who, "EMAIL"); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "A letter is on its way.")
	return err
}

func oneTimePassword(ctx context.Context, a *administrator, who subject, _ []string, out io.Writer) error {
	made, err := a.updatePassword(ctx, who, "OTP")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Access portal      %s\nUsername           %s\nOne-time password  %s\n", made.PortalURL, made.UserName, made.Password)
	return err
}

// shownSession is a session as calls answer it; times are seconds since 1970.
type shownSession struct {
	SessionID string `json:"SessionId"`
	CreatedAt float64
	ExpiresAt float64
	UserAgent string
	SourceIP  string `json:"SourceIp"`
}

func (a *administrator) sessions(ctx context.Context, who subject) ([]shownSession, error) {
	var all []shownSession
	token := ""
	for {
		in := struct {
			subject
			NextToken string `json:",omitempty"`
		}{who, token}
		var page struct {
			Sessions  []shownSession
			NextToken string
		}
		if err := a.directory(ctx, "ListSessions", in, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Sessions...)
		if token = page.NextToken; token == "" {
			return all, nil
		}
	}
}

func listSessions(ctx context.Context, a *administrator, who subject, _ []string, out io.Writer) error {
	all, err := a.sessions(ctx, who)
	if err != nil {
		return err
	}
	for _, s := range all {
		_, err = fmt.Fprintf(out, "%s  from %s  to %s  %s  %q\n", s.SessionID, clockTime(s.CreatedAt), clockTime(s.ExpiresAt), s.SourceIP, s.UserAgent)
	}
	return err
}

func clockTime(seconds float64) string {
	return time.Unix(int64(seconds), 0).UTC().Format("2006-01-02T15:04:05Z")
}

// sessionBatch is how many sessions one call ends.
const sessionBatch = 100

func signOut(ctx context.Context, a *administrator, who subject, ids []string, out io.Writer) error {
	if len(ids) == 0 {
		all, err := a.sessions(ctx, who)
		if err != nil {
			return err
		}
		for _, s := range all {
			ids = append(ids, s.SessionID)
		}
	}
	ended := len(ids)
	for ; len(ids) > 0; ids = ids[min(len(ids), sessionBatch):] {
		in := struct {
			subject
			SessionIDs []string `json:"SessionIds"`
		}{who, ids[:min(len(ids), sessionBatch)]}
		if err := a.directory(ctx, "BatchDeleteSession", in, &struct{}{}); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "Sessions ended: %d.\n", ended)
	return err
}
