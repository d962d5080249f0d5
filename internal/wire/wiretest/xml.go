package wiretest

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/internal/wire"
)

// element is an XML element as a client reads it.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

func parseXML(body []byte) (element, error) {
	var root element
	dec := xml.NewDecoder(strings.NewReader(string(body)))
	if err := dec.Decode(&root); err != nil {
		return root, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return root, errors.New("there is more behind the root element")
	}
	return root, nil
}

func (e element) child(name string) (element, bool) {
	for _, child := range e.Children {
		if child.XMLName.Local == name {
			return child, true
		}
	}
	return element{}, false
}

// readXML reads an answer of op into target.
func (s Service) readXML(op *wire.Operation, body []byte, target reflect.Value) error {
	root, err := parseXML(body)
	if err != nil {
		return err
	}
	meta, _ := root.child("ResponseMetadata")
	if id, _ := meta.child("RequestId"); root.XMLName.Local != op.Name+"Response" || root.XMLName.Space != s.API.Namespace || id.Text != requestID {
		return fmt.Errorf("the root is %v, the request id %q", root.XMLName, id.Text)
	}
	if op.Output == &wire.EmptyShape {
		return nil
	}
	result, ok := root.child(op.Name + "Result")
	if !ok {
		return errors.New("there is no result")
	}
	return s.fromXML(result, op.Output, target)
}

func (s Service) fromXML(e element, shape *wire.Shape, target reflect.Value) error {
	if target.Kind() == reflect.Pointer {
		target.Set(reflect.New(target.Type().Elem()))
		target = target.Elem()
	}
	switch shape.Kind {
	case wire.Structure:
		for i, member := range shape.Members {
			if child, ok := e.child(member.Wire); ok {
				if err := s.fromXML(child, &s.Shapes[member.Of], target.Field(i)); err != nil {
					return fmt.Errorf("%s: %w", member.Name, err)
				}
			}
		}
		return nil
	case wire.List:
		list := reflect.MakeSlice(target.Type(), len(e.Children), len(e.Children))
		for i, child := range e.Children {
			if child.XMLName.Local != "member" {
				return fmt.Errorf("a list holds <%s>", child.XMLName.Local)
			}
			if err := s.fromXML(child, &s.Shapes[shape.Element], list.Index(i)); err != nil {
				return err
			}
		}
		target.Set(list)
		return nil
	case wire.Map:
		return s.entriesFromXML(e, shape, target)
	default:
		return scalarFromText(e.Text, shape, target)
	}
}

func (s Service) entriesFromXML(e element, shape *wire.Shape, target reflect.Value) error {
	entries := reflect.MakeMap(target.Type())
	for _, entry := range e.Children {
		key, hasKey := entry.child("key")
		value, hasValue := entry.child("value")
		if entry.XMLName.Local != "entry" || !hasKey || !hasValue {
			return fmt.Errorf("a map holds <%s>", entry.XMLName.Local)
		}
		read := reflect.New(target.Type().Elem()).Elem()
		if err := s.fromXML(value, &s.Shapes[shape.Element], read); err != nil {
			return err
		}
		entries.SetMapIndex(reflect.ValueOf(key.Text), read)
	}
	target.Set(entries)
	return nil
}

func scalarFromText(text string, shape *wire.Shape, target reflect.Value) error {
	switch shape.Kind {
	case wire.Boolean:
		target.SetBool(text == "true")
		return nil
	case wire.Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		target.SetInt(n)
		return err
	case wire.Double:
		f, err := strconv.ParseFloat(text, 64)
		target.SetFloat(f)
		return err
	case wire.Timestamp:
		at, err := time.Parse("2006-01-02T15:04:05Z", text)
		target.Set(reflect.ValueOf(at))
		return err
	case wire.Blob:
		raw, err := base64.StdEncoding.DecodeString(text)
		target.SetBytes(raw)
		return err
	default:
		target.SetString(text)
		return nil
	}
}

// xmlError reads an error answer.
func (s Service) xmlError(t *testing.T, code string, got *wire.Outbound) {
	t.Helper()
	root, err := parseXML(got.Body)
	if err != nil {
		t.Errorf("error %s: %v: %s", code, err, got.Body)
		return
	}
	detail, _ := root.child("Error")
	id, _ := root.child("RequestId")
	kind, _ := detail.child("Type")
	said, _ := detail.child("Code")
	message, _ := detail.child("Message")
	wantKind := "Sender"
	if got.Status >= 500 {
		wantKind = "Receiver"
	}
	if root.XMLName.Local != "ErrorResponse" || kind.Text != wantKind || said.Text != code || message.Text != "a <b> & \"c\"" || id.Text != requestID {
		t.Errorf("error %s answered %s", code, got.Body)
	}
}
