package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func provisioningCommand() *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use:   "provisioning",
		Short: "Watch permission sets reach accounts",
		Long: `Watch, until nothing is left, how permission sets reach accounts: a bar for
each request about many roles, and one for all account assignments together. On
a terminal the bars are live; elsewhere each change is a line.

` + credentialsHelp + `

Exit codes: 0 nothing is left and nothing failed, 1 something failed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := newAdministrator(cmd.Context())
			if err != nil {
				return exitError{exitUsage, err}
			}
			w := &watch{server: c, shown: newMeter(cmd.ErrOrStderr()), out: cmd.OutOrStdout(), open: map[string]operation{}, most: map[string]int{}}
			if err := w.run(cmd.Context(), once); err != nil {
				return exitError{exitFailed, err}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "tell how things stand, and do not wait")
	cmd.AddCommand(driftCommand())
	return cmd
}

const credentialsHelp = `It is a client as any other: give AWS_ENDPOINT_URL and credentials as for any
AWS client (variables or a profile). They need foyer:* on the instance.`

// callFoyer calls an operation of Foyer's own API.
func (a *administrator) callFoyer(ctx context.Context, operation string, in, out any) error {
	return a.call(ctx, "foyer", "Foyer_20261201."+operation, in, out)
}

// operation is a request, as the foyer API tells of it.
type operation struct {
	RequestID        string `json:"RequestId"`
	Kind             string
	Status           string
	FailureReason    string
	PermissionSetArn string
	AccountID        string `json:"AccountId"`
	Done             int
	Failed           int
	Left             int
}

func (o operation) total() int { return o.Done + o.Failed + o.Left }

// name says what the operation is about, in a line.
func (o operation) name() string {
	set := o.PermissionSetArn[strings.LastIndexByte(o.PermissionSetArn, '/')+1:]
	switch o.Kind {
	case "PROVISION":
		return strings.TrimSpace("provision " + set + " " + o.AccountID)
	case "REMOVE":
		return "account " + o.AccountID + " leaves"
	default:
		return "repair drift"
	}
}

// watch follows what is in progress.
type watch struct {
	server *administrator
	shown  *meter
	out    io.Writer
	open   map[string]operation // about many roles, by request id
	most   map[string]int       // of the others, the most that was left, by kind
	failed int
}

// The kinds that are shown request by request, and those that are added up.
var (
	eachShown = []string{"PROVISION", "REMOVE", "REPAIR"}
	addedUp   = map[string]string{"CREATE": "assignments being created", "DELETE": "assignments being deleted"}
)

// pollEvery is how often the server is asked.
const pollEvery = 300 * time.Millisecond

func (w *watch) run(ctx context.Context, once bool) error {
	defer w.shown.close()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		left, err := w.look(ctx)
		if err != nil {
			return err
		}
		if once || left == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
	if w.failed > 0 {
		return fmt.Errorf("%d failed", w.failed)
	}
	if !once {
		fmt.Fprintln(w.out, "Nothing is left.")
	}
	return nil
}

// look asks how things stand, shows it, and answers how much is left.
func (w *watch) look(ctx context.Context) (left int, err error) {
	var now struct {
		Summaries []struct {
			Kind string
			Left int
		}
	}
	if err := w.server.callFoyer(ctx, "DescribeProvisioning", struct{}{}, &now); err != nil {
		return 0, err
	}
	for _, s := range now.Summaries {
		left += s.Left
		name, added := addedUp[s.Kind]
		if !added {
			continue
		}
		w.most[s.Kind] = max(w.most[s.Kind], s.Left)
		if most := w.most[s.Kind]; most > 0 {
			w.shown.show(s.Kind, name, most-s.Left, 0, most)
		}
	}
	running := map[string]bool{}
	for _, kind := range eachShown {
		all, err := w.inProgress(ctx, kind)
		if err != nil {
			return 0, err
		}
		for _, o := range all {
			running[o.RequestID] = true
			w.open[o.RequestID] = o
			w.shown.show(o.RequestID, o.name(), o.Done, o.Failed, o.total())
		}
	}
	for id, o := range w.open {
		if !running[id] {
			delete(w.open, id)
			if err := w.over(ctx, o); err != nil {
				return 0, err
			}
		}
	}
	return left, nil
}

func (w *watch) inProgress(ctx context.Context, kind string) ([]operation, error) {
	var page struct{ Operations []operation }
	err := w.server.callFoyer(ctx, "ListProvisioningOperations", map[string]any{"Kind": kind, "Status": "IN_PROGRESS", "MaxResults": 20}, &page)
	return page.Operations, err
}

// over shows how a request has ended, and what of it has failed.
func (w *watch) over(ctx context.Context, o operation) error {
	named := map[string]any{"Kind": o.Kind, "RequestId": o.RequestID}
	var end struct{ Operation operation }
	if err := w.server.callFoyer(ctx, "DescribeProvisioningOperation", named, &end); err != nil {
		return err
	}
	o = end.Operation
	w.shown.show(o.RequestID, o.name(), o.Done, o.Failed, o.total())
	if o.Failed == 0 {
		return nil
	}
	w.failed += o.Failed
	const some = 20
	named["MaxResults"] = some
	var failures struct {
		Failures []struct {
			AccountID     string `json:"AccountId"`
			FailureReason string
		}
	}
	if err := w.server.callFoyer(ctx, "ListProvisioningFailures", named, &failures); err != nil {
		return err
	}
	for _, f := range failures.Failures {
		fmt.Fprintf(w.out, "%s: %s: %s\n", o.name(), f.AccountID, f.FailureReason)
	}
	if len(failures.Failures) == 0 {
		fmt.Fprintf(w.out, "%s: %s\n", o.name(), o.FailureReason)
	}
	if more := o.Failed - len(failures.Failures); len(failures.Failures) > 0 && more > 0 {
		fmt.Fprintf(w.out, "%s: and %d more\n", o.name(), more)
	}
	return nil
}

var errDrift = errors.New("roles differ from what they should be; --repair writes them again")

func driftCommand() *cobra.Command {
	var repair bool
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Compare the roles in accounts with what they should be",
		Long: `Compare every role of Identity Center in every account with what it should be,
and print what differs as a diff: lines with - should be there, lines with +
are there instead.

` + credentialsHelp + `

Exit codes: 0 nothing differs, or all was repaired; 1 something differs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := newAdministrator(cmd.Context())
			if err != nil {
				return exitError{exitUsage, err}
			}
			if err := drift(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr(), repair); err != nil {
				return exitError{exitFailed, err}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "write what differs again")
	return cmd
}

// drifted is a role that differs, as the foyer API tells of it.
type drifted struct {
	AccountID   string `json:"AccountId"`
	RoleName    string
	Differences []struct{ Property, Expected, Actual string }
}

func drift(ctx context.Context, c *administrator, out, errOut io.Writer, repair bool) error {
	found := 0
	begun := map[string]operation{}
	for token := ""; ; {
		var page struct {
			Drift     []drifted
			NextToken string
		}
		in := map[string]any{}
		if token != "" {
			in["NextToken"] = token
		}
		if err := c.callFoyer(ctx, "ListProvisioningDrift", in, &page); err != nil {
			return err
		}
		var accounts []string
		for _, d := range page.Drift {
			found++
			d.print(out)
			if len(accounts) == 0 || accounts[len(accounts)-1] != d.AccountID {
				accounts = append(accounts, d.AccountID)
			}
		}
		if repair && len(accounts) > 0 {
			var answer struct{ Operation operation }
			if err := c.callFoyer(ctx, "RepairProvisioningDrift", map[string]any{"AccountIds": accounts}, &answer); err != nil {
				return err
			}
			begun[answer.Operation.RequestID] = answer.Operation
		}
		if token = page.NextToken; token == "" {
			break
		}
	}
	switch {
	case found == 0:
		fmt.Fprintln(out, "Nothing differs.")
		return nil
	case !repair:
		return fmt.Errorf("%d %w", found, errDrift)
	}
	w := &watch{server: c, shown: newMeter(errOut), out: out, open: begun, most: map[string]int{}}
	return w.run(ctx, false)
}

// print writes a role's differences as a diff.
func (d drifted) print(out io.Writer) {
	fmt.Fprintf(out, "--- %s/%s as it should be\n+++ %s/%s as it is\n", d.AccountID, d.RoleName, d.AccountID, d.RoleName)
	for _, difference := range d.Differences {
		fmt.Fprintf(out, "@@ %s @@\n", difference.Property)
		for _, line := range diffLines(lines(difference.Expected), lines(difference.Actual)) {
			fmt.Fprintln(out, line)
		}
	}
}
