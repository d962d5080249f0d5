package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// slow is a server whose requests about many roles end one each time that it is
// asked how things stand: no real one is slow enough to be watched for certain.
type slow struct {
	changes  []operation // oldest first
	assigned []operation // all about one role, with how they end
	asked    int
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Kind, Status, NextToken string
		RequestID               string `json:"RequestId"`
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var out any
	switch name {
	case "DescribeProvisioning":
		left := len(s.changes) - s.asked
		out = map[string]any{"Summaries": []any{map[string]any{"Kind": "PROVISION", "Left": left}, map[string]any{"Kind": "CREATE", "Left": min(left, len(s.assigned))}}}
		s.asked++
	case "ListProvisioningOperations":
		out = s.page(in.Kind, in.Status, in.NextToken)
	case "DescribeProvisioningOperation":
		for n := range s.changes {
			if s.changes[n].RequestID == in.RequestID {
				out = map[string]any{"Operation": s.at(n)}
			}
		}
	case "ListProvisioningFailures":
		out = map[string]any{"Failures": []any{map[string]any{"AccountId": "111122223333", "FailureReason": "no such policy"}}}
	}
	_ = json.NewEncoder(w).Encode(out)
}

// at is how the nth change stands.
func (s *slow) at(n int) operation {
	o := s.changes[n]
	if n < s.asked-1 {
		o.Status, o.Done, o.Left = "SUCCEEDED", 1, 0
		if o.PermissionSetArn == "arn/ps-bad" {
			o.Status, o.Done, o.Failed = "FAILED", 0, 1
		}
	}
	return o
}

// page lists newest first, ten at a time.
func (s *slow) page(kind, status, after string) any {
	var all []operation
	for n := len(s.changes) - 1; kind == "PROVISION" && n >= 0; n-- {
		if o := s.at(n); o.Status == status {
			all = append(all, o)
		}
	}
	for _, o := range s.assigned {
		if kind == "CREATE" && o.Status == status && (s.asked > 0 || o.RequestID == "old") {
			all = append(all, o)
		}
	}
	from, _ := strconv.Atoi(after)
	to := min(from+10, len(all))
	answer := map[string]any{"Operations": all[from:to]}
	if to < len(all) {
		answer["NextToken"] = strconv.Itoa(to)
	}
	return answer
}

// However many requests there are, each is followed until it has ended and its
// failures are told once; so are those of assignments that failed meanwhile.
func TestManyRequestsAreWatchedToTheirEnd(t *testing.T) {
	t.Parallel()
	s := &slow{assigned: []operation{
		{RequestID: "new", Kind: "CREATE", Status: "FAILED", FailureReason: "too many policies", PermissionSetArn: "arn/ps-wide", AccountID: "444455556666"},
		{RequestID: "old", Kind: "CREATE", Status: "FAILED", FailureReason: "failed yesterday", PermissionSetArn: "arn/ps-old", AccountID: "444455556666"},
	}}
	for n := range 30 {
		set := fmt.Sprintf("arn/ps-%d", n)
		if n == 3 {
			set = "arn/ps-bad"
		}
		s.changes = append(s.changes, operation{RequestID: fmt.Sprintf("%02d", n), Kind: "PROVISION", Status: "IN_PROGRESS", PermissionSetArn: set, Left: 1})
	}
	server := httptest.NewServer(s)
	defer server.Close()
	var out, progress strings.Builder
	w := newWatch(visitor(server), &out, &progress)
	w.every = time.Millisecond
	err := w.run(t.Context(), false)
	if err == nil || err.Error() != "2 failed" {
		t.Errorf("watching ends with %v, want 2 failed", err)
	}
	want := "provision ps-bad: 111122223333: no such policy\nassign ps-wide: 444455556666: too many policies\n"
	if out.String() != want {
		t.Errorf("said\n%swant\n%s", &out, want)
	}
	for _, o := range s.changes {
		if o.name() != "provision ps-bad" && strings.Count(progress.String(), o.name()+": 1 done, 0 failed, 0 left of 1\n") != 1 {
			t.Errorf("the end of %s is not shown once", o.name())
		}
	}
	if !strings.Contains(progress.String(), "requests after these: 0 done, 0 failed, 22 left of 22\n") {
		t.Errorf("the requests that do not fit are not added up:\n%s", &progress)
	}
}

// Whoever stops watching is not told that nothing is left.
func TestStoppingToWatchIsNoEnd(t *testing.T) {
	t.Parallel()
	s := &slow{}
	for n := range 1000 {
		s.changes = append(s.changes, operation{RequestID: strconv.Itoa(n), Kind: "PROVISION", Status: "IN_PROGRESS", PermissionSetArn: "arn/ps", Left: 1})
	}
	server := httptest.NewServer(s)
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out strings.Builder
	w := newWatch(visitor(server), &out, io.Discard)
	w.shown.out = writerFunc(func(text []byte) (int, error) { stop(); return len(text), nil })
	if err := w.run(ctx, false); err == nil || out.Len() > 0 {
		t.Errorf("stopping ends with %v and says %q", err, &out)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

// visitor is an administrator of a server that believes everybody.
func visitor(s *httptest.Server) *administrator {
	return &administrator{endpoint: s.URL, client: s.Client(), config: awssdk.Config{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
	}}
}
