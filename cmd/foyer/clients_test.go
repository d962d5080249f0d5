package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/smithy-go"
	"github.com/rogpeppe/go-internal/testscript"
)

// awsCLI is the AWS CLI v2, as Debian installs it.
const awsCLI = "/usr/bin/aws"

func aws(ts *testscript.TestScript, neg bool, args []string) {
	stdout, stderr, err := runAWS(ts, args)
	fmt.Fprint(ts.Stdout(), stdout)
	fmt.Fprint(ts.Stderr(), stderr)
	switch {
	case err != nil && !neg:
		ts.Fatalf("aws %s: %v\n%s%s", strings.Join(args, " "), err, stderr, running(ts).logs)
	case err == nil && neg:
		ts.Fatalf("aws %s succeeded, and should not have:\n%s", strings.Join(args, " "), stdout)
	}
}

// runAWS runs the CLI in the script's loaded Python; where that cannot load the
// CLI, because it is installed in another way, as a program.
func runAWS(ts *testscript.TestScript, args []string) (stdout, stderr string, err error) {
	p, cmd := running(ts), commandAWS(ts, args)
	if p.cli == nil {
		p.cli = loadCLI(ts)
	}
	if p.cli.loaded {
		return p.cli.run(cmd)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func commandAWS(ts *testscript.TestScript, args []string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), awsCLI, append([]string{"--endpoint-url", ts.Getenv("ENDPOINT"), "--output", "json"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + ts.Getenv("HOME"), "AWS_PAGER=", "AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true"}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	return cmd
}

// patience is how often until asks; the CLI takes some tenths of a second each time.
const patience = 200

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

func appears(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: appears REGEXP FILE")
	}
	want := regexp.MustCompile(args[0])
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for range 50 * patience {
		text, err := os.ReadFile(ts.MkAbs(args[1]))
		if err == nil && want.Match(text) {
			return
		}
		<-again.C
	}
	ts.Fatalf("%s never held %s", args[1], args[0])
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: capture NAME REGEXP")
	}
	ts.Setenv(args[0], matched(ts, args[1]))
}

// matched is what the group of pattern matched in the last output.
func matched(ts *testscript.TestScript, pattern string) string {
	found := regexp.MustCompile(pattern).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("%s matches nothing in\n%s", pattern, ts.ReadFile("stdout"))
	}
	return found[1]
}

// keep knows credentials as the services spell them: AccessKeyId (iam, sts) and
// accessKeyId (sso). Long-lived ones have no session token.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: keep NAME")
	}
	ts.Setenv(args[0]+"_KEY", matched(ts, `(?i)"AccessKeyId": "([^"]+)"`))
	ts.Setenv(args[0]+"_SECRET", matched(ts, `(?i)"SecretAccessKey": "([^"]+)"`))
	ts.Setenv(args[0]+"_TOKEN", matched(ts, `(?is)(?:"SessionToken": "([^"]+)"|$)`))
}

func as(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: as NAME")
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", ts.Getenv(args[0]+"_KEY"))
	ts.Setenv("AWS_SECRET_ACCESS_KEY", ts.Getenv(args[0]+"_SECRET"))
	ts.Setenv("AWS_SESSION_TOKEN", ts.Getenv(args[0]+"_TOKEN"))
}

var verificationURL = regexp.MustCompile(`http\S+user_code=\S+`)

// login runs aws sso login, which shows an address and waits; the person opens
// it. Versions of the CLI before 2.13 know no other way to send sign-ins to
// another endpoint than the endpoint rules in ~/.aws/models.
func login(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: login PROFILE USER PASSWORD")
	}
	ts.Check(pointCLI(ts.Getenv("HOME"), ts.Getenv("ENDPOINT")))
	cmd := commandAWS(ts, []string{"sso", "login", "--no-browser", "--profile", args[0]})
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	ts.Check(cmd.Start())
	said, err := readUntil(stdout, verificationURL)
	if err == nil {
		p := newPerson(args[1], args[2])
		ctx := context.Background()
		if err = p.visit(ctx, verificationURL.FindString(said)); err == nil {
			err = p.press(ctx, "Allow access")
		}
	}
	if err != nil {
		_ = cmd.Process.Kill()
	}
	rest, readErr := io.ReadAll(stdout)
	if err := errors.Join(err, readErr, cmd.Wait()); err != nil {
		ts.Fatalf("aws sso login: %v\n%s%s", err, said, &stderr)
	}
	fmt.Fprint(ts.Stdout(), said, string(rest))
}

func readUntil(r io.Reader, want *regexp.Regexp) (string, error) {
	var said []byte
	buffer := make([]byte, 1024)
	for !want.Match(said) {
		n, err := r.Read(buffer)
		said = append(said, buffer[:n]...)
		if err != nil {
			return string(said), err
		}
	}
	return string(said), nil
}

// pointCLI makes endpoint that of the services which sign in.
func pointCLI(home, endpoint string) error {
	rules := fmt.Sprintf(`{"version": "1.0", "parameters": {}, "rules": [{"type": "endpoint", "conditions": [], "endpoint": {"url": %q}}]}`, endpoint)
	for _, service := range []string{"sso", "sso-oidc"} {
		dir := filepath.Join(home, ".aws", "models", service, "2019-06-10")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "endpoint-rule-set-1.json"), []byte(rules), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// device is the whole of sign-in-device.txtar in one command, for scripts that
// are about something else.
func device(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: device USER PASSWORD")
	}
	ctx := context.Background()
	client := ssooidc.New(ssooidc.Options{Region: "us-east-1", BaseEndpoint: new(ts.Getenv("ENDPOINT"))})
	registered, err := client.RegisterClient(ctx, &ssooidc.RegisterClientInput{ClientName: new("script"), ClientType: new("public")})
	ts.Check(err)
	begun, err := client.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: registered.ClientId, ClientSecret: registered.ClientSecret, StartUrl: new(ts.Getenv("START_URL")),
	})
	ts.Check(err)
	p := newPerson(args[0], args[1])
	ts.Check(p.visit(ctx, awssdk.ToString(begun.VerificationUriComplete)))
	ts.Check(p.press(ctx, "Allow access"))
	got, err := client.CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: registered.ClientId, ClientSecret: registered.ClientSecret, DeviceCode: begun.DeviceCode,
		GrantType: new("urn:ietf:params:oauth:grant-type:device_code"),
	})
	ts.Check(err)
	ts.Setenv("TOKEN", awssdk.ToString(got.AccessToken))
}

// poll asks for a device's token again and again, without a pause, and prints
// what each call is refused with.
func poll(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: poll TIMES CLIENT SECRET DEVICE")
	}
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	client := ssooidc.New(ssooidc.Options{Region: "us-east-1", BaseEndpoint: new(ts.Getenv("ENDPOINT")), RetryMaxAttempts: 1, HTTPClient: oneAttempt})
	for range times {
		_, err := client.CreateToken(context.Background(), &ssooidc.CreateTokenInput{
			ClientId: &args[1], ClientSecret: &args[2], DeviceCode: &args[3], GrantType: new("urn:ietf:params:oauth:grant-type:device_code"),
		})
		refused, ok := errors.AsType[smithy.APIError](err)
		if !ok {
			ts.Fatalf("create token: %v, want a refusal", err)
		}
		fmt.Fprintln(ts.Stdout(), refused.ErrorCode())
	}
}

// expand writes a file again with the environment's values in it.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: expand FROM TO")
	}
	ts.Check(writeFile(ts.MkAbs(args[1]), os.Expand(ts.ReadFile(args[0]), ts.Getenv)))
}

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }
