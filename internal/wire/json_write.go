package wire

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// jsonWriter appends values in JSON as their shapes describe them.
type jsonWriter struct {
	out    []byte
	lower  bool   // write member names with a small first letter, as audit events do
	hide   string // what stands for sensitive values; "" shows them
	isoAll bool   // write all timestamps in ISO 8601
}

// value appends v. Absent members (nil pointers, slices and maps) are left out
// of structures; a slice that is empty but not nil is written.
func (w *jsonWriter) value(s *Shape, v reflect.Value) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			w.out = append(w.out, "null"...)
			return nil
		}
		v = v.Elem()
	}
	if w.hide != "" && s.Sensitive {
		w.text(w.hide)
		return nil
	}
	switch s.Kind {
	case Structure:
		return w.structure(s, v)
	case List:
		return w.list(s, v)
	case Map:
		return w.dictionary(s, v)
	case Any:
		raw, err := Document(v.Bytes()).MarshalJSON()
		w.out = append(w.out, raw...)
		return err
	case String:
		w.text(v.String())
	case Boolean:
		w.out = strconv.AppendBool(w.out, v.Bool())
	case Integer:
		w.out = strconv.AppendInt(w.out, v.Int(), 10)
	case Double:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%s: %v is no JSON number", s.Name, f)
		}
		w.out = strconv.AppendFloat(w.out, v.Float(), 'g', -1, 64)
	case Timestamp:
		w.time(s, v.Interface().(time.Time))
	case Blob:
		w.text(base64.StdEncoding.EncodeToString(v.Bytes()))
	}
	return nil
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil()
	default:
		return false
	}
}

func (w *jsonWriter) structure(s *Shape, v reflect.Value) error {
	w.out = append(w.out, '{')
	first := true
	for i := range s.Members {
		field := v.Field(i)
		if absent(field) {
			continue
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		name := s.Members[i].Wire
		if w.lower {
			name = lowerFirst(s.Members[i].Name)
		}
		w.text(name)
		w.out = append(w.out, ':')
		if err := w.value(s.of(i), field); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

func lowerFirst(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}

func (w *jsonWriter) list(s *Shape, v reflect.Value) error {
	w.out = append(w.out, '[')
	for i := range v.Len() {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.value(s.element(), v.Index(i)); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *jsonWriter) dictionary(s *Shape, v reflect.Value) error {
	names := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		names = append(names, k.String())
	}
	slices.Sort(names)
	w.out = append(w.out, '{')
	for i, name := range names {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.text(name)
		w.out = append(w.out, ':')
		if err := w.value(s.element(), v.MapIndex(reflect.ValueOf(name))); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

// time writes epoch seconds with at most three decimals, or ISO 8601.
func (w *jsonWriter) time(s *Shape, at time.Time) {
	if s.ISO || w.isoAll {
		w.text(isoTime(at))
		return
	}
	w.out = strconv.AppendFloat(w.out, float64(at.UnixMilli())/1000, 'f', -1, 64)
}

func isoTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

const hexDigits = "0123456789abcdef"

// text writes a JSON string (RFC 8259, section 7). Bytes that are not UTF-8
// become the replacement character.
func (w *jsonWriter) text(s string) {
	w.out = append(w.out, '"')
	plain := 0 // where what needs no care begins
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < utf8.RuneSelf && !careful[c] {
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size - 1
				continue
			}
		}
		w.out = append(w.out, s[plain:i]...)
		plain = i + 1
		switch {
		case c == '"' || c == '\\':
			w.out = append(w.out, '\\', c)
		case c == '\n':
			w.out = append(w.out, '\\', 'n')
		case c >= utf8.RuneSelf: // not UTF-8
			w.out = utf8.AppendRune(w.out, utf8.RuneError)
		default:
			w.out = append(w.out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	w.out = append(w.out, s[plain:]...)
	w.out = append(w.out, '"')
}

// careful are the ASCII characters that JSON escapes, and those that are
// escaped so that no browser takes an answer for a page.
var careful = func() (set [utf8.RuneSelf]bool) {
	for c := range byte(0x20) {
		set[c] = true
	}
	for _, c := range []byte("\"\\<>&\x7f") {
		set[c] = true
	}
	return set
}()

// Record writes value, which s describes, in JSON for an audit event: names
// with a small first letter, sensitive values hidden, times in ISO 8601.
func Record(s *Shape, value any) ([]byte, error) {
	w := &jsonWriter{lower: true, hide: "HIDDEN_DUE_TO_SECURITY_REASONS", isoAll: true}
	err := w.value(s, reflect.ValueOf(value))
	return w.out, err
}
