package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// decodeJSON reads an AWS JSON body. An empty body is an empty object.
func decodeJSON(s *Shape, body []byte, target any) error {
	tree, err := parseJSON(body)
	if err != nil {
		return err
	}
	if tree == nil {
		return nil
	}
	return build(s, tree, reflect.ValueOf(target).Elem(), "", false)
}

var errMalformed = errors.New("The request body is not well-formed JSON") //nolint:staticcheck // shown to clients as it stands

// parseJSON reads one JSON value of bounded depth, and nothing behind it.
func parseJSON(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if tooDeep(body) {
		return nil, errors.New("The request body is nested too deep") //nolint:staticcheck // shown to clients as it stands
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, errMalformed
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errMalformed
	}
	return tree, nil
}

// tooDeep looks at brackets outside of strings only.
func tooDeep(body []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
