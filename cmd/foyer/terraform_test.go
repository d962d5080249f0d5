package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// terraformParts is where `make terraform` puts OpenTofu and Terraform's AWS
// provider.
const terraformParts = "../../.cache/terraform"

// applied is what OpenTofu tells of an apply.
var applied = regexp.MustCompile(`Resources: .*\.`)

// TestTerraform leads each module of testdata/terraform through its life, with
// the AWS provider as it is: what is applied is there, so that the next plan is
// empty; what changes, changes in place; what is there can be imported; and all
// of it goes.
func TestTerraform(t *testing.T) {
	parts, err := filepath.Abs(terraformParts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(parts, "terraform-provider-aws")); err != nil {
		t.Skip("NOT RUN: Terraform's AWS provider is not built: make terraform")
	}
	for module, story := range map[string]struct {
		changed string   // what the change does, as it is told
		kept    []string // what is not destroyed, or cannot be
		whole   []string // beginnings of types of which the module has every one
	}{
		"iam":             {changed: "5 added, 17 changed, 5 destroyed"},
		"organizations":   {changed: "0 added, 6 changed, 0 destroyed", kept: []string{"aws_organizations_organization.this"}},
		"identity-center": {changed: "0 added, 10 changed, 0 destroyed", whole: []string{"aws_ssoadmin_", "aws_identitystore_"}},
	} {
		t.Run(module, func(t *testing.T) {
			t.Parallel()
			h, _ := start(t)
			s := newStack(t, parts, module, h)
			s.covers(story.whole)
			s.apply("first")
			s.unchanged("first")
			if got := applied.FindString(s.apply("second")); got != "Resources: "+story.changed+"." {
				t.Errorf("told %q, want %s", got, story.changed)
			}
			s.unchanged("second")
			s.imports("second")
			for _, resource := range story.kept {
				s.run("second", "state", "rm", resource)
			}
			if left := s.destroy("second"); left != 0 {
				t.Errorf("%d resources are left", left)
			}
		})
	}
}

// A stack is a module in a folder of its own, with the state of what it made.
type stack struct {
	t      *testing.T
	parts  string
	folder string
	env    []string
}

func newStack(t *testing.T, parts, module string, h *house) *stack {
	t.Helper()
	s := &stack{t: t, parts: parts, folder: t.TempDir()}
	for _, from := range []string{".", module} {
		files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "terraform", from, "*.*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s.write(filepath.Base(file), string(text))
		}
	}
	s.certify()
	s.write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = %q\n  }\n}\n", parts))
	s.env = []string{
		"PATH=/usr/bin:/bin", "HOME=" + s.folder, "TF_CLI_CONFIG_FILE=" + filepath.Join(s.folder, "cli.tfrc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"AWS_REGION=" + h.Region, "AWS_ACCESS_KEY_ID=" + h.RootAccessKeyID, "AWS_SECRET_ACCESS_KEY=" + h.RootSecretAccessKey, "AWS_EC2_METADATA_DISABLED=true",
		"TF_VAR_endpoint=" + h.Endpoint,
	}
	return s
}

func (s *stack) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// certify writes a certificate and its key, for a server and for signing.
func (s *stack) certify() {
	s.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		s.t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "shop.example"}, NotBefore: now, NotAfter: now.AddDate(1, 0, 0)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("server.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	s.write("server.key", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
}

// try runs OpenTofu where everything that can change is as change says.
func (s *stack) try(change string, args ...string) (string, error) {
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(s.parts, "tofu"), args...)
	cmd.Dir, cmd.Env = s.folder, append([]string{"TF_VAR_change=" + change}, s.env...)
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("tofu %s: %w\n%s", strings.Join(args, " "), err, failed.Stderr)
	}
	return string(out), err
}

func (s *stack) run(change string, args ...string) string {
	s.t.Helper()
	out, err := s.try(change, args...)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// covers fails unless the module has each of the provider's resources and data
// sources whose type begins so.
func (s *stack) covers(beginnings []string) {
	s.t.Helper()
	if len(beginnings) == 0 {
		return
	}
	text, err := os.ReadFile(filepath.Join(s.folder, "main.tf"))
	if err != nil {
		s.t.Fatal(err)
	}
	var offered struct {
		Providers map[string]struct {
			Resources map[string]any `json:"resource_schemas"`
			Data      map[string]any `json:"data_source_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(s.run("first", "providers", "schema", "-json")), &offered); err != nil {
		s.t.Fatal(err)
	}
	seen := 0
	for _, provider := range offered.Providers {
		for block, types := range map[string]map[string]any{"resource": provider.Resources, "data": provider.Data} {
			for name := range types {
				if !slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(name, b) }) {
					continue
				}
				seen++
				if !strings.Contains(string(text), fmt.Sprintf("%s %q ", block, name)) {
					s.t.Errorf("the module has no %s %s", block, name)
				}
			}
		}
	}
	if seen == 0 {
		s.t.Errorf("the provider offers nothing that begins with %v", beginnings)
	}
}

func (s *stack) apply(change string) string {
	s.t.Helper()
	return s.run(change, "apply", "-no-color", "-auto-approve")
}

// unchanged fails unless there is nothing left to do.
func (s *stack) unchanged(change string) {
	s.t.Helper()
	if out, err := s.try(change, "plan", "-no-color", "-detailed-exitcode"); err != nil {
		s.t.Errorf("the plan is not clean: %v\n%s", err, out)
	}
}

func (s *stack) destroy(change string) (left int) {
	s.t.Helper()
	s.run(change, "destroy", "-no-color", "-auto-approve")
	return len(s.resources(change))
}

// A resource is one of the state's.
type resource struct {
	Address, Mode, Type string
	Values              map[string]any
}

func (s *stack) resources(change string) []resource {
	s.t.Helper()
	var state struct {
		Values struct {
			RootModule struct{ Resources []resource } `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(s.run(change, "show", "-json")), &state); err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(state.Values.RootModule.Resources, func(r resource) bool { return r.Mode != "managed" })
}

// imports forgets everything and plans to import it: what is read must be what
// was written.
func (s *stack) imports(change string) {
	s.t.Helper()
	var blocks strings.Builder
	want := map[string]bool{}
	for _, r := range s.resources(change) {
		if id := importID(r); id != "" && r.Type != "aws_organizations_organization" { // which its module imports itself
			fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", r.Address, strings.ReplaceAll(id, "${", "$${"))
			want[r.Address] = true
		}
	}
	s.write("imports.tf", blocks.String())
	state := []string{"-state=forgotten.tfstate"}
	s.run(change, append([]string{"plan", "-no-color", "-out=plan"}, state...)...)
	var plan struct {
		Changes []struct {
			Address string
			Change  struct {
				Actions       []string
				Before, After map[string]any
				Importing     *struct{}
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(s.run(change, "show", "-json", "plan")), &plan); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range plan.Changes {
		if !want[c.Address] {
			continue
		}
		delete(want, c.Address)
		for _, key := range unread {
			delete(c.Change.Before, key)
			delete(c.Change.After, key)
		}
		if c.Change.Importing == nil || slices.Contains(c.Change.Actions, "create") || !maps.EqualFunc(c.Change.Before, c.Change.After, reflect.DeepEqual) {
			s.t.Errorf("%s is to be %v after its import:\n%v\n%v", c.Address, c.Change.Actions, c.Change.Before, c.Change.After)
		}
	}
	if len(want) > 0 {
		s.t.Errorf("not in the plan: %v", want)
	}
	if err := os.Remove(filepath.Join(s.folder, "imports.tf")); err != nil {
		s.t.Error(err)
	}
}

// unread are attributes that say how the provider works, and that no service
// holds: an import cannot bring them.
var unread = []string{"force_destroy", "close_on_deletion", "create_govcloud", "saml_metadata_document", "wait_for_completion"}

// importID is what names a resource in an import; "" for what the provider
// cannot import, or only to make it anew for a key that nobody can read.
func importID(r resource) string {
	text := func(name string) string { value, _ := r.Values[name].(string); return value }
	switch r.Type {
	case "aws_iam_group_membership", "aws_iam_user_login_profile", "aws_iam_access_key", "aws_iam_server_certificate", "aws_iam_security_token_service_preferences":
		return ""
	case "aws_iam_user_group_membership":
		return text("user") + "/" + fmt.Sprint(r.Values["groups"].([]any)[0])
	case "aws_iam_user_ssh_key":
		return text("username") + ":" + text("ssh_public_key_id") + ":" + text("encoding")
	case "aws_ssoadmin_managed_policy_attachments_exclusive", "aws_ssoadmin_customer_managed_policy_attachments_exclusive":
		return text("instance_arn") + "," + text("permission_set_arn")
	case "aws_iam_group_policy_attachment":
		return text("group") + "/" + text("policy_arn")
	}
	if id := text("id"); id != "" {
		return id
	}
	for _, name := range []string{"role_name", "user_name", "group_name"} {
		if value := text(name); value != "" {
			return value
		}
	}
	return text("arn")
}
