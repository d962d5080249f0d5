package wiretest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"foyer/internal/wire"
)

// scalarText is a scalar as forms, headers, query strings and XML hold it.
func scalarText(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case time.Time:
		return value.Format(time.RFC3339Nano)
	case []byte:
		return base64.StdEncoding.EncodeToString(value)
	case wire.Document:
		return string(value)
	default:
		return fmt.Sprint(value)
	}
}

// addForm writes a value as an SDK writes Query parameters. An empty list, map
// or structure is written as an empty value.
func (s Service) addForm(form url.Values, name string, shape *wire.Shape, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	before := len(form)
	switch shape.Kind {
	case wire.Structure:
		for i, member := range shape.Members {
			field := v.Field(i)
			if nilable(field) && field.IsNil() {
				continue
			}
			s.addForm(form, dotted(name, member.Wire), &s.Shapes[member.Of], field)
		}
	case wire.List:
		for i := range v.Len() {
			s.addForm(form, name+".member."+strconv.Itoa(i+1), &s.Shapes[shape.Element], v.Index(i))
		}
	case wire.Map:
		for i, key := range v.MapKeys() {
			entry := name + ".entry." + strconv.Itoa(i+1)
			form.Set(entry+".key", key.String())
			s.addForm(form, entry+".value", &s.Shapes[shape.Element], v.MapIndex(key))
		}
	default:
		form.Set(name, scalarText(v))
		return
	}
	if len(form) == before && name != "" {
		form.Set(name, "")
	}
}

func dotted(name, member string) string {
	if name == "" {
		return member
	}
	return name + "." + member
}

func nilable(v reflect.Value) bool {
	return v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice || v.Kind() == reflect.Map
}
