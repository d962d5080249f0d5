package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"foyer"
	"foyer/internal/arn"
	"foyer/internal/paging"
	"foyer/internal/secret"
	"foyer/internal/sqlstore"
)

// served runs a server on a data directory until the function it returns is
// called, and answers a client of it.
func served(t *testing.T, data string) (c *administrator, ready foyer.Ready, stop func()) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	s, err := foyer.New(t.Context(), foyer.Config{
		Listen: "127.0.0.1:0", Data: data, Demo: true, ReadyFile: file, LogLevel: "error",
		RootAccessKeyID: "AKIAROOT", RootSecretAccessKey: secret.New("root-secret"),
	}, foyer.Outside{Now: time.Now, Stdout: io.Discard, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- errors.Join(s.Run(ctx), s.Close()) }()
	for text := []byte(nil); ready.Endpoint == ""; text, _ = os.ReadFile(file) {
		_ = json.Unmarshal(text, &ready)
		select {
		case err := <-done:
			t.Fatal(err)
		default:
		}
	}
	c = &administrator{endpoint: ready.Endpoint, client: http.DefaultClient, config: awssdk.Config{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAROOT", "root-secret", ""),
	}}
	return c, ready, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// spoil lets a role of the account that has one be taken by anybody, and takes
// another one away, behind the server's back.
func spoil(t *testing.T, data string, accounts []string) {
	t.Helper()
	db, err := sqlstore.OpenFile(t.Context(), data, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.InTx(t.Context(), func(tx *sqlstore.Tx) error {
		n := 0
		for _, account := range accounts {
			roles, err := tx.IAMRoles(t.Context(), arn.AccountID(account), "/aws-reserved/sso.amazonaws.com/", paging.Page{Limit: 10})
			if err != nil {
				return err
			}
			for _, role := range roles {
				if n++; n == 1 {
					role.TrustPolicy = strings.Replace(role.TrustPolicy, "sts:TagSession", "sts:*", 1)
					err = tx.UpdateIAMRole(t.Context(), role)
				} else if n == 2 {
					err = tx.DeleteIAMEntities(t.Context(), []string{role.ID})
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDriftIsShownAndRepaired(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	c, ready, stop := served(t, data)
	var out strings.Builder
	if err := drift(t.Context(), c, &out, io.Discard, false); err != nil || out.String() != "Nothing differs.\n" {
		t.Errorf("drift of a fresh server: %v: %s", err, &out)
	}
	stop()
	spoil(t, data, ready.Accounts)
	c, _, stop = served(t, data)
	defer stop()
	out.Reset()
	if err := drift(t.Context(), c, &out, io.Discard, false); !errors.Is(err, errDrift) || !strings.HasPrefix(err.Error(), "2 ") {
		t.Errorf("drift = %v", err)
	}
	for _, want := range []string{"@@ AssumeRolePolicyDocument @@", `-        "sts:TagSession"`, `+        "sts:*"`, "@@ Role @@\n-present\n", "AWSReservedSSO_"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	out.Reset()
	var progress strings.Builder
	if err := drift(t.Context(), c, &out, &progress, true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Nothing is left.") || !strings.Contains(progress.String(), "0 failed, 0 left") {
		t.Errorf("repair said %s and %s", &out, &progress)
	}
	out.Reset()
	if err := drift(t.Context(), c, &out, io.Discard, false); err != nil {
		t.Errorf("after the repair: %v: %s", err, &out)
	}
}

// A deleted group's roles go by one request, which can be watched.
func TestADeletedGroupIsOneRequest(t *testing.T) {
	t.Parallel()
	c, ready, stop := served(t, t.TempDir())
	defer stop()
	call := func(service, target string, in, out any) {
		t.Helper()
		if err := c.call(t.Context(), service, target, in, out); err != nil {
			t.Fatal(err)
		}
	}
	var there struct {
		Groups []struct {
			GroupID string `json:"GroupId"`
		}
	}
	call("identitystore", "AWSIdentityStore.ListGroups", map[string]any{"IdentityStoreId": ready.IdentityStoreID}, &there)
	for _, g := range there.Groups {
		call("identitystore", "AWSIdentityStore.DeleteGroup", map[string]any{"IdentityStoreId": ready.IdentityStoreID, "GroupId": g.GroupID}, &struct{}{})
	}
	var out strings.Builder
	if err := newWatch(c, &out, io.Discard).run(t.Context(), false); err != nil || out.String() != "Nothing is left.\n" {
		t.Errorf("watching ends with %v and says %q", err, &out)
	}
	var ended struct{ Operations []operation }
	call("foyer", "Foyer_20261201.ListProvisioningOperations", map[string]any{"Kind": "REMOVE", "Status": "SUCCEEDED"}, &ended)
	of := map[string]int{}
	for _, o := range ended.Operations {
		of[o.name()]++
		if o.Done == 0 || o.Failed != 0 || o.Left != 0 {
			t.Errorf("%s: %+v", o.name(), o)
		}
	}
	if len(there.Groups) == 0 || len(of) == 0 {
		t.Fatalf("of %d groups none had a role of its own", len(there.Groups))
	}
	for _, g := range there.Groups {
		if name := "group " + g.GroupID + " is deleted"; of[name] > 1 {
			t.Errorf("%d requests: %s", of[name], name)
		} else {
			delete(of, name)
		}
	}
	if len(of) > 0 {
		t.Errorf("requests of nobody: %v", of)
	}
	out.Reset()
	if err := drift(t.Context(), c, &out, io.Discard, false); err != nil {
		t.Errorf("drift: %v: %s", err, &out)
	}
}
