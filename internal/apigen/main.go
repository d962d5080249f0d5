// Command apigen turns AWS's contracts, api/models/*.json, into Go: for each
// service its structures, the shapes by which they describe themselves to the
// codecs, the interface of its operations, and a default that answers the
// operations nobody has built. It also lists, in docs/operations.md, which
// operations are built.
//
// Run it from the root: go run ./internal/apigen. With -check it writes nothing
// and fails when a file differs from what it would write.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	check := flag.Bool("check", false, "compare instead of write")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	files, err := generate(os.DirFS("."))
	if err != nil {
		return err
	}
	var stale []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		old, err := os.ReadFile(name)
		if err == nil && bytes.Equal(old, files[name]) {
			continue
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if check {
			stale = append(stale, fmt.Errorf("%s is not what the models say: run make generate", name))
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, files[name], 0o644); err != nil {
			return err
		}
	}
	return errors.Join(stale...)
}

// generate returns the text of every generated file, by its path from root.
func generate(root fs.FS) (map[string][]byte, error) {
	models, err := readModels(root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, m := range models {
		api, err := m.writeAPI()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.file, err)
		}
		shapes, err := m.writeShapes()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.file, err)
		}
		for name, text := range map[string]string{"types_gen.go": m.writeTypes(), "shapes_gen.go": shapes, "api_gen.go": api} {
			formatted, err := format.Source([]byte(text))
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", m.file, name, err)
			}
			files["internal/awsapi/"+m.pkg()+"/"+name] = formatted
		}
	}
	files["docs/operations.md"], err = operationsPage(root, models)
	return files, err
}
