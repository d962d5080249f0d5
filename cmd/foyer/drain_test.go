package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// SIGTERM in the middle of a request: nobody else gets in, the request is
// answered, and then the program ends as it was asked to.
func TestSIGTERMDrains(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ready := filepath.Join(dir, "ready.json")
	cmd := exec.Command("foyer", "serve", "--ephemeral", "--listen", "127.0.0.1:0", "--ready-file", ready)
	welcome, logs := newOutput(), newOutput()
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, welcome, logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-welcome.first:
	case err := <-ended:
		t.Fatalf("foyer did not start: %v\n%s", err, logs)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	at, err := url.Parse(enter(t, ready).Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", at.Port())

	body := `{"clientName":"late","clientType":"public"}`
	begun := dial(t, address)
	// The server says Continue once it has begun to read the body.
	fmt.Fprintf(begun, "POST /client/register HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, len(body))
	in := bufio.NewReader(begun)
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the request does not begin: %q, %v", line, err)
	}
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // until nobody gets in
		other, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = other.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("foyer ended in the middle of a request: %v\n%s", err, logs)
	default:
	}
	if _, err := io.WriteString(begun, body); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatalf("the request is not answered: %v\n%s", err, logs)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the request is answered %s", answer.Status)
	}
	if err := <-ended; err != nil {
		t.Errorf("foyer did not end well: %v\n%s", err, logs)
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
