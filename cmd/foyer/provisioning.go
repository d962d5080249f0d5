package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
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

Exit codes: 0 nothing is left and nothing failed, 1 something failed or the
watch was stopped before.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := newAdministrator(cmd.Context())
			if err != nil {
				return err
			}
			return failed(newWatch(c, cmd.OutOrStdout(), cmd.ErrOrStderr()).run(cmd.Context(), once))
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
	PrincipalType    string
	PrincipalID      string `json:"PrincipalId"`
	Done             int
	Failed           int
	Left             int
}

func (o operation) total() int { return o.Done + o.Failed + o.Left }

// set is the id of the permission set.
func (o operation) set() string {
	return o.PermissionSetArn[strings.LastIndexByte(o.PermissionSetArn, '/')+1:]
}

// name says what the operation is about, in a line.
func (o operation) name() string {
	switch o.Kind {
	case "PROVISION":
		return strings.TrimSpace("provision " + o.set() + " " + o.AccountID)
	case "REMOVE":
		if o.PrincipalID != "" {
			return strings.ToLower(o.PrincipalType) + " " + o.PrincipalID + " is deleted"
		}
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
	before map[string]bool      // ids of those of the others that had failed before
	failed int
	told   strings.Builder // what has failed, for when the bars are still
	every  time.Duration   // how long between two looks
}

func newWatch(c *administrator, out, errOut io.Writer) *watch {
	shown := newMeter(errOut)
	shown.last = others
	return &watch{server: c, shown: shown, out: out, open: map[string]operation{}, most: map[string]int{}, before: map[string]bool{}, every: pollEvery}
}

// A sum is a kind of request of which there may be very many, all about one role:
// they are added up.
type sum struct{ kind, name, verb string }

// The kinds that are shown request by request, and those that are added up.
var (
	eachShown = []string{"PROVISION", "REMOVE", "REPAIR"}
	addedUp   = []sum{{"CREATE", "assignments being created", "assign"}, {"DELETE", "assignments being deleted", "unassign"}}
)

// others is the key of the bar of the requests that are not shown one by one.
const others = "others"

const (
	// pollEvery is how often the server is asked.
	pollEvery = 300 * time.Millisecond
	// mostBars bounds the requests that are shown one by one.
	mostBars = 8
	// mostTold bounds the failures that are told one by one.
	mostTold = 20
	// mostRead bounds the failed requests about one role that are looked through.
	mostRead = 1000
)

func (w *watch) run(ctx context.Context, once bool) error {
	err := w.follow(ctx, once)
	w.shown.close()
	fmt.Fprint(w.out, w.told.String())
	switch {
	case err != nil:
		return err
	case w.failed > 0:
		return fmt.Errorf("%d failed", w.failed)
	case !once:
		fmt.Fprintln(w.out, "Nothing is left.")
	}
	return nil
}

// follow looks again and again until nothing is left.
func (w *watch) follow(ctx context.Context, once bool) error {
	if once {
		_, err := w.look(ctx)
		return err
	}
	if err := w.eachFailed(ctx, func(_ sum, o operation) { w.before[o.RequestID] = true }); err != nil {
		return err
	}
	ticker := time.NewTicker(w.every)
	defer ticker.Stop()
	for {
		left, err := w.look(ctx)
		if err != nil {
			return err
		}
		if left == 0 {
			return w.tellFailed(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("stopped watching with %d left", left)
		case <-ticker.C:
		}
	}
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
	of := map[string]int{}
	for _, s := range now.Summaries {
		left += s.Left
		of[s.Kind] = s.Left
	}
	for _, s := range addedUp {
		w.showSum(s.kind, s.name, of[s.kind])
	}
	return left, w.lookAtEach(ctx)
}

// showSum shows, of many things that are counted by what is left alone, how many
// are done since there were the most.
func (w *watch) showSum(key, name string, left int) {
	w.most[key] = max(w.most[key], left)
	if most := w.most[key]; most > 0 {
		w.shown.show(key, name, most-left, 0, most)
	}
	if left == 0 {
		delete(w.most, key) // what comes next is counted anew
	}
}

// lookAtEach shows the requests about many roles, but no more than fit on a
// screen: those that began first, and the others together.
func (w *watch) lookAtEach(ctx context.Context) error {
	var running []operation
	for _, kind := range eachShown {
		err := w.list(ctx, kind, "IN_PROGRESS", func(o operation) bool {
			running = append(running, o)
			return true
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(running, func(a, b operation) int { return strings.Compare(a.RequestID, b.RequestID) }) // which begins with the time
	waiting, is := 0, map[string]bool{}
	for n, o := range running {
		is[o.RequestID] = true
		w.open[o.RequestID] = o
		if n < mostBars {
			w.shown.show(o.RequestID, o.name(), o.Done, o.Failed, o.total())
		} else {
			waiting += o.Left
		}
	}
	w.showSum(others, "requests after these", waiting)
	for id, o := range w.open {
		if !is[id] {
			if err := w.over(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// list gives see the requests of a kind and status, newest first, until it has
// seen enough.
func (w *watch) list(ctx context.Context, kind, status string, see func(operation) (more bool)) error {
	in := map[string]any{"Kind": kind, "Status": status}
	for {
		var page struct {
			Operations []operation
			NextToken  string
		}
		if err := w.server.callFoyer(ctx, "ListProvisioningOperations", in, &page); err != nil {
			return err
		}
		for _, o := range page.Operations {
			if !see(o) {
				return nil
			}
		}
		if page.NextToken == "" {
			return nil
		}
		in["NextToken"] = page.NextToken
	}
}

// eachFailed gives see the requests about one role that have failed.
func (w *watch) eachFailed(ctx context.Context, see func(sum, operation)) error {
	for _, s := range addedUp {
		seen := 0
		err := w.list(ctx, s.kind, "FAILED", func(o operation) bool {
			see(s, o)
			seen++
			return seen < mostRead
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tellFailed tells which requests about one role have failed while they were watched.
func (w *watch) tellFailed(ctx context.Context) error {
	failed := 0
	err := w.eachFailed(ctx, func(s sum, o operation) {
		if w.before[o.RequestID] {
			return
		}
		if failed++; failed <= mostTold {
			fmt.Fprintf(&w.told, "%s %s: %s: %s\n", s.verb, o.set(), o.AccountID, o.FailureReason)
		}
	})
	if more := failed - mostTold; more > 0 {
		fmt.Fprintf(&w.told, "and %d more\n", more)
	}
	w.failed += failed
	return err
}

// over shows how a request has ended, if it has, and what of it has failed.
func (w *watch) over(ctx context.Context, o operation) error {
	named := map[string]any{"Kind": o.Kind, "RequestId": o.RequestID}
	var end struct{ Operation operation }
	if err := w.server.callFoyer(ctx, "DescribeProvisioningOperation", named, &end); err != nil {
		return err
	}
	o = end.Operation
	w.shown.show(o.RequestID, o.name(), o.Done, o.Failed, o.total())
	if o.Status == "IN_PROGRESS" {
		return nil
	}
	delete(w.open, o.RequestID)
	if o.Failed == 0 {
		return nil
	}
	w.failed += o.Failed
	named["MaxResults"] = mostTold
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
		fmt.Fprintf(&w.told, "%s: %s: %s\n", o.name(), f.AccountID, f.FailureReason)
	}
	if len(failures.Failures) == 0 {
		fmt.Fprintf(&w.told, "%s: %s\n", o.name(), o.FailureReason)
	}
	if more := o.Failed - len(failures.Failures); len(failures.Failures) > 0 && more > 0 {
		fmt.Fprintf(&w.told, "%s: and %d more\n", o.name(), more)
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
				return err
			}
			return failed(drift(cmd.Context(), c, cmd.OutOrStdout(), cmd.ErrOrStderr(), repair))
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
	shown := newMeter(errOut)
	found, begun, err := compare(ctx, c, shown, out, repair)
	shown.close()
	switch {
	case err != nil:
		return err
	case found == 0:
		fmt.Fprintln(out, "Nothing differs.")
		return nil
	case !repair:
		return fmt.Errorf("%d %w", found, errDrift)
	}
	w := newWatch(c, out, errOut)
	w.open = begun
	return w.run(ctx, false)
}

// compare prints what differs in each account, repairs it if it should, and
// answers how many roles differ and the requests that repair them. How far it
// has come is shown on a terminal only: elsewhere it would be in the way.
func compare(ctx context.Context, c *administrator, shown *meter, out io.Writer, repair bool) (found int, begun map[string]operation, err error) {
	begun = map[string]operation{}
	compared := 0
	for token := ""; ; {
		var page struct {
			Drift          []drifted
			Compared, Left int
			NextToken      string
		}
		in := map[string]any{}
		if token != "" {
			in["NextToken"] = token
		}
		if err := c.callFoyer(ctx, "ListProvisioningDrift", in, &page); err != nil {
			return 0, nil, err
		}
		var accounts []string
		for _, d := range page.Drift {
			found++
			d.print(shown.above(out))
			if len(accounts) == 0 || accounts[len(accounts)-1] != d.AccountID {
				accounts = append(accounts, d.AccountID)
			}
		}
		if repair && len(accounts) > 0 {
			var answer struct{ Operation operation }
			if err := c.callFoyer(ctx, "RepairProvisioningDrift", map[string]any{"AccountIds": accounts}, &answer); err != nil {
				return 0, nil, err
			}
			begun[answer.Operation.RequestID] = answer.Operation
		}
		compared += page.Compared
		if shown.bars != nil {
			shown.progress("accounts compared", compared, compared+page.Left)
		}
		if token = page.NextToken; token == "" {
			return found, begun, nil
		}
	}
}

// print writes a role's differences as a diff.
func (d drifted) print(to io.Writer) {
	out := new(strings.Builder) // it goes above a bar as a whole
	fmt.Fprintf(out, "--- %s/%s as it should be\n+++ %s/%s as it is\n", d.AccountID, d.RoleName, d.AccountID, d.RoleName)
	for _, difference := range d.Differences {
		fmt.Fprintf(out, "@@ %s @@\n", difference.Property)
		for _, line := range diffLines(lines(difference.Expected), lines(difference.Actual)) {
			fmt.Fprintln(out, line)
		}
	}
	fmt.Fprint(to, out)
}
