package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
)

// model is one service's contract, as api/models/*.json hold it.
type model struct {
	file     string // sso-admin
	Metadata struct {
		APIVersion, Protocol, JSONVersion, TargetPrefix, ServiceID, SigningName, EndpointPrefix, XMLNamespace string
	}
	Operations map[string]operation
	Shapes     map[string]shape
}

type operation struct {
	Name string
	HTTP struct {
		Method, RequestURI string
		ResponseCode       int
	}
	Input, Output *reference
	Errors        []string
	AuthType      string
	ReadOnly      *bool
}

type reference struct {
	Shape         string
	ResultWrapper string
	LocationName  string
	Location      string
}

type shape struct {
	Type            string
	Members         map[string]reference
	order           []string // of Members, as the file has them
	Member          *reference
	Key, Value      *reference
	Required        []string
	Min, Max        *float64
	Pattern         string
	Enum            []string
	Sensitive       bool
	Union           bool
	Document        bool
	Exception       bool
	Fault           bool
	Payload         string
	TimestampFormat string
	Error           *struct {
		Code           string
		HTTPStatusCode int
		SenderFault    bool
	}
}

// UnmarshalJSON reads a shape and the order of its members.
func (s *shape) UnmarshalJSON(text []byte) error {
	type plain shape
	if err := json.Unmarshal(text, (*plain)(s)); err != nil {
		return err
	}
	var ordered struct{ Members json.RawMessage }
	if err := json.Unmarshal(text, &ordered); err != nil || ordered.Members == nil {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(ordered.Members)))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		s.order = append(s.order, name.(string))
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return err
		}
	}
	return nil
}

// readModels reads every contract below api/models of root.
func readModels(root fs.FS) ([]*model, error) {
	files, err := fs.Glob(root, "api/models/*.json")
	if err != nil {
		return nil, err
	}
	var models []*model
	for _, file := range files {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return nil, err
		}
		m := &model{file: strings.TrimSuffix(path.Base(file), ".json")}
		if err := json.Unmarshal(text, m); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		models = append(models, m)
	}
	return models, nil
}

// pkg is the Go package of the service: "sso-admin" lives in ssoadminapi.
func (m *model) pkg() string { return strings.ReplaceAll(m.file, "-", "") + "api" }

// signingName is the service in a credential scope.
func (m *model) signingName() string {
	if m.Metadata.SigningName != "" {
		return m.Metadata.SigningName
	}
	return m.Metadata.EndpointPrefix
}

// eventSources are the sources of audit events that are not named after the
// service's endpoint.
var eventSources = map[string]string{"sso": "sso.amazonaws.com", "sso-oidc": "sso-oauth.amazonaws.com", "accessanalyzer": "access-analyzer.amazonaws.com", "foyer": "foyer"}

func (m *model) eventSource() string {
	if source, ok := eventSources[m.file]; ok {
		return source
	}
	return m.Metadata.EndpointPrefix + ".amazonaws.com"
}

// structures lists the structure shapes, by name.
func (m *model) structures() []string {
	var names []string
	for name, s := range m.Shapes {
		if s.Type == "structure" && !s.Document {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (m *model) operationNames() []string {
	names := make([]string, 0, len(m.Operations))
	for name := range m.Operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// readVerbs begin the names of operations that change nothing.
var readVerbs = []string{"Get", "List", "Describe", "Simulate", "Lookup", "Validate", "Check", "Is", "Decode"}

// readOnly reports whether an operation changes nothing that Foyer keeps, as
// CloudTrail says it. Issuing temporary credentials changes nothing.
func (m *model) readOnly(name string, op operation) bool {
	if op.ReadOnly != nil {
		return *op.ReadOnly
	}
	if m.file == "sts" {
		return true
	}
	return slices.ContainsFunc(readVerbs, func(verb string) bool {
		rest, ok := strings.CutPrefix(name, verb)
		return ok && rest != "" && unicode.IsUpper(rune(rest[0]))
	})
}

func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
