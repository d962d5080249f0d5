package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A tree is a decoded document: map[string]any, []any, string, json.Number,
// bool, or nil for null. Each format yields one; build turns it into the
// generated structure that the shape describes.

// build fills target, which a shape describes, from a tree. path names the
// place for messages; loose says that scalars come as text.
func build(s *Shape, tree any, target reflect.Value, path string, loose bool) error {
	if target.Kind() == reflect.Pointer {
		value := reflect.New(target.Type().Elem())
		if err := build(s, tree, value.Elem(), path, loose); err != nil {
			return err
		}
		target.Set(value)
		return nil
	}
	switch s.Kind {
	case Structure:
		return buildStructure(s, tree, target, path, loose)
	case List:
		return buildList(s, tree, target, path, loose)
	case Map:
		return buildMap(s, tree, target, path, loose)
	case Any:
		text, err := json.Marshal(tree)
		if err != nil {
			return unreadable(path, "a document")
		}
		target.SetBytes(text)
		return nil
	default:
		return buildScalar(s, tree, target, path, loose)
	}
}

func unreadable(path, want string) error {
	if path == "" {
		path = "The request body"
	}
	return fmt.Errorf("%s can not be read as %s", path, want)
}

func buildStructure(s *Shape, tree any, target reflect.Value, path string, loose bool) error {
	object, ok := tree.(map[string]any)
	if !ok {
		return unreadable(path, "a structure")
	}
	for i := range s.Members { // in the model's order, so that a refusal reads the same every time
		name := s.Members[i].Wire
		value := object[name]
		if value == nil {
			continue
		}
		if err := build(s.of(i), value, target.Field(i), join(path, name), loose); err != nil {
			return err
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func buildList(s *Shape, tree any, target reflect.Value, path string, loose bool) error {
	items, ok := tree.([]any)
	if !ok {
		return unreadable(path, "a list")
	}
	list := reflect.MakeSlice(target.Type(), 0, len(items))
	for i, item := range items {
		if item == nil {
			continue // AWS drops null elements of lists that are not sparse
		}
		value := reflect.New(target.Type().Elem()).Elem()
		if err := build(s.element(), item, value, path+"."+strconv.Itoa(i+1)+".member", loose); err != nil {
			return err
		}
		list = reflect.Append(list, value)
	}
	target.Set(list)
	return nil
}

func buildMap(s *Shape, tree any, target reflect.Value, path string, loose bool) error {
	object, ok := tree.(map[string]any)
	if !ok {
		return unreadable(path, "a map")
	}
	entries := reflect.MakeMapWithSize(target.Type(), len(object))
	for name, item := range object {
		if item == nil {
			continue
		}
		value := reflect.New(target.Type().Elem()).Elem()
		if err := build(s.element(), item, value, join(path, name), loose); err != nil {
			return err
		}
		entries.SetMapIndex(reflect.ValueOf(name), value)
	}
	target.Set(entries)
	return nil
}

func buildScalar(s *Shape, tree any, target reflect.Value, path string, loose bool) error {
	switch s.Kind {
	case String:
		text, ok := tree.(string)
		if !ok {
			return unreadable(path, "a string")
		}
		target.SetString(strings.ToValidUTF8(text, "\ufffd")) // as JSON does; PostgreSQL stores nothing else
	case Boolean:
		b, ok := tree.(bool)
		if text, isText := tree.(string); isText && loose {
			b, ok = text == "true", text == "true" || text == "false"
		}
		if !ok {
			return unreadable(path, "a boolean")
		}
		target.SetBool(b)
	case Blob:
		text, ok := tree.(string)
		raw, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil {
			return unreadable(path, "base64")
		}
		target.SetBytes(raw)
	case Timestamp:
		return buildTime(tree, target, path)
	default:
		return buildNumber(s, tree, target, path, loose)
	}
	return nil
}

func buildNumber(s *Shape, tree any, target reflect.Value, path string, loose bool) error {
	number, ok := tree.(json.Number)
	if text, isText := tree.(string); isText && loose {
		number, ok = json.Number(text), true
	}
	if !ok {
		return unreadable(path, "a number")
	}
	if s.Kind == Double {
		f, err := number.Float64()
		if err != nil {
			return unreadable(path, "a number")
		}
		target.SetFloat(f)
		return nil
	}
	n, err := number.Int64()
	if f, floatErr := number.Float64(); err != nil && floatErr == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		n, err = int64(f), nil // 1e3 and 5.0 are integers too
	}
	if err != nil {
		return unreadable(path, "an integer")
	}
	target.SetInt(n)
	return nil
}

// buildTime reads epoch seconds, with a fraction, or ISO 8601.
func buildTime(tree any, target reflect.Value, path string) error {
	var at time.Time
	switch v := tree.(type) {
	case json.Number:
		seconds, err := v.Float64()
		if err != nil || math.Abs(seconds) > 1e11 {
			return unreadable(path, "a timestamp")
		}
		at = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	case string:
		parsed, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return unreadable(path, "a timestamp")
		}
		at = parsed.UTC()
	default:
		return unreadable(path, "a timestamp")
	}
	target.Set(reflect.ValueOf(at))
	return nil
}
