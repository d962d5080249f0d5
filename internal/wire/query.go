package wire

import (
	"encoding/base64"
	"errors"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// decodeForm reads Query parameters: A.B for members, A.member.1 for lists,
// A.entry.1.key and A.entry.1.value for maps.
func decodeForm(s *Shape, body []byte, target any) error {
	if strings.Count(string(body), "&") > maxValues {
		return errors.New("The request has too many parameters") //nolint:staticcheck // shown to clients as it stands
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return errors.New("The request's parameters are not well-formed") //nolint:staticcheck // shown to clients as it stands
	}
	root, places := &formNode{}, 0
	for name, given := range values {
		dots := strings.Count(name, ".")
		if places += dots + 1; places > maxValues { // each is a node of the tree, whatever its name
			return errors.New("The request has too many parameters") //nolint:staticcheck // shown to clients as it stands
		}
		if dots <= maxDepth {
			root.put(strings.Split(name, "."), given[0])
		}
	}
	return build(s, root.tree(s), reflect.ValueOf(target).Elem(), "", true)
}

// formNode is a place in the tree that dotted names span.
type formNode struct {
	value    string
	given    bool // value was given
	children map[string]*formNode
}

func (n *formNode) put(path []string, value string) {
	if len(path) == 0 {
		n.value, n.given = value, true
		return
	}
	if n.children == nil {
		n.children = map[string]*formNode{}
	}
	child := n.children[path[0]]
	if child == nil {
		child = &formNode{}
		n.children[path[0]] = child
	}
	child.put(path[1:], value)
}

// tree is the node as the shape reads it; nil when nothing is there.
func (n *formNode) tree(s *Shape) any {
	switch s.Kind {
	case Structure:
		object := map[string]any{}
		for i := range s.Members {
			if child, ok := n.children[s.Members[i].Wire]; ok {
				object[s.Members[i].Wire] = child.tree(s.of(i))
			}
		}
		return object
	case List:
		items := []any{}
		for _, child := range n.numbered("member") {
			items = append(items, child.tree(s.element()))
		}
		return items
	case Map:
		object := map[string]any{}
		for _, entry := range n.numbered("entry") {
			key, value := entry.children["key"], entry.children["value"]
			if key != nil && value != nil {
				object[key.value] = value.tree(s.element())
			}
		}
		return object
	default:
		if !n.given {
			return nil
		}
		return n.value
	}
}

// numbered returns the children member.1, member.2, … up to the first gap.
// The bare form A.1 is understood too.
func (n *formNode) numbered(name string) []*formNode {
	holder := n.children[name]
	if holder == nil {
		holder = n
	}
	var all []*formNode
	for i := 1; ; i++ {
		child, ok := holder.children[strconv.Itoa(i)]
		if !ok {
			return all
		}
		all = append(all, child)
	}
}

// encodeXML writes a Query answer: <OpResponse><OpResult>…</OpResult>
// <ResponseMetadata><RequestId>…
func encodeXML(api *API, op *Operation, requestID string, out any) ([]byte, error) {
	w := &xmlWriter{out: make([]byte, 0, 1024)}
	w.raw("<" + op.Name + `Response xmlns="` + api.Namespace + `">`)
	if op.Output != &EmptyShape {
		w.raw("<" + op.Wrapper + ">")
		if err := w.members(op.Output, reflect.ValueOf(out).Elem()); err != nil {
			return nil, err
		}
		w.raw("</" + op.Wrapper + ">")
	}
	w.raw("<ResponseMetadata>")
	w.element("RequestId", requestID)
	w.raw("</ResponseMetadata></" + op.Name + "Response>")
	return w.out, nil
}

// encodeXMLError writes <ErrorResponse><Error>….
func encodeXMLError(api *API, requestID string, e *Error) []byte {
	kind := "Sender"
	if !e.Sender {
		kind = "Receiver"
	}
	w := &xmlWriter{}
	w.raw(`<ErrorResponse xmlns="` + api.Namespace + `"><Error>`)
	w.element("Type", kind)
	w.element("Code", e.Code)
	w.element("Message", e.Message)
	w.raw("</Error>")
	w.element("RequestId", requestID)
	w.raw("</ErrorResponse>")
	return w.out
}

// xmlWriter appends values in XML as their shapes describe them.
type xmlWriter struct{ out []byte }

func (w *xmlWriter) raw(text string) { w.out = append(w.out, text...) }

func (w *xmlWriter) element(name, text string) {
	w.raw("<" + name + ">")
	w.text(text)
	w.raw("</" + name + ">")
}

// members writes a structure's members. Absent lists of answers are written as
// empty elements, as AWS does.
func (w *xmlWriter) members(s *Shape, v reflect.Value) error {
	for i := range s.Members {
		field, of := v.Field(i), s.of(i)
		if absent(field) && (of.Kind != List || !w.showsEmpty(s.Members[i].Name)) {
			continue
		}
		if err := w.named(s.Members[i].Wire, of, field); err != nil {
			return err
		}
	}
	return nil
}

// showsEmpty tells the lists that a listing is about, which AWS writes even
// when they are empty, from those that belong to one resource, such as Tags.
func (w *xmlWriter) showsEmpty(name string) bool { return name != "Tags" }

func (w *xmlWriter) named(name string, s *Shape, v reflect.Value) error {
	w.raw("<" + name + ">")
	if err := w.value(s, v); err != nil {
		return err
	}
	w.raw("</" + name + ">")
	return nil
}

func (w *xmlWriter) value(s *Shape, v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch s.Kind {
	case Structure:
		return w.members(s, v)
	case List:
		for i := range v.Len() {
			if err := w.named("member", s.element(), v.Index(i)); err != nil {
				return err
			}
		}
	case Map:
		return w.entries(s, v)
	case Timestamp:
		w.raw(isoTime(v.Interface().(time.Time)))
	case Blob:
		w.raw(base64.StdEncoding.EncodeToString(v.Bytes()))
	case String:
		w.text(v.String())
	default:
		j := &jsonWriter{}
		if err := j.value(s, v); err != nil {
			return err
		}
		w.out = append(w.out, j.out...)
	}
	return nil
}
