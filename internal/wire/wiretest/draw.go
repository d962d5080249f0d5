package wiretest

import (
	"reflect"
	"strings"
	"time"

	"pgregory.net/rapid"

	"foyer/internal/wire"
)

// drawing makes values of a service's structures.
type drawing struct {
	service Service
	text    *rapid.Generator[string] // what strings are made of
	mark    string                   // begins every sensitive string
	coarse  bool                     // times have whole seconds
}

// documents are values that read the same however often they are written.
var documents = []string{`{"a":[1,true,null],"b":{"c":"d"}}`, `"text"`, `[]`, `5`, `{}`, `false`}

const tooDeep = 6 // structures that hold themselves end here

// value draws a value into target.
func (d drawing) value(t *rapid.T, shape *wire.Shape, target reflect.Value, depth int) {
	switch shape.Kind {
	case wire.Structure:
		d.structure(t, shape, target, depth)
	case wire.List:
		n := rapid.IntRange(0, 2).Draw(t, shape.Name)
		list := reflect.MakeSlice(target.Type(), n, n)
		for i := range n {
			d.value(t, &d.service.Shapes[shape.Element], list.Index(i), depth+1)
		}
		target.Set(list)
	case wire.Map:
		entries := reflect.MakeMap(target.Type())
		for range rapid.IntRange(0, 2).Draw(t, shape.Name) {
			value := reflect.New(target.Type().Elem()).Elem()
			d.value(t, &d.service.Shapes[shape.Element], value, depth+1)
			entries.SetMapIndex(reflect.ValueOf(d.word(t, &d.service.Shapes[shape.Key])), value)
		}
		target.Set(entries)
	default:
		d.scalar(t, shape, target)
	}
}

func (d drawing) structure(t *rapid.T, shape *wire.Shape, target reflect.Value, depth int) {
	only := -1
	if shape.Union {
		only = rapid.IntRange(0, len(shape.Members)-1).Draw(t, shape.Name)
	}
	for i, member := range shape.Members {
		field := target.Field(i)
		given := member.Required || i == only || only < 0 && depth < tooDeep && rapid.Bool().Draw(t, member.Name)
		switch {
		case !given:
		case field.Kind() == reflect.Pointer:
			if depth < tooDeep || member.Required {
				field.Set(reflect.New(field.Type().Elem()))
				d.value(t, &d.service.Shapes[member.Of], field.Elem(), depth+1)
			}
		default:
			d.value(t, &d.service.Shapes[member.Of], field, depth+1)
		}
	}
}

func (d drawing) scalar(t *rapid.T, shape *wire.Shape, target reflect.Value) {
	switch shape.Kind {
	case wire.String:
		target.SetString(d.word(t, shape))
	case wire.Boolean:
		target.SetBool(rapid.Bool().Draw(t, shape.Name))
	case wire.Integer:
		target.SetInt(rapid.Int64().Draw(t, shape.Name))
	case wire.Double:
		target.SetFloat(rapid.Float64Range(-1e9, 1e9).Draw(t, shape.Name))
	case wire.Timestamp:
		millis := rapid.Int64Range(0, 4e12).Draw(t, shape.Name)
		if d.coarse || shape.ISO {
			millis -= millis % 1000
		}
		target.Set(reflect.ValueOf(time.UnixMilli(millis).UTC()))
	case wire.Blob:
		target.SetBytes([]byte(d.word(t, shape)))
	case wire.Any:
		target.SetBytes([]byte(rapid.SampledFrom(documents).Draw(t, shape.Name)))
	default:
		t.Fatalf("shape %s is no scalar", shape.Name)
	}
}

func (d drawing) word(t *rapid.T, shape *wire.Shape) string {
	if len(shape.Enum) > 0 && !shape.Sensitive {
		return rapid.SampledFrom(shape.Enum).Draw(t, shape.Name)
	}
	text := strings.ToValidUTF8(d.text.Draw(t, shape.Name), "?")
	if shape.Sensitive {
		return d.mark + text
	}
	return text
}
