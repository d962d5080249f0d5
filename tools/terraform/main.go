// Command terraform builds OpenTofu and the AWS provider of Terraform from
// their modules, for the tests that drive Foyer with them: neither can be had
// as a binary from a registry of Go or Debian.
//
// Their source is built as it is, but for lists of what they offer: of the
// provider's 270 services those that Foyer serves stay, of OpenTofu's backends
// those that keep state in files. So the build takes minutes and not an hour.
//
//	go run ./terraform DIR
package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A part is a program built from a module, with lists in some files cut down.
type part struct {
	module, version string // the module's sums are checked by Go's checksum database
	command         string // package in the module
	binary          string
	cuts            map[string]cut // by file
}

// A cut takes away the matches of a pattern whose first group is not kept.
type cut struct {
	pattern *regexp.Regexp
	kept    []string
}

// services are those of the provider's that Foyer serves, by package.
var services = []string{"account", "iam", "identitystore", "organizations", "ssoadmin", "sts"}

// clients are the SDK's packages that the provider needs besides.
var clients = append([]string{"resourcegroupstaggingapi", "s3"}, services...)

var parts = []part{
	{
		module: "github.com/opentofu/opentofu", version: "v1.10.10", command: "./cmd/tofu", binary: "tofu",
		cuts: map[string]cut{
			"internal/backend/init/init.go": {
				regexp.MustCompile(`(?m)^\t(?:backend\w+ "[^"]*/remote-state/(\w+)"|\t"\w+": .*\bbackend(Azure|Consul|Cos|GCS|Kubernetes|OSS|Pg|S3)\.New.*)\n`),
				[]string{"http", "inmem"},
			},
			"internal/encryption/default_registry.go": {
				regexp.MustCompile(`(?m)^\t(?:"[^"]*/keyprovider/(\w+_kms)"\n|if err := \w+\.RegisterKeyProvider\((\w+_kms)\.New\(\)\); err != nil \{\n.*\n\t\}\n)`),
				nil,
			},
		},
	},
	{
		module: "github.com/hashicorp/terraform-provider-aws", version: "v1.60.1-0.20260602190131-5f2286d6d836", command: ".", binary: "terraform-provider-aws",
		cuts: map[string]cut{
			"internal/provider/sdkv2/service_packages_gen.go": {
				regexp.MustCompile(`(?m)^\t(?:"github.com/hashicorp/terraform-provider-aws/internal/service/(\w+)"|\t(\w+)\.ServicePackage\(ctx\),)\n`),
				services,
			},
			"internal/conns/awsclient_gen.go": {
				regexp.MustCompile(`(?m)^(?:\t(?:\w+ )?"github.com/aws/aws-sdk-go-v2/service/(\w+)"\n|func \(c \*AWSClient\) \w+\(ctx context\.Context\) \*(\w+)\.Client \{\n.*\n\}\n\n?)`),
				clients,
			},
		},
	},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: terraform DIR")
	}
	folder, err := filepath.Abs(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range parts {
		if err := p.build(folder); err != nil {
			log.Fatalf("build %s: %v", p.binary, err)
		}
	}
}

// build leaves the part in a folder, unless it is there in this version.
func (p part) build(folder string) error {
	binary, stamp := filepath.Join(folder, p.binary), filepath.Join(folder, p.binary+".version")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == p.version {
		return nil
	}
	archive, err := p.download()
	if err != nil {
		return err
	}
	source := filepath.Join(folder, "source")
	defer os.RemoveAll(source)
	if err := p.extract(archive, source); err != nil {
		return err
	}
	for file, c := range p.cuts {
		if err := c.apply(filepath.Join(source, file)); err != nil {
			return err
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, p.command)
	build.Dir, build.Env, build.Stderr = source, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off"), os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	return os.WriteFile(stamp, []byte(p.version), 0o600)
}

// download brings the module into Go's cache, and answers where its archive is.
func (p part) download() (string, error) {
	download := exec.Command("go", "mod", "download", "-json", p.module+"@"+p.version)
	download.Dir = os.TempDir()
	out, err := download.Output()
	var answer struct{ Zip, Error string }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil {
		return "", errors.Join(err, jsonErr)
	}
	if answer.Error != "" {
		return "", errors.New(answer.Error)
	}
	return answer.Zip, err
}

// extract unpacks the module's archive, but for its tests.
func (p part) extract(archive, to string) error {
	files, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer files.Close()
	for _, file := range files.File {
		name, inside := strings.CutPrefix(file.Name, p.module+"@"+p.version+"/")
		if !inside || !filepath.IsLocal(name) || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if err := write(file, filepath.Join(to, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func write(file *zip.File, to string) error {
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// apply cuts a file, which must have something to cut.
func (c cut) apply(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	short := c.pattern.ReplaceAllFunc(text, func(match []byte) []byte {
		for _, group := range c.pattern.FindSubmatch(match)[1:] {
			if slices.Contains(c.kept, string(group)) {
				return match
			}
		}
		return nil
	})
	if len(short) == len(text) {
		return fmt.Errorf("%s: nothing to cut", file)
	}
	return os.WriteFile(file, short, 0o600)
}
