package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/awsconfig"
	"foyer/internal/portalclient"
)

// configure is which profiles somebody wants.
type configure struct {
	desk
	name          string
	region        string
	search        string
	dryRun, prune bool
}

func configureCommand() *cobra.Command {
	var c configure
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "Write an AWS profile for every role you have",
		Long: `Write into ~/.aws/config a profile for every role that you have in an account.
All AWS clients then work by --profile or AWS_PROFILE.

It can be run again and again: what it wrote is brought up to date, what somebody
else wrote stays. Profiles of roles that you have no more are told of, and removed
with --prune.

In --name {role}, {account} (the id), {name} (the account's name, with - for
blanks) and {session} are filled in.

` + sessionHelp,
		Example: "  foyer configure --dry-run\n  foyer configure --name '{name}.{role}' --region eu-west-1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.told(c.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	c.defineFlags(cmd)
	cmd.Flags().StringVar(&c.name, "name", "{role}-{account}", "how profiles are called")
	cmd.Flags().StringVar(&c.region, "region", "", "region of the profiles' commands (default the session's)")
	cmd.Flags().StringVar(&c.search, "search", "", "only accounts with this text in their id, name or e-mail address")
	cmd.Flags().BoolVar(&c.dryRun, "dry-run", false, "show what would change, and change nothing")
	cmd.Flags().BoolVar(&c.prune, "prune", false, "remove profiles that foyer wrote for roles you have no more")
	cmd.MarkFlagsMutuallyExclusive("search", "prune") // the others would be removed
	return cmd
}

func (c *configure) run(ctx context.Context, out, errs io.Writer) error {
	client, err := c.open()
	if err != nil {
		return err
	}
	all, err := entrances(ctx, client, c.search, true)
	if err != nil {
		return err
	}
	path, config, err := readConfig()
	if err != nil {
		return err
	}
	profiles := c.profiles(client.Session, all)
	plan, err := config.Configure(client.Session, profiles, c.prune)
	if err != nil {
		return err
	}
	if c.dryRun {
		tellChanges(out, plan.Changes)
	} else if len(plan.Changes) > 0 {
		if err := writeConfig(path, plan.File); err != nil {
			return err
		}
	}
	c.tell(errs, path, len(profiles), plan)
	return nil
}

func (c *configure) profiles(session awsconfig.Session, all []entrance) []awsconfig.Profile {
	var profiles []awsconfig.Profile
	for _, e := range all {
		for _, role := range e.Roles {
			profiles = append(profiles, awsconfig.Profile{
				Session: session, Account: e.ID, Role: role, DefaultRegion: c.region, Name: profileName(c.name, session.Name, e.Account, role),
			})
		}
	}
	return profiles
}

// profileName fills in a template. What of an account's name no profile can have
// in its own becomes a dash.
func profileName(template, session string, account portalclient.Account, role string) string {
	name := strings.Map(func(r rune) rune {
		if awsconfig.ValidName(string(r)) {
			return r
		}
		return '-'
	}, account.Name)
	return strings.NewReplacer("{role}", role, "{account}", account.ID, "{name}", name, "{session}", session).Replace(template)
}

// tellChanges shows changes as a diff.
func tellChanges(out io.Writer, changes []awsconfig.Change) {
	for _, change := range changes {
		for _, line := range diffLines(lines(strings.TrimSuffix(change.Old, "\n")), lines(strings.TrimSuffix(change.New, "\n"))) {
			fmt.Fprintln(out, line)
		}
		fmt.Fprintln(out)
	}
}

func (c *configure) tell(errs io.Writer, path string, profiles int, plan awsconfig.Plan) {
	does := "changed"
	if c.dryRun {
		does = "would change"
	}
	fmt.Fprintf(errs, "%d roles; %d sections %s in %s\n", profiles, len(plan.Changes), does, path)
	for _, id := range plan.Kept {
		fmt.Fprintf(errs, "kept %s: it says something else, and foyer did not write it\n", id.Header())
	}
	if len(plan.Stale) > 0 && !c.prune && c.search == "" {
		for _, id := range plan.Stale {
			fmt.Fprintf(errs, "stale %s: --prune removes it\n", id.Header())
		}
	}
}
