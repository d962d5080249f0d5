package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/portalclient"
)

// credentialForms are the forms in which credentials are written; each but the
// first is a line for each variable.
var credentialForms = map[string]string{"json": "", "env": "export %s=%s\n", "powershell": "$Env:%s='%s'\n", "cmd": "SET %s=%s\n"}

func credentialsCommand() *cobra.Command {
	var d desk
	var form string
	cmd := &cobra.Command{
		Use:   "credentials ACCOUNT ROLE",
		Short: "Write credentials of one of your roles",
		Long: `Write short-lived credentials of one of your roles. ACCOUNT is an id or a name.
The usual form is what AWS clients read from a credential_process:

  [profile dev]
  credential_process = foyer credentials 111122223333 DeveloperAccess

Credentials are kept in ~/.aws/cli/cache, where the aws command keeps its own,
until they are good for less than 15 minutes.

` + sessionHelp,
		Example:           "  eval \"$(foyer credentials 'Data Platform' DeveloperAccess --format env)\"",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: d.completeRole,
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, ok := credentialForms[form]; !ok {
				return exitError{exitUsage, fmt.Errorf("--format %q: want json, env, powershell or cmd", form)}
			}
			_, c, err := d.credentials(cmd, args[0], args[1])
			if err != nil {
				return d.told(err)
			}
			return d.told(tellCredentials(cmd.OutOrStdout(), c, form))
		},
	}
	d.defineFlags(cmd)
	cmd.Flags().StringVar(&form, "format", "json", "json, env, powershell or cmd")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"json", "env", "powershell", "cmd"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// credentials are those of a person's role, with the client that got them.
func (d *desk) credentials(cmd *cobra.Command, account, role string) (*portalclient.Client, portalclient.Credentials, error) {
	client, err := d.open()
	if err != nil {
		return nil, portalclient.Credentials{}, err
	}
	id, err := found(cmd.Context(), client, account)
	if err != nil {
		return nil, portalclient.Credentials{}, err
	}
	c, err := client.Credentials(cmd.Context(), id, role)
	if err != nil && !errors.Is(err, portalclient.ErrSignedOut) {
		err = fmt.Errorf("%s in account %s: %w", role, id, err)
	}
	return client, c, err
}

func tellCredentials(out io.Writer, c portalclient.Credentials, form string) error {
	if form == "json" {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{
			"Version": 1, "AccessKeyId": c.AccessKeyID, "SecretAccessKey": c.SecretAccessKey.Reveal(),
			"SessionToken": c.SessionToken.Reveal(), "Expiration": c.Expires.Format(time.RFC3339),
		})
	}
	for _, v := range variables(c) {
		if strings.Trim(v.value, alphabet) != "" { // it would be run by a shell
			return fmt.Errorf("the server answers with an %s that is none", v.name)
		}
		fmt.Fprintf(out, credentialForms[form], v.name, v.value)
	}
	return nil
}

// alphabet is what credentials are made of.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.:"

type variable struct{ name, value string }

// variables are what AWS clients read credentials from.
func variables(c portalclient.Credentials) []variable {
	return []variable{
		{"AWS_ACCESS_KEY_ID", c.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey.Reveal()},
		{"AWS_SESSION_TOKEN", c.SessionToken.Reveal()},
		{"AWS_CREDENTIAL_EXPIRATION", c.Expires.Format(time.RFC3339)},
	}
}
