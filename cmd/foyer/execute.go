package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/portalclient"
)

// Exit codes of foyer exec, as shells have them.
const (
	exitNotRunnable = 126
	exitNotFound    = 127
)

func execCommand() *cobra.Command {
	var d desk
	cmd := &cobra.Command{
		Use:   "exec ACCOUNT ROLE -- COMMAND [ARG ...]",
		Short: "Run a command with credentials of one of your roles",
		Long: `Run a command with credentials of one of your roles. ACCOUNT is an id or a name.

The command takes foyer's place: signals reach it, and its exit code is the one
you get. It has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
AWS_CREDENTIAL_EXPIRATION and AWS_ENDPOINT_URL, a region unless you set one, and
no variable that would have AWS clients take other credentials.

` + sessionHelp + `

Exit codes: the command's; 1 there are no credentials, 2 the command line or the
configuration is wrong, 126 the command cannot be run, 127 there is none.`,
		Example:           "  foyer exec 'Data Platform' DeveloperAccess -- aws sts get-caller-identity",
		Args:              cobra.MinimumNArgs(3),
		ValidArgsFunction: d.completeRole,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() != 2 {
				return exitError{exitUsage, errors.New("want foyer exec ACCOUNT ROLE -- COMMAND [ARG ...]")}
			}
			client, c, err := d.credentials(cmd, args[0], args[1])
			if err != nil {
				return d.told(err)
			}
			path, err := exec.LookPath(args[2])
			if err != nil {
				return exitError{exitNotFound, err}
			}
			if err := become(path, args[2:], environment(os.Environ(), client, c)); err != nil {
				if _, ok := errors.AsType[exitError](err); ok {
					return err
				}
				return exitError{exitNotRunnable, err}
			}
			return nil
		},
	}
	d.defineFlags(cmd)
	return cmd
}

// otherWays are the variables by which AWS clients come to other credentials or
// another server.
var otherWays = []string{
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
}

// environment is around with c, and where they are good.
func environment(around []string, client *portalclient.Client, c portalclient.Credentials) []string {
	set := map[string]string{"AWS_ENDPOINT_URL": client.Session.Endpoint}
	for _, v := range variables(c) {
		set[v.name] = v.value
	}
	for _, name := range otherWays {
		set[name] = ""
	}
	region := false
	var all []string
	for _, one := range around {
		name, _, _ := strings.Cut(one, "=")
		region = region || name == "AWS_REGION" || name == "AWS_DEFAULT_REGION"
		if _, ours := set[name]; !ours {
			all = append(all, one)
		}
	}
	if !region {
		set["AWS_REGION"], set["AWS_DEFAULT_REGION"] = client.Session.Region, client.Session.Region
	}
	for name, value := range set {
		if value != "" {
			all = append(all, name+"="+value)
		}
	}
	return all
}
