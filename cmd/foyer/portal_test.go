package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

var signInURL = regexp.MustCompile(`http\S+(user_code=|/authorize\?)\S+`)

// allowed is the scripts' command
//
//	allow USER PASSWORD foyer ARG ...
//	deny USER PASSWORD foyer ARG ...
//
// which runs foyer until it shows the address of a page, opens that as the
// person, and presses the button.
func allowed(label string) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) < 4 || args[2] != "foyer" {
			ts.Fatalf("usage: allow USER PASSWORD foyer ARG ...")
		}
		cmd := exec.CommandContext(context.Background(), program(ts), args[3:]...)
		cmd.Dir = ts.MkAbs(".")
		for _, name := range []string{"PATH", "HOME", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_CONFIG_FILE"} {
			if value := ts.Getenv(name); value != "" {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
		}
		stderr, err := cmd.StderrPipe()
		ts.Check(err)
		var stdout bytes.Buffer
		cmd.Stdout = &stdout
		ts.Check(cmd.Start())
		said, err := readUntil(stderr, signInURL)
		if err == nil {
			p, ctx := newPerson(args[0], args[1]), context.Background()
			trusting, clientErr := httpClient(ts.Getenv("AWS_CA_BUNDLE"))
			ts.Check(clientErr)
			p.client.Transport = trusting.Transport
			if err = p.visit(ctx, signInURL.FindString(said)); err == nil {
				err = p.press(ctx, label)
			}
			if err == nil {
				fmt.Fprint(ts.Stdout(), p.text())
			}
		}
		if err != nil {
			_ = cmd.Process.Kill()
		}
		rest, readErr := io.ReadAll(stderr)
		err = errors.Join(err, readErr, cmd.Wait())
		fmt.Fprint(ts.Stdout(), stdout.String())
		fmt.Fprint(ts.Stderr(), said, string(rest))
		if (err != nil) != neg {
			ts.Fatalf("foyer: %v\n%s%s", err, said, rest)
		}
	}
}

// point is login's, for scripts that sign in otherwise.
func point(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(pointCLI(ts.Getenv("HOME"), ts.Getenv("ENDPOINT")))
}

// proxy starts a proxy that leads every host to the server, as a hosts file
// would, and sets HTTPS_PROXY.
func proxy(ts *testscript.TestScript, _ bool, _ []string) {
	to := ts.Getenv("ADDRESS")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "want CONNECT", http.StatusMethodNotAllowed)
			return
		}
		var dialer net.Dialer
		up, err := dialer.DialContext(r.Context(), "tcp", to)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer up.Close()
		down, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer down.Close()
		if _, err := io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		go func() { _, _ = io.Copy(up, buffered) }()
		_, _ = io.Copy(down, up)
	}))
	ts.Defer(server.Close)
	ts.Setenv("HTTPS_PROXY", server.URL)
}
