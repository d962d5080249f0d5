// Command foyer is an IAM Identity Center that anyone can run.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// Exit codes, as documented in docs/configuration.md.
const (
	exitOK     = 0 // stopped as asked
	exitFailed = 1 // the server failed while it ran
	exitUsage  = 2 // a flag, variable or file key is wrong
	exitStart  = 3 // the server could not start: store, port or files
)

// exitError is a failure with the exit code it deserves.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

func main() { os.Exit(run(time.Now)) }

// run does what the command line asks for, by a server's clock, and returns the
// exit code.
func run(now func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return report(command(now).ExecuteContextC(ctx))
}

// report says what went wrong with a command and returns the exit code for it.
func report(cmd *cobra.Command, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "foyer:", err)
	if coded, ok := errors.AsType[exitError](err); ok {
		return coded.code
	}
	fmt.Fprintf(os.Stderr, "usage: %s\n", cmd.UseLine()) // cobra's own complaints are about the command line
	return exitUsage
}

// failed is a failure with the exit code it has, or that of a failure.
func failed(err error) error {
	if _, ok := errors.AsType[exitError](err); ok || err == nil {
		return err
	}
	return exitError{exitFailed, err}
}

func command(now func() time.Time) *cobra.Command {
	root := &cobra.Command{
		Use:           "foyer",
		Short:         "An IAM Identity Center that anyone can run",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	root.AddCommand(serveCommand(now), seedCommand(), userCommand(), mfaCommand(), provisioningCommand())
	root.AddCommand(loginCommand(), logoutCommand(), accountsCommand(), credentialsCommand(), execCommand(), configureCommand(), trustCommand())
	root.InitDefaultCompletionCmd()
	for _, group := range root.Commands() {
		if !group.Runnable() { // cobra would answer the name of no command with help, and success
			group.Args, group.RunE = cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// version is the module's version and revision, as the Go toolchain recorded them.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision := ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = " " + s.Value
		}
	}
	return info.Main.Version + revision
}
