package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/mfa"
)

// pair is a word of ours and the API's for the same.
type pair struct{ ours, api string }

var (
	mfaModes      = []pair{{"context-aware", string(mfa.ContextAware)}, {"always-on", string(mfa.AlwaysOn)}, {"never", string(mfa.Never)}}
	withoutDevice = []pair{{"register", string(mfa.Register)}, {"email", string(mfa.EmailCode)}, {"block", string(mfa.Block)}, {"allow", string(mfa.Allow)}}
	mfaTypes      = []pair{{"totp", string(mfa.TOTP)}, {"webauthn", string(mfa.WebAuthn)}}
)

// word is the API's word for one of ours; what is none stays as it is.
func word(among []pair, ours string) string {
	if i := slices.IndexFunc(among, func(p pair) bool { return p.ours == ours }); i >= 0 {
		return among[i].api
	}
	return ours
}

// ourWord is the inverse of word.
func ourWord(among []pair, api string) string {
	if i := slices.IndexFunc(among, func(p pair) bool { return p.api == api }); i >= 0 {
		return among[i].ours
	}
	return api
}

func words(among []pair) string {
	all := make([]string, len(among))
	for i, p := range among {
		all[i] = p.ours
	}
	return strings.Join(all, ", ")
}

// mfaSettings are the settings as calls have them.
type mfaSettings struct {
	IdentityStoreID     string `json:"IdentityStoreId"`
	MfaMode             string
	NoMfaSignInBehavior string
	AllowedMfaTypes     []string
	SelfManaged         bool
}

// mfaChange is what is to become of the settings; empty fields stay.
type mfaChange struct {
	mode, unregistered string
	types              []string
	selfManaged        string
}

func mfaCommand() *cobra.Command {
	var change mfaChange
	cmd := &cobra.Command{
		Use:   "mfa",
		Short: "Show or change when people are asked for a second proof",
		Long: `Show the settings of MFA; with flags, change them first. A change is for the next
sign-in on. The commands are calls of a running server, as those of foyer user
are, and need sso:GetMfaDeviceManagementForDirectory and
sso:PutMfaDeviceManagementForDirectory.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failed(doMFA(cmd.Context(), change, cmd.OutOrStdout()))
		},
	}
	cmd.Flags().StringVar(&change.mode, "mode", "", "when people are asked: "+words(mfaModes))
	cmd.Flags().StringVar(&change.unregistered, "without-device", "", "what happens to who has no device: "+words(withoutDevice))
	cmd.Flags().StringSliceVar(&change.types, "types", nil, "devices that count: "+words(mfaTypes)+", or both")
	cmd.Flags().StringVar(&change.selfManaged, "self-managed", "", "whether people add and remove their own devices: yes or no")
	return cmd
}

func doMFA(ctx context.Context, change mfaChange, out io.Writer) error {
	a, err := newAdministrator(ctx)
	if err != nil {
		return err
	}
	store, err := a.store(ctx)
	if err != nil {
		return err
	}
	var now mfaSettings
	if err := a.directory(ctx, "GetMfaDeviceManagementForDirectory", subject{IdentityStoreID: store}, &now); err != nil {
		return err
	}
	now.IdentityStoreID = store
	changed, err := change.apply(&now)
	if err != nil {
		return err
	}
	if changed {
		if err := a.directory(ctx, "PutMfaDeviceManagementForDirectory", now, &struct{}{}); err != nil {
			return err
		}
	}
	types := make([]string, len(now.AllowedMfaTypes))
	for i, t := range now.AllowedMfaTypes {
		types[i] = ourWord(mfaTypes, t)
	}
	managed := "no"
	if now.SelfManaged {
		managed = "yes"
	}
	_, err = fmt.Fprintf(out, "mode            %s\nwithout-device  %s\ntypes           %s\nself-managed    %s\n",
		ourWord(mfaModes, now.MfaMode), ourWord(withoutDevice, now.NoMfaSignInBehavior), strings.Join(types, ","), managed)
	return err
}

// apply changes settings, and reports whether there was anything to change.
func (c mfaChange) apply(to *mfaSettings) (changed bool, err error) {
	if c.mode != "" {
		to.MfaMode, changed = word(mfaModes, c.mode), true
	}
	if c.unregistered != "" {
		to.NoMfaSignInBehavior, changed = word(withoutDevice, c.unregistered), true
	}
	if len(c.types) > 0 {
		to.AllowedMfaTypes, changed = nil, true
		for _, t := range c.types {
			to.AllowedMfaTypes = append(to.AllowedMfaTypes, word(mfaTypes, t))
		}
	}
	switch c.selfManaged {
	case "":
	case "yes", "no":
		to.SelfManaged, changed = c.selfManaged == "yes", true
	default:
		return false, errors.New("--self-managed: want yes or no")
	}
	return changed, nil
}

func listDevices(ctx context.Context, a *administrator, who subject, _ []string, out io.Writer) error {
	var list struct {
		MfaDevices []struct {
			DeviceID       string `json:"DeviceId"`
			DisplayName    string
			Description    string
			RegisteredDate float64
			LastUsedDate   *float64
			Blocked        bool
		}
	}
	if err := a.directory(ctx, "ListMfaDevicesForUser", who, &list); err != nil {
		return err
	}
	var failure error
	for _, d := range list.MfaDevices {
		used := "not used yet"
		if d.LastUsedDate != nil {
			used = "used " + clockTime(*d.LastUsedDate)
		}
		if d.Blocked {
			used += "  BLOCKED: it seems to have been copied"
		}
		_, err := fmt.Fprintf(out, "%s  %q  %s  added %s  %s\n", d.DeviceID, d.DisplayName, d.Description, clockTime(d.RegisteredDate), used)
		failure = errors.Join(failure, err)
	}
	return failure
}

// deviceOf names a user's device in calls.
type deviceOf struct {
	subject
	DeviceID    string `json:"DeviceId"`
	DisplayName string `json:",omitempty"`
}

func renameDevice(ctx context.Context, a *administrator, who subject, rest []string, out io.Writer) error {
	if err := a.directory(ctx, "UpdateMfaDeviceForUser", deviceOf{who, rest[0], rest[1]}, &struct{}{}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "Renamed.")
	return err
}

func removeDevice(ctx context.Context, a *administrator, who subject, rest []string, out io.Writer) error {
	if err := a.directory(ctx, "DeleteMfaDeviceForUser", deviceOf{subject: who, DeviceID: rest[0]}, &struct{}{}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "Removed.")
	return err
}
