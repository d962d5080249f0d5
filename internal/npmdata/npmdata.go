// Package npmdata brings data that others publish as npm packages to the
// generators that embed it.
package npmdata

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Bounds on what is read from outside.
const (
	maxArchive = 64 << 20
	maxTime    = 5 * time.Minute
)

// Package is one version of a package, pinned.
type Package struct {
	URL       string // of its archive at the registry
	Integrity string // its SHA-512 digest in base64, as the registry states it
}

// Read calls each with the files of p's archive, in its order, until each
// fails. The archive is the file from (what npm pack makes), or else the
// registry's; either is held to the digest.
func (p Package) Read(ctx context.Context, from string, each func(name string, content io.Reader) error) error {
	archive, err := p.obtain(ctx, from)
	if err != nil {
		return err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.URL, err)
		}
		if err := each(header.Name, files); err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
	}
}

func (p Package) obtain(ctx context.Context, from string) (archive []byte, err error) {
	if from == "" {
		from = p.URL
		archive, err = p.fetch(ctx)
	} else {
		archive, err = os.ReadFile(from)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha512.Sum512(archive); base64.StdEncoding.EncodeToString(sum[:]) != p.Integrity {
		return nil, errors.New(from + " is not the package that is pinned")
	}
	return archive, nil
}

func (p Package) fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it is only read
	archive, err := io.ReadAll(io.LimitReader(answer.Body, maxArchive))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", p.URL, answer.Status)
	}
	return archive, err
}

// Keep makes file what content says, or with check fails when it differs.
func Keep(file string, content []byte, check bool) error {
	if !check {
		return os.WriteFile(file, content, 0o644)
	}
	there, err := os.ReadFile(file)
	if err == nil && !bytes.Equal(there, content) {
		err = errors.New(file + " differs from its source: run make generate")
	}
	return err
}
