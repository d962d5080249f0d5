package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"foyer/internal/portalclient"
)

// entrance is an account that somebody may enter, and as what.
type entrance struct {
	portalclient.Account
	Roles []string `json:"roles,omitempty"`
}

func accountsCommand() *cobra.Command {
	var d desk
	var search string
	var roles, asJSON bool
	cmd := &cobra.Command{
		Use:   "accounts",
		Short: "List the accounts you may enter",
		Long:  "List the accounts that you may enter, with --roles the roles you have in them.\n\n" + sessionHelp,
		Example: `  foyer accounts --search data --roles
  foyer accounts --json | jq -r '.[].accountId'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := d.open()
			if err != nil {
				return err
			}
			all, err := entrances(cmd.Context(), client, search, roles)
			if err != nil {
				return d.told(err)
			}
			return tellAccounts(cmd.OutOrStdout(), all, roles, asJSON)
		},
	}
	d.defineFlags(cmd)
	cmd.Flags().StringVar(&search, "search", "", "only accounts with this text in their id, name or e-mail address")
	cmd.Flags().BoolVar(&roles, "roles", false, "with the roles; asks the server once for each account")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// entrances are a person's accounts that have a text, with their roles when they
// are wanted.
func entrances(ctx context.Context, client *portalclient.Client, search string, roles bool) ([]entrance, error) {
	accounts, err := client.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	all := []entrance{}
	for _, a := range accounts {
		if strings.Contains(strings.ToLower(a.ID+"\n"+a.Name+"\n"+a.Email), strings.ToLower(search)) {
			all = append(all, entrance{Account: a})
		}
	}
	if !roles {
		return all, nil
	}
	return all, askRoles(ctx, client, all)
}

// atOnce is how many calls go to a server at a time.
const atOnce = 8

// askRoles fills in the roles of all; it gives up at the first failure.
func askRoles(ctx context.Context, client *portalclient.Client, all []entrance) error {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	var wait sync.WaitGroup
	next := make(chan *entrance)
	for range min(atOnce, len(all)) {
		wait.Go(func() {
			for e := range next {
				var err error
				if e.Roles, err = client.Roles(ctx, e.ID); err != nil {
					giveUp(err)
				}
			}
		})
	}
	for i := range all {
		next <- &all[i]
		if ctx.Err() != nil {
			break
		}
	}
	close(next)
	wait.Wait()
	return context.Cause(ctx)
}

func tellAccounts(out io.Writer, all []entrance, roles, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(all)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	head := "ACCOUNT\tNAME\tEMAIL"
	if roles {
		head = "ACCOUNT\tNAME\tROLES"
	}
	fmt.Fprintln(table, head)
	for _, e := range all {
		last := e.Email
		if roles {
			last = strings.Join(e.Roles, ", ")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", e.ID, printable(e.Name), printable(last))
	}
	return table.Flush()
}

// printable is text without what would move a terminal's cursor or a column.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}
