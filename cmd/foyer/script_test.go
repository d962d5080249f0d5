package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"foyer"
)

// awsCLI is the AWS CLI v2, as Debian installs it.
const awsCLI = "/usr/bin/aws"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"foyer": main})
}

// TestScripts tells the product as scripts: each drives the built program with
// real clients. Beside testscript's own commands they have
//
//	up [FLAG ...]            start foyer and wait until it answers; sets the environment below
//	down                     stop it with SIGTERM, and wait
//	kill                     stop it with SIGKILL, and wait
//	aws ARG ...              run the AWS CLI v2 against it
//	until REGEXP aws ARG ... the same, again and again until its output matches
//	capture NAME REGEXP      set NAME to what the last output matched
//	as KEY SECRET [TOKEN]    use other credentials
//	person ...               act as somebody at a browser: see person_test.go
//
// up sets ENDPOINT, START_URL, INSTANCE, STORE, MANAGEMENT, ACCOUNT_1 … ACCOUNT_n,
// USER_1 and PASSWORD_1 …, and the root user's credentials.
func TestScripts(t *testing.T) {
	requirePart(t, awsCLI)
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"up": up, "down": down, "kill": kill, "aws": aws, "until": until, "capture": capture, "as": as, "person": actAsPerson,
		},
	})
}

// requirePart skips when a real part is not installed; under make test, which
// installs it, that is a failure.
func requirePart(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if os.Getenv("FOYER_PARTS") == "required" {
		t.Fatalf("%s is not installed: make parts", path)
	}
	t.Skipf("NOT RUN: %s is not installed: make parts", path)
}

func setUp(env *testscript.Env) error {
	for _, name := range []string{"FOYER_PARTS"} {
		env.Setenv(name, "") // no setting of the server
	}
	env.Vars = append(env.Vars, "HOME="+env.WorkDir, "AWS_PAGER=", "AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true")
	env.Values[processKey{}] = &process{}
	return nil
}

type processKey struct{}

// process is the running server of one script.
type process struct {
	cmd  *exec.Cmd
	logs bytes.Buffer
}

func running(ts *testscript.TestScript) *process { return ts.Value(processKey{}).(*process) }

func up(ts *testscript.TestScript, neg bool, args []string) {
	p := running(ts)
	if p.cmd != nil {
		ts.Fatalf("foyer is up already")
	}
	ready := ts.MkAbs("ready.json")
	if err := os.RemoveAll(ready); err != nil {
		ts.Fatalf("%v", err)
	}
	p.logs.Reset()
	cmd := exec.Command(filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "foyer"), append([]string{"serve", "--listen", "127.0.0.1:0", "--ready-file", ready}, args...)...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), &p.logs
	cmd.Env = serverEnvironment(ts)
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	greeting := make([]byte, 1)
	if _, err := stdout.Read(greeting); err != nil { // it greets once it answers
		_ = cmd.Wait()
		if !neg {
			ts.Fatalf("foyer did not start:\n%s", p.logs.String())
		}
		fmt.Fprint(ts.Stderr(), p.logs.String())
		return
	}
	go func() { _, _ = stdout.Read(make([]byte, 1<<16)) }()
	p.cmd = cmd
	ts.Defer(func() { stop(p, os.Kill) })
	if neg {
		ts.Fatalf("foyer started, and should not have")
	}
	announce(ts, ready)
}

// serverEnvironment is the script's environment without the client's keys.
func serverEnvironment(ts *testscript.TestScript) []string {
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("WORK")}
	for _, name := range []string{"MANAGEMENT_ACCOUNT_ID", "ROOT_ACCESS_KEY_ID", "ROOT_SECRET_ACCESS_KEY", "INSTANCE_ID", "IDENTITY_STORE_ID", "READY_FILE", "REGION", "NONSENSE"} {
		if v := ts.Getenv("FOYER_" + name); v != "" {
			env = append(env, "FOYER_"+name+"="+v)
		}
	}
	return env
}

func announce(ts *testscript.TestScript, readyFile string) {
	text, err := os.ReadFile(readyFile)
	ts.Check(err)
	var r foyer.Ready
	ts.Check(json.Unmarshal(text, &r))
	for name, value := range map[string]string{
		"ENDPOINT": r.Endpoint, "START_URL": r.StartURL, "INSTANCE": r.InstanceARN, "STORE": r.IdentityStoreID, "MANAGEMENT": r.ManagementAccountID,
	} {
		ts.Setenv(name, value)
	}
	if r.RootSecretAccessKey != "" {
		as(ts, false, []string{r.RootAccessKeyID, r.RootSecretAccessKey})
		ts.Setenv("ROOT_KEY", r.RootAccessKeyID)
		ts.Setenv("ROOT_SECRET", r.RootSecretAccessKey)
	}
	for i, account := range r.Accounts {
		ts.Setenv(fmt.Sprintf("ACCOUNT_%d", i), account)
	}
	for i, u := range r.Users {
		ts.Setenv(fmt.Sprintf("USER_%d", i+1), u.UserName)
		ts.Setenv(fmt.Sprintf("PASSWORD_%d", i+1), u.Password)
	}
}

func stop(p *process, signal os.Signal) (err error) {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		return err
	}
	err = p.cmd.Wait()
	p.cmd = nil
	return err
}

func down(ts *testscript.TestScript, _ bool, _ []string) {
	p := running(ts)
	if err := stop(p, os.Interrupt); err != nil {
		ts.Fatalf("foyer did not stop well: %v\n%s", err, p.logs.String())
	}
}

func kill(ts *testscript.TestScript, _ bool, _ []string) {
	if err := stop(running(ts), os.Kill); err == nil {
		ts.Fatalf("foyer ended well when it was killed")
	}
}

func aws(ts *testscript.TestScript, neg bool, args []string) {
	stdout, stderr, err := runAWS(ts, args)
	fmt.Fprint(ts.Stdout(), stdout)
	fmt.Fprint(ts.Stderr(), stderr)
	switch {
	case err != nil && !neg:
		ts.Fatalf("aws %s: %v\n%s%s", strings.Join(args, " "), err, stderr, running(ts).logs.String())
	case err == nil && neg:
		ts.Fatalf("aws %s succeeded, and should not have:\n%s", strings.Join(args, " "), stdout)
	}
}

func runAWS(ts *testscript.TestScript, args []string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(context.Background(), awsCLI, append([]string{"--endpoint-url", ts.Getenv("ENDPOINT"), "--output", "json"}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), &out, &errs
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + ts.Getenv("HOME")}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_PAGER", "AWS_EC2_METADATA_DISABLED", "AWS_PROFILE"} {
		if v := ts.Getenv(name); v != "" || name == "AWS_PAGER" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// patience is how often until asks; the CLI takes most of a second each time.
const patience = 60

func until(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 || args[1] != "aws" {
		ts.Fatalf("usage: until REGEXP aws ARG ...")
	}
	want := regexp.MustCompile(args[0])
	var stdout, stderr string
	for range patience {
		stdout, stderr, _ = runAWS(ts, args[2:])
		if want.MatchString(stdout) {
			fmt.Fprint(ts.Stdout(), stdout)
			return
		}
	}
	ts.Fatalf("never answered %s:\n%s%s", args[0], stdout, stderr)
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: capture NAME REGEXP")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("%s matches nothing in\n%s", args[1], ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], found[1])
}

func as(ts *testscript.TestScript, _ bool, args []string) {
	args = append(args, "", "")
	ts.Setenv("AWS_ACCESS_KEY_ID", args[0])
	ts.Setenv("AWS_SECRET_ACCESS_KEY", args[1])
	ts.Setenv("AWS_SESSION_TOKEN", args[2])
}
