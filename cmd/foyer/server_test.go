package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"foyer"
	"foyer/internal/saml"
)

type processKey struct{}

// process is the running server of one script.
type process struct {
	database string // URL of the PostgreSQL database; "" for what the script says
	cmd      *exec.Cmd
	ended    chan error
	welcome  *output
	logs     *output
	cli      *loadedCLI
	issuer   *oidcIssuer
	saml     *saml.Signer

	members  []string // accounts that the script made
	requests []string // ids of the requests that foyer took on
}

func running(ts *testscript.TestScript) *process { return ts.Value(processKey{}).(*process) }

// output is what a process has written so far.
type output struct {
	first chan struct{} // closed at the first byte
	mu    sync.Mutex
	text  bytes.Buffer
}

func newOutput() *output { return &output{first: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.text.Len() == 0 {
		close(o.first)
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func up(ts *testscript.TestScript, neg bool, args []string) {
	p := running(ts)
	if neg || p.cmd != nil {
		ts.Fatalf("up wants foyer to be down, and to start")
	}
	ready := ts.MkAbs("ready.json")
	ts.Check(os.RemoveAll(ready))
	cmd := exec.Command(program(ts), append([]string{"serve", "--listen", "127.0.0.1:0", "--ready-file", ready}, p.stored(args)...)...)
	p.welcome, p.logs, p.ended = newOutput(), newOutput(), make(chan error, 1)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), serverEnvironment(ts, p), p.welcome, p.logs
	ts.Check(cmd.Start())
	go func() { p.ended <- cmd.Wait() }()
	greeted := p.welcome
	if slices.Contains(args, "--audit-stdout") {
		greeted = p.logs
	}
	select {
	case <-greeted.first: // it greets once it answers
	case err := <-p.ended:
		ts.Fatalf("foyer did not start: %v\n%s", err, p.logs)
	}
	p.cmd = cmd
	ts.Defer(func() { _ = stop(p, os.Kill) })
	announce(ts, ready)
}

// program is the path of foyer, which TestMain has put first.
func program(ts *testscript.TestScript) string {
	return filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "foyer")
}

// stored puts the script's database in the place of what it says of storage.
func (p *process) stored(args []string) []string {
	if p.database == "" {
		return args
	}
	if i := slices.Index(args, "--data"); i >= 0 {
		args = slices.Delete(slices.Clone(args), i, i+2)
	}
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == "--ephemeral" })
}

// serverEnvironment is what of the script's environment is foyer's.
func serverEnvironment(ts *testscript.TestScript, p *process) []string {
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("WORK")}
	names := []string{"NONSENSE"}
	for _, s := range settings {
		names = append(names, strings.ToUpper(strings.ReplaceAll(s.name, "-", "_")))
	}
	for _, name := range names {
		if v := ts.Getenv("FOYER_" + name); v != "" {
			env = append(env, "FOYER_"+name+"="+v)
		}
	}
	if p.database != "" {
		env = append(env, "FOYER_DATABASE_URL="+p.database, "FOYER_MASTER_KEY=c2NyaXB0cyBzaGFyZSBvbmUga2V5IG9mIDMyIGJ5dGU=")
	}
	return env
}

func announce(ts *testscript.TestScript, readyFile string) {
	text, err := os.ReadFile(readyFile)
	ts.Check(err)
	var r foyer.Ready
	ts.Check(json.Unmarshal(text, &r))
	at, err := url.Parse(r.Endpoint)
	ts.Check(err)
	for name, value := range map[string]string{
		"ENDPOINT": r.Endpoint, "ADDRESS": "127.0.0.1:" + at.Port(), "START_URL": r.StartURL,
		"INSTANCE": r.InstanceARN, "STORE": r.IdentityStoreID, "MANAGEMENT": r.ManagementAccountID,
	} {
		ts.Setenv(name, value)
	}
	if r.RootSecretAccessKey != "" {
		ts.Setenv("ROOT_KEY", r.RootAccessKeyID)
		ts.Setenv("ROOT_SECRET", r.RootSecretAccessKey)
	}
	as(ts, false, []string{"ROOT"})
	n := 0
	for _, account := range r.Accounts {
		if account != r.ManagementAccountID {
			n++
			ts.Setenv(fmt.Sprintf("ACCOUNT_%d", n), account)
		}
	}
	for i, u := range r.Users {
		ts.Setenv(fmt.Sprintf("USER_%d", i+1), u.UserName)
		ts.Setenv(fmt.Sprintf("PASSWORD_%d", i+1), u.Password)
	}
}

func stop(p *process, signal os.Signal) error {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	p.cmd = nil
	return <-p.ended
}

func down(ts *testscript.TestScript, _ bool, _ []string) {
	p := running(ts)
	if err := stop(p, syscall.SIGTERM); err != nil {
		ts.Fatalf("foyer did not stop well: %v\n%s", err, p.logs)
	}
	fmt.Fprint(ts.Stdout(), p.welcome)
	fmt.Fprint(ts.Stderr(), p.logs)
}

func kill(ts *testscript.TestScript, _ bool, _ []string) {
	if err := stop(running(ts), os.Kill); err == nil {
		ts.Fatalf("foyer ended well when it was killed")
	}
}

// startTime is more than a server takes to find out that it cannot start.
const startTime = 30 * time.Second

func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: exits CODE FLAG ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	var out, logs bytes.Buffer
	cmd := exec.CommandContext(ctx, program(ts), append([]string{"serve"}, args[1:]...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), serverEnvironment(ts, running(ts)), &out, &logs
	err = cmd.Run()
	fmt.Fprint(ts.Stdout(), &out)
	fmt.Fprint(ts.Stderr(), &logs)
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		ts.Fatalf("foyer serve %s: %v, want exit code %d\n%s", strings.Join(args[1:], " "), err, want, &logs)
	}
}
