package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// newerModels are services whose operations the packaged AWS CLI does not all
// know yet.
var newerModels = []string{"accessanalyzer", "sso-admin", "sso-oidc"}

// addModels teaches an AWS CLI with this home the operations of newerModels,
// putting the models where `aws configure add-model` puts them.
func addModels(home string) error {
	for _, service := range newerModels {
		text, err := os.ReadFile(filepath.Join("..", "..", "api", "models", service+".json"))
		if err != nil {
			return err
		}
		version, model, err := cliModel(text)
		if err != nil {
			return fmt.Errorf("model of %s: %w", service, err)
		}
		folder := filepath.Join(home, ".aws", "models", service, version)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "service-2.json"), model, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// cliModel is one of our models in the words of the CLI, where an operation's
// errors are shapes and not names.
func cliModel(text []byte) (version string, model []byte, err error) {
	var m struct {
		Metadata   map[string]string         `json:"metadata"`
		Operations map[string]map[string]any `json:"operations"`
		Shapes     json.RawMessage           `json:"shapes"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return "", nil, err
	}
	for _, operation := range m.Operations {
		names, _ := operation["errors"].([]any)
		shapes := make([]map[string]any, len(names))
		for i, name := range names {
			shapes[i] = map[string]any{"shape": name}
		}
		operation["errors"] = shapes
	}
	model, err = json.Marshal(m)
	return m.Metadata["apiVersion"], model, err
}
