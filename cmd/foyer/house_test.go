package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"foyer"
)

// house is a running server with the demo organisation, as a test in Go has it.
type house struct {
	foyer.Ready
	clock string // the file that says how far the server's clock is ahead
	ahead int64  // in seconds
}

// open starts the program with the demo organisation.
func open(t *testing.T) *house {
	t.Helper()
	h, _ := start(t, "--demo")
	return h
}

// start starts the program and waits until it answers, with its welcome. It must
// end well: under the race detector a race that it had is a failure too.
func start(t *testing.T, flags ...string) (*house, string) {
	t.Helper()
	dir := t.TempDir()
	ready, clock := filepath.Join(dir, "ready.json"), filepath.Join(dir, "ahead")
	cmd := exec.Command("foyer", append([]string{"serve", "--ephemeral", "--listen", "127.0.0.1:0", "--ready-file", ready}, flags...)...)
	welcome, logs, ended := newOutput(), newOutput(), make(chan error, 1)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, aheadFile + "=" + clock}, welcome, logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- cmd.Wait() }()
	select {
	case <-welcome.first:
	case err := <-ended:
		t.Fatalf("foyer did not start: %v\n%s", err, logs)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Errorf("foyer did not stop well: %v\n%s", err, logs)
		}
	})
	h := enter(t, ready)
	h.clock = clock
	return h, welcome.String()
}

// enter reads what the ready file says.
func enter(t *testing.T, readyFile string) *house {
	t.Helper()
	text, err := os.ReadFile(readyFile)
	if err != nil {
		t.Fatal(err)
	}
	h := new(house)
	if err := json.Unmarshal(text, &h.Ready); err != nil {
		t.Fatal(err)
	}
	return h
}

// config is how a client with some credentials reaches the server.
func (h *house) config(c awssdk.CredentialsProvider) awssdk.Config {
	return awssdk.Config{Region: h.Region, BaseEndpoint: &h.Endpoint, Credentials: c, RetryMaxAttempts: 1, HTTPClient: oneAttempt}
}

// root is how the management account's root user reaches it.
func (h *house) root() awssdk.Config {
	return h.config(credentials.NewStaticCredentialsProvider(h.RootAccessKeyID, h.RootSecretAccessKey, ""))
}

// person is a demo user, at a browser without script.
func (h *house) person(t *testing.T, userName string) *person {
	t.Helper()
	return newPerson(userName, h.password(t, userName))
}

func (h *house) password(t *testing.T, userName string) string {
	t.Helper()
	i := slices.IndexFunc(h.Users, func(u foyer.ReadyUser) bool { return u.UserName == userName })
	if i < 0 {
		t.Fatalf("the demo has no user %s", userName)
	}
	return h.Users[i].Password
}

// account is the id of a demo account.
func (h *house) account(t *testing.T, name string) string {
	t.Helper()
	pages := organizations.NewListAccountsPaginator(organizations.NewFromConfig(h.root()), &organizations.ListAccountsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Accounts {
			if *a.Name == name {
				return *a.Id
			}
		}
	}
	t.Fatalf("the demo has no account %s", name)
	return ""
}
