package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"foyer"
)

// BenchmarkTenThousandAccounts tells how long the built program takes, on SQLite,
// to bring permission sets into every account of the seeded large company, change
// them there, and take an account's roles away. It takes half an hour, so it runs only
// when FOYER_PROVISIONING names a directory, in which it keeps the store; what it
// adds stays there, so begin with a fresh one. FOYER_SETS is how many permission
// sets go everywhere, if not 50:
//
//	FOYER_PROVISIONING=/tmp/fill go test -run '^$' -bench TenThousandAccounts -benchtime 1x -timeout 3h ./cmd/foyer
//
// The metrics are seconds; the log tells roles in a second.
func BenchmarkTenThousandAccounts(b *testing.B) {
	dir := os.Getenv("FOYER_PROVISIONING")
	if dir == "" {
		b.Skip("takes half an hour: set FOYER_PROVISIONING to a directory")
	}
	sets := 50
	if text := os.Getenv("FOYER_SETS"); text != "" {
		var err error
		if sets, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	f := openFilling(b, dir)
	var all []string
	for n := range sets + 1 {
		all = append(all, f.newSet(b, fmt.Sprintf("Fill%d-%d", time.Now().Unix()%100000, n)))
	}
	f.stage(b, "one-set", len(f.accounts), func() { f.assign(b, all[:1]) })
	f.stage(b, "all-sets", len(f.accounts)*sets, func() { f.assign(b, all[1:]) })
	f.stage(b, "one-change", len(f.accounts), func() { f.change(b, all[:1]) })
	f.stage(b, "all-changes", len(f.accounts)*sets, func() { f.change(b, all[1:]) })
	f.stage(b, "account-leaves", sets+1, func() {
		f.call(b, "organizations", "AWSOrganizationsV20161128.RemoveAccountFromOrganization", map[string]any{"AccountId": f.accounts[0]}, nil)
	})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(f.size(b))/1e6, "store-MB")
	b.ReportMetric(f.resident(b), "peak-MB")
}

// filling is a program at work on the large company.
type filling struct {
	*administrator
	dir      string
	instance string
	group    string
	accounts []string
	process  *os.Process
}

// openFilling starts the program, seeding its store first if that is not there.
func openFilling(b *testing.B, dir string) *filling {
	b.Helper()
	store, ready := filepath.Join(dir, "data"), filepath.Join(b.TempDir(), "ready.json")
	keys := []string{"--data", store, "--root-access-key-id", "AKIAFILLINGCOMPANY00", "--root-secret-access-key", "filling-company"}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	if _, err := os.Stat(filepath.Join(store, "foyer.db")); err != nil {
		seed := exec.Command("foyer", append([]string{"seed", "--size", "large"}, keys...)...)
		seed.Env = env
		if out, err := seed.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	cmd := exec.Command("foyer", append([]string{"serve", "--listen", "127.0.0.1:0", "--ready-file", ready, "--account-leave-after", "1s"}, keys...)...)
	welcome, ended := newOutput(), make(chan error, 1)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, welcome, os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	go func() { ended <- cmd.Wait() }()
	select {
	case <-welcome.first:
	case err := <-ended:
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), <-ended); err != nil {
			b.Error(err)
		}
	})
	text, err := os.ReadFile(ready)
	if err != nil {
		b.Fatal(err)
	}
	h := new(house)
	if err := json.Unmarshal(text, &h.Ready); err != nil {
		b.Fatal(err)
	}
	f := &filling{administrator: h.administrator(), dir: store, instance: h.InstanceARN, process: cmd.Process}
	f.client.Transport = &http.Transport{MaxIdleConnsPerHost: connections}
	f.fill(b, h.Ready)
	return f
}

// connections is how many calls are made at a time.
const connections = 16

// fill learns the accounts and makes the group that is assigned everything.
func (f *filling) fill(b *testing.B, r foyer.Ready) {
	b.Helper()
	for token := ""; ; {
		in := map[string]any{}
		if token != "" {
			in["NextToken"] = token
		}
		var page struct {
			Accounts []struct {
				ID string `json:"Id"`
			}
			NextToken string
		}
		f.call(b, "organizations", "AWSOrganizationsV20161128.ListAccounts", in, &page)
		for _, a := range page.Accounts {
			if a.ID != r.ManagementAccountID {
				f.accounts = append(f.accounts, a.ID)
			}
		}
		if token = page.NextToken; token == "" {
			break
		}
	}
	var made struct {
		GroupID string `json:"GroupId"`
	}
	name := fmt.Sprintf("Everywhere %d", time.Now().UnixNano())
	f.call(b, "identitystore", "AWSIdentityStore.CreateGroup", map[string]any{"IdentityStoreId": r.IdentityStoreID, "DisplayName": name}, &made)
	f.group = made.GroupID
}

// call makes a call that must succeed.
func (f *filling) call(b *testing.B, service, target string, in, out any) {
	b.Helper()
	if out == nil {
		out = new(any)
	}
	if err := f.administrator.call(b.Context(), service, target, in, out); err != nil {
		b.Fatal(err)
	}
}

func (f *filling) sso(b *testing.B, operation string, in map[string]any, out any) {
	b.Helper()
	in["InstanceArn"] = f.instance
	f.call(b, "sso", "SWBExternalService."+operation, in, out)
}

// newSet makes a permission set with a policy of AWS's and one of its own.
func (f *filling) newSet(b *testing.B, name string) string {
	b.Helper()
	var made struct {
		PermissionSet struct{ PermissionSetArn string }
	}
	f.sso(b, "CreatePermissionSet", map[string]any{"Name": name}, &made)
	set := made.PermissionSet.PermissionSetArn
	f.sso(b, "AttachManagedPolicyToPermissionSet", map[string]any{"PermissionSetArn": set, "ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, nil)
	f.write(b, set, "sqs:SendMessage")
	return set
}

func (f *filling) write(b *testing.B, set, action string) {
	b.Helper()
	f.sso(b, "PutInlinePolicyToPermissionSet", map[string]any{"PermissionSetArn": set,
		"InlinePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`}, nil)
}

// assign gives the group sets in every account, one call for each, many at a time.
func (f *filling) assign(b *testing.B, sets []string) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(sets)*len(f.accounts) {
					return
				}
				in := map[string]any{"InstanceArn": f.instance, "PermissionSetArn": sets[n%len(sets)], "TargetType": "AWS_ACCOUNT",
					"TargetId": f.accounts[n/len(sets)], "PrincipalType": "GROUP", "PrincipalId": f.group}
				var status any
				if err := f.administrator.call(b.Context(), "sso", "SWBExternalService.CreateAccountAssignment", in, &status); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// change gives sets another policy and brings that to every account.
func (f *filling) change(b *testing.B, sets []string) {
	b.Helper()
	for _, set := range sets {
		f.write(b, set, "sns:Publish")
		f.sso(b, "ProvisionPermissionSet", map[string]any{"PermissionSetArn": set, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}, nil)
	}
}

// stage asks for roles to change and waits until all have.
func (f *filling) stage(b *testing.B, name string, roles int, ask func()) {
	b.Helper()
	begun := time.Now()
	ask()
	asked := time.Since(begun)
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	var slowest time.Duration
	for ; ; <-ticker.C {
		var now struct{ Summaries []struct{ Left, Failed int } }
		before := time.Now()
		f.call(b, "foyer", "Foyer_20261201.DescribeProvisioning", struct{}{}, &now)
		slowest = max(slowest, time.Since(before))
		left := 0
		for _, s := range now.Summaries {
			left += s.Left
			if s.Failed > 0 {
				b.Fatalf("%s: %d failed", name, s.Failed)
			}
		}
		if left == 0 {
			break
		}
	}
	took := time.Since(begun)
	b.Logf("%s: %d roles: asked for in %s, there after %s, %.0f a second; progress told in %s at most", name, roles,
		asked.Round(time.Millisecond), took.Round(time.Millisecond), float64(roles)/took.Seconds(), slowest.Round(time.Millisecond))
	b.ReportMetric(asked.Seconds(), name+"-asked-s")
	b.ReportMetric(took.Seconds(), name+"-s")
}

// size is what the store takes on disk, in bytes.
func (f *filling) size(b *testing.B) (all int64) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(f.dir, "foyer.db*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		all += info.Size()
	}
	return all
}

// resident is the most memory that the program has held, in MB; 0 where that is
// not told.
func (f *filling) resident(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.Atoi(kb)
	if err != nil {
		return 0
	}
	return float64(n) / 1024
}
