package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"foyer"
)

func seedCommand() *cobra.Command {
	var size string
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Fill a fresh store with a made-up company",
		Long: `Fill the fresh store that --data or --database-url names with a made-up
company, the same each time but for its secrets, and say how to use it.

            users  groups  memberships  accounts  units   sets  assignments
  small     1,000     100       10,000       100      5     10        2,000
  medium   10,000   1,000      100,000     1,000     50    100       20,000
  large   100,000  10,000    1,000,000    10,000    500  1,000      200,000

Then run foyer serve with the same --data, or --database-url and --master-key.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return seed(cmd, size) },
	}
	defineFlags(cmd.Flags())
	cmd.Flags().StringVar(&size, "size", "small", "small, medium or large")
	return cmd
}

func seed(cmd *cobra.Command, size string) error {
	config, err := loadConfig(cmd.Flags(), os.Environ())
	if err != nil {
		return exitError{exitUsage, err}
	}
	if config.Ephemeral {
		return exitError{exitUsage, errors.New("seed fills a store that stays: leave out ephemeral")}
	}
	out, begun := cmd.OutOrStdout(), time.Now()
	shown := newMeter(cmd.ErrOrStderr())
	ready, err := foyer.Seed(cmd.Context(), config, size, foyer.Outside{Now: time.Now, Stdout: out, Stderr: cmd.ErrOrStderr()}, shown.progress)
	shown.close()
	if errors.Is(err, context.Canceled) {
		return exitError{exitFailed, errors.New("broken off: the store is of no use now")}
	}
	if mistake, ok := errors.AsType[foyer.ConfigError](err); ok {
		return exitError{exitUsage, mistake}
	}
	if err != nil {
		return exitError{exitStart, err}
	}
	fmt.Fprintf(out, "Seeded a %s company in %s.\n\n", size, time.Since(begun).Round(time.Second/10))
	tellSeeded(out, ready)
	return nil
}

func tellSeeded(out io.Writer, ready foyer.Ready) {
	fmt.Fprintf(out, "People who can sign in, all with the password %s:\n", ready.Users[0].Password)
	for _, u := range ready.Users {
		fmt.Fprintf(out, "  %s\n", u.UserName)
	}
	fmt.Fprintf(out, "\nThe administrator (root of account %s), shown once:\n\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n",
		ready.ManagementAccountID, ready.RootAccessKeyID, ready.RootSecretAccessKey)
}
