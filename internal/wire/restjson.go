package wire

import (
	"net/textproto"
	"reflect"
	"strings"
	"unicode"
)

// decodeREST reads members from the query, the headers and the body.
func decodeREST(s *Shape, in *Inbound, target any) error {
	v := reflect.ValueOf(target).Elem()
	if err := decodeRESTBody(s, in.Body, v); err != nil {
		return err
	}
	for i := range s.Members {
		m := &s.Members[i]
		var values []string
		switch m.In {
		case InQuery:
			values = in.Query[m.Wire]
		case InHeader:
			values = in.Header[textproto.CanonicalMIMEHeaderKey(m.Wire)]
		default:
			continue
		}
		if len(values) == 0 {
			continue
		}
		if err := build(s.of(i), values[0], v.Field(i), m.Wire, true); err != nil {
			return err
		}
	}
	return nil
}

func decodeRESTBody(s *Shape, body []byte, v reflect.Value) error {
	tree, err := parseJSON(body)
	if err != nil || tree == nil {
		return err
	}
	if s.Payload == "" {
		if object, ok := tree.(map[string]any); ok { // the body speaks for body members only
			for i := range s.Members {
				if s.Members[i].In != InBody {
					delete(object, s.Members[i].Wire)
				}
			}
		}
		return build(s, tree, v, "", false)
	}
	for i := range s.Members {
		if s.Members[i].Name == s.Payload {
			return build(s.of(i), tree, v.Field(i), "", false)
		}
	}
	return nil
}

// encodeRESTBody writes the answer's body; none for an operation without output.
func encodeRESTBody(op *Operation, out any) ([]byte, error) {
	if op.Output == &EmptyShape {
		return nil, nil
	}
	w := &jsonWriter{out: make([]byte, 0, 512)}
	if op.Output.Payload == "" {
		err := w.value(op.Output, reflect.ValueOf(out))
		return w.out, err
	}
	for i := range op.Output.Members {
		if op.Output.Members[i].Name == op.Output.Payload {
			err := w.value(op.Output.of(i), reflect.ValueOf(out).Elem().Field(i))
			return w.out, err
		}
	}
	return w.out, nil
}

// portalTypePrefix is how the portal API (service "sso") names its errors' types.
const portalTypePrefix = "com.amazonaws.switchboard.portal#"

// encodeRESTError writes an error's body. The OAuth service has members of its
// own instead of a message (RFC 6749, section 5.2).
func encodeRESTError(api *API, e *Error) []byte {
	switch api.Name {
	case "sso-oidc":
		return oauthError(e)
	case "sso":
		return errorObject(api, e, portalTypePrefix+e.Code, "message")
	default:
		return errorObject(api, e, "", "message")
	}
}

func oauthError(e *Error) []byte {
	fields := map[string]any{"error": oauthCode(e.Code), "error_description": e.Message}
	if e.Code == "NotImplemented" {
		fields["message"] = e.Message // AWS has no such error: let every client show it
	}
	for name, value := range e.Fields {
		fields[name] = value
	}
	w := &jsonWriter{out: []byte{'{'}}
	w.fields(fields)
	w.out = append(w.out, '}')
	return w.out
}

// oauthCode is the OAuth error code of an exception: invalid_grant of
// InvalidGrantException.
func oauthCode(code string) string {
	switch code {
	case "InternalServerException":
		return "server_error"
	case "InvalidRequestRegionException": // OAuth knows no regions
		return "invalid_request"
	}
	var out strings.Builder
	for i, r := range strings.TrimSuffix(code, "Exception") {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
