package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"foyer"
)

func serveCommand(now func() time.Time) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server until SIGTERM or SIGINT, then finish open requests and stop.

Every setting is a flag, an environment variable (--ready-file is
FOYER_READY_FILE) and a key of the --config file; flags win over variables,
variables over the file.

Exit codes: 0 stopped as asked, 1 failed while running, 2 a setting is wrong,
3 could not start.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd, now) },
	}
	defineFlags(cmd.Flags())
	return cmd
}

func serve(cmd *cobra.Command, now func() time.Time) error {
	config, err := loadConfig(cmd.Flags(), os.Environ())
	if err != nil {
		return exitError{exitUsage, err}
	}
	ctx := cmd.Context()
	foyer.SpareProcessor()
	server, err := foyer.New(ctx, config, foyer.Outside{Now: now, Stdout: cmd.OutOrStdout(), Stderr: cmd.ErrOrStderr()})
	if err != nil {
		if mistake, ok := errors.AsType[foyer.ConfigError](err); ok {
			return exitError{exitUsage, mistake}
		}
		return exitError{exitStart, err}
	}
	err = errors.Join(server.Run(ctx), server.Close())
	if notStarted, ok := errors.AsType[foyer.StartError](err); ok {
		return exitError{exitStart, notStarted}
	}
	if err != nil {
		return exitError{exitFailed, fmt.Errorf("serve: %w", err)}
	}
	return nil
}
