// Package storetest opens empty stores for tests: SQLite in memory, SQLite in
// a file, and a real PostgreSQL that it starts itself.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"foyer/internal/sqlstore"
)

// Each runs test on an empty store of every kind, as subtests by its name.
func Each(t *testing.T, now func() time.Time, test func(t *testing.T, db *sqlstore.DB)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) (*sqlstore.DB, error){
		"memory":   func(t *testing.T) (*sqlstore.DB, error) { return sqlstore.OpenMemory(t.Context(), t.Name(), now) },
		"file":     func(t *testing.T) (*sqlstore.DB, error) { return sqlstore.OpenFile(t.Context(), t.TempDir(), now) },
		"postgres": func(t *testing.T) (*sqlstore.DB, error) { return sqlstore.OpenPostgres(t.Context(), Postgres(t), now) },
	} {
		t.Run(name, func(t *testing.T) {
			db, err := open(t)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test(t, db)
		})
	}
}

// Memory opens an empty store in memory.
func Memory(t testing.TB, now func() time.Time) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.OpenMemory(t.Context(), t.Name(), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// server is the PostgreSQL of this test process; Stop ends it.
var server struct {
	sync.Mutex
	dir       string
	cmd       *exec.Cmd
	databases atomic.Int64
}

// Postgres returns the URL of a new, empty database. The server behind it is
// started at the first call and serves the whole test process; TestMain must
// call Stop. Without PostgreSQL installed the test is skipped, loudly, or, with
// PARTS=required, fails.
func Postgres(t testing.TB) string {
	t.Helper()
	bin := binaries()
	if bin == "" {
		if os.Getenv("PARTS") == "required" { //nolint:forbidigo // a test's own switch
			t.Fatal("PostgreSQL is not installed: make parts")
		}
		t.Skip("NOT RUN: PostgreSQL is not installed: make parts")
	}
	server.Lock()
	defer server.Unlock()
	if server.cmd == nil {
		if err := start(bin); err != nil {
			t.Fatalf("start PostgreSQL: %v", err)
		}
	}
	name := "t" + strconv.FormatInt(server.databases.Add(1), 10)
	if out, err := asPostgres(t.Context(), filepath.Join(bin, "createdb"), "-h", server.dir, "-U", "postgres", name).CombinedOutput(); err != nil {
		t.Fatalf("createdb: %v: %s", err, out)
	}
	return fmt.Sprintf("postgres://postgres@/%s?host=%s", name, server.dir)
}

// Stop ends the PostgreSQL of this test process, if there is one.
func Stop() {
	server.Lock()
	defer server.Unlock()
	if server.cmd == nil {
		return
	}
	_ = server.cmd.Process.Signal(syscall.SIGQUIT) // at once: nobody needs its files
	_ = server.cmd.Wait()
	_ = os.RemoveAll(server.dir)
	server.cmd = nil
}

// binaries is the directory of the newest PostgreSQL installed; "" for none.
func binaries() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return ""
	}
	return slices.Max(found)
}

// asPostgres runs a program as the user postgres, since PostgreSQL refuses root.
func asPostgres(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "/"
	if os.Getuid() != 0 {
		return cmd
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return cmd
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if uidErr == nil && gidErr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	return cmd
}

// readyLine is what PostgreSQL says when it takes connections.
const readyLine = "ready to accept connections"

func start(bin string) error {
	dir, err := os.MkdirTemp("/tmp", "foyer-postgres-") // short: a socket's path has 107 bytes
	if err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o777); err != nil { //nolint:gosec // the user postgres makes its files here
		return err
	}
	data := filepath.Join(dir, "data")
	ctx := context.Background() // outlives the test that started it
	if out, err := asPostgres(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	cmd := asPostgres(ctx, filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ready := make(chan bool, 1)
	go func() {
		var seen strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := stderr.Read(buffer)
			seen.Write(buffer[:n])
			if strings.Contains(seen.String(), readyLine) {
				select {
				case ready <- true:
				default:
				}
			}
			if err != nil {
				close(ready)
				return
			}
		}
	}()
	if !<-ready {
		return errors.Join(errors.New("PostgreSQL ended"), cmd.Wait())
	}
	server.dir, server.cmd = dir, cmd
	return nil
}
