package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/awsconfig"
	"foyer/internal/portalclient"
)

// signIn is how somebody wants to sign in.
type signIn struct {
	desk
	region    string
	device    bool
	noBrowser bool
}

func loginCommand() *cobra.Command {
	var l signIn
	cmd := &cobra.Command{
		Use:   "login [ENDPOINT]",
		Short: "Sign in at an access portal",
		Long: `Sign in at an access portal, through a browser of this computer, or with
--device of any other. ENDPOINT is the server's address, as https://sso.example.net;
once it was given it is known.

` + sessionHelp + `

Exit codes: 0 signed in, 1 not, 2 the command line or the configuration is wrong.`,
		Example: "  foyer login http://localhost:8420\n  foyer login",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.told(l.run(cmd.Context(), cmd.ErrOrStderr(), strings.Join(args, "")))
		},
	}
	l.defineFlags(cmd)
	cmd.Flags().StringVar(&l.region, "region", "", "region of the server, when it is written into ~/.aws/config (default AWS_REGION, else us-east-1)")
	cmd.Flags().BoolVar(&l.device, "device", false, "sign in by a code, through a browser of any computer")
	cmd.Flags().BoolVar(&l.noBrowser, "no-browser", false, "show the address, and open no browser")
	return cmd
}

func (l *signIn) run(ctx context.Context, out io.Writer, endpoint string) error {
	client, err := l.prepare(ctx, out, endpoint)
	if err != nil {
		return err
	}
	if l.device {
		err = client.LoginByDevice(ctx, func(d portalclient.Device) {
			fmt.Fprintf(out, "Open this page, and compare the code %s:\n\n  %s\n\n", d.Code, d.Complete)
			l.browse(ctx, out, d.Complete)
		})
	} else {
		err = client.LoginByCode(ctx, func(address string) {
			fmt.Fprintf(out, "Sign in at this page (on another computer: foyer login --device):\n\n  %s\n\n", address)
			l.browse(ctx, out, address)
		})
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Signed in at %s\n", client.Session.StartURL)
	return nil
}

// prepare returns a client of the session, which it first writes into the
// configuration when it is new there or at another endpoint.
func (l *signIn) prepare(ctx context.Context, out io.Writer, endpoint string) (*portalclient.Client, error) {
	if !awsconfig.ValidName(l.session) {
		return nil, exitError{exitUsage, fmt.Errorf("%q cannot be the name of a session", l.session)}
	}
	path, config, err := readConfig()
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	session, known := config.SessionNamed(l.session)
	changed := !known || endpoint != "" && strings.TrimRight(endpoint, "/") != session.Endpoint || l.region != "" && l.region != session.Region
	session.Endpoint = cmp.Or(endpoint, endpointSet(), session.Endpoint)
	session.Region = cmp.Or(l.region, session.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), usualRegion)
	client, err := newClient(session)
	if err != nil || !changed {
		return client, err
	}
	if client.Session.StartURL, err = portalclient.StartURL(ctx, client.HTTP, client.Session.Endpoint); err != nil {
		return nil, err
	}
	plan, err := config.Configure(client.Session, nil, false)
	if err != nil {
		return nil, err
	}
	if len(plan.Kept) > 0 {
		return nil, exitError{exitUsage, fmt.Errorf("%s in %s is of another server, and foyer did not write it: choose another --session", plan.Kept[0].Header(), path)}
	}
	if len(plan.Changes) == 0 {
		return client, nil
	}
	fmt.Fprintf(out, "Wrote the session %s into %s\n\n", l.session, path)
	return client, writeConfig(path, plan.File)
}

// browse opens a browser at an address, unless nobody wants one. It is no failure
// when there is none: the address is on the screen.
func (l *signIn) browse(ctx context.Context, out io.Writer, address string) {
	if l.noBrowser || !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return
	}
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	if err := exec.CommandContext(ctx, opener[0], append(opener[1:], address)...).Start(); err != nil && !errors.Is(err, exec.ErrNotFound) {
		fmt.Fprintf(out, "No browser could be opened: %v\n", err)
	}
}

func logoutCommand() *cobra.Command {
	var d desk
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Sign out of an access portal",
		Long: `Sign out: the session ends at the server, for the browser and the aws command
too, and its token and all credentials kept in ~/.aws/cli/cache are forgotten.

` + sessionHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := d.open()
			if err != nil {
				return err
			}
			signedIn, err := client.Logout(cmd.Context())
			if err != nil {
				return d.told(err)
			}
			said := "Signed out."
			if !signedIn {
				said = "Nobody was signed in."
			}
			fmt.Fprintln(cmd.ErrOrStderr(), said)
			return nil
		},
	}
	d.defineFlags(cmd)
	return cmd
}
