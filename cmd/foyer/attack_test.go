package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"foyer"
)

// castle is a house that is attacked: it runs in the test's own process, where
// its clock can be moved, and keeps its state in a file, where the test can see
// whether something changed.
type castle struct {
	*house
	ahead atomic.Int64 // how far its clock is ahead
	store *sql.DB
}

func (c *castle) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// at moves the clock ahead while do runs.
func (c *castle) at(ahead time.Duration, do func()) {
	c.ahead.Store(int64(ahead))
	defer c.ahead.Store(0)
	do()
}

func openCastle(t *testing.T) *castle {
	t.Helper()
	dir := t.TempDir()
	c, welcome, logs, ended := &castle{}, newOutput(), newOutput(), make(chan error, 1)
	config := foyer.Config{Listen: "127.0.0.1:0", Data: filepath.Join(dir, "data"), Demo: true, ReadyFile: filepath.Join(dir, "ready.json")}
	server, err := foyer.New(t.Context(), config, foyer.Outside{Now: c.now, Stdout: welcome, Stderr: logs})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("foyer did not stop well: %v\n%s", err, logs)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if strings.Contains(logs.String(), "panicked") {
			t.Errorf("an attack brought an operation down:\n%s", logs)
		}
	})
	<-welcome.first
	c.house = enter(t, config.ReadyFile)
	files, err := filepath.Glob(filepath.Join(config.Data, "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the store is %v, %v", files, err)
	}
	if c.store, err = sql.Open("sqlite", "file:"+files[0]+"?mode=ro"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.store.Close() })
	return c
}

// state is the content of every table but the audit log's, which remembers
// attacks too.
func (c *castle) state(t *testing.T) map[string]string {
	t.Helper()
	var tables []string
	for _, row := range c.rows(t, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit%' ORDER BY name`) {
		tables = append(tables, row[0])
	}
	if len(tables) < 20 {
		t.Fatalf("the store has the tables %v", tables)
	}
	state := map[string]string{}
	for _, table := range tables {
		var lines []string
		for _, row := range c.rows(t, `SELECT * FROM `+table) {
			lines = append(lines, strings.Join(row, "|"))
		}
		slices.Sort(lines)
		state[table] = strings.Join(lines, "\n")
	}
	return state
}

func (c *castle) rows(t *testing.T, query string) [][]string {
	t.Helper()
	rows, err := c.store.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = fmt.Sprint(v)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// attack is a request that is wrong somewhere. What is left out is as it
// should be.
type attack struct {
	method, path string
	header       map[string]string
	body         string
	service      string // of the signature; "" leaves the request unsigned
	by           awssdk.Credentials
	late         time.Duration       // how long ago it was signed
	change       func(*http.Request) // after it was signed
}

// answer is what a refusal says.
type answer struct {
	status        int
	code, message string
}

// jsonCall is a call of an AWS JSON service by the root user.
func (c *castle) jsonCall(service, target, body string) attack {
	return attack{method: "POST", path: "/", body: body, service: service, by: c.rootKey(),
		header: map[string]string{"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}}
}

// formCall is a call of a Query service by the root user.
func (c *castle) formCall(service, body string) attack {
	return attack{method: "POST", path: "/", body: body, service: service, by: c.rootKey(),
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}}
}

// restCall is a call of a REST service, unsigned.
func restCall(method, path, body string) attack {
	return attack{method: method, path: path, body: body, header: map[string]string{"Content-Type": "application/json"}}
}

func (c *castle) rootKey() awssdk.Credentials {
	return awssdk.Credentials{AccessKeyID: c.RootAccessKeyID, SecretAccessKey: c.RootSecretAccessKey}
}

// but changes an attack.
func (a attack) but(change func(*attack)) attack {
	change(&a)
	return a
}

func (a attack) request(t *testing.T, c *castle) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), a.method, c.Endpoint+a.path, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	if a.service != "" {
		sum := sha256.Sum256([]byte(a.body))
		if err := v4.NewSigner().SignHTTP(t.Context(), a.by, r, hex.EncodeToString(sum[:]), a.service, c.Region, c.now().Add(-a.late)); err != nil {
			t.Fatal(err)
		}
	}
	if a.change != nil {
		a.change(r)
	}
	return r
}

var requestID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// send sends a request, and reads the refusal that answers it.
func (c *castle) send(t *testing.T, r *http.Request) (answer, string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	id := got.Header["X-Amzn-Requestid"]
	if len(id) != 1 || !requestID.MatchString(id[0]) {
		t.Errorf("x-amzn-RequestId is %q", id)
	}
	if injected := got.Header.Get("X-Injected") + got.Header.Get("Set-Cookie"); injected != "" {
		t.Errorf("a header was injected: %s", injected)
	}
	a := answer{status: got.StatusCode}
	if got.StatusCode < 300 {
		return a, string(text)
	}
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/xml") {
		a.code, a.message = xmlRefusal(t, text, id[0])
	} else {
		a.code, a.message = jsonRefusal(t, text, got.Header.Get("x-amzn-ErrorType"))
	}
	return a, string(text)
}

func xmlRefusal(t *testing.T, text []byte, id string) (code, message string) {
	t.Helper()
	var said struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Error   struct{ Type, Code, Message string }
		ID      string `xml:"RequestId"`
	}
	if err := xml.Unmarshal(text, &said); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if said.ID != id || said.Error.Type != "Sender" {
		t.Errorf("the refusal of request %s is %s", id, text)
	}
	return said.Error.Code, said.Error.Message
}

// jsonRefusal holds the type in the header to that in the body.
func jsonRefusal(t *testing.T, text []byte, kind string) (code, message string) {
	t.Helper()
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
		Upper   string `json:"Message"`
		OAuth   string `json:"error"`
		Because string `json:"error_description"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if kind == "" || said.OAuth == "" && said.Type != "" && !strings.HasSuffix(said.Type, "#"+kind) && said.Type != kind {
		t.Errorf("x-amzn-ErrorType is %q, the body %s", kind, text)
	}
	return kind, said.Message + said.Upper + said.Because
}
