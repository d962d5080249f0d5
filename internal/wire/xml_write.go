package wire

import (
	"reflect"
	"slices"
	"unicode/utf8"
)

// entries writes a map by its keys' order.
func (w *xmlWriter) entries(s *Shape, v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	for _, key := range keys {
		w.raw("<entry>")
		w.element("key", key.String())
		if err := w.named("value", s.element(), v.MapIndex(key)); err != nil {
			return err
		}
		w.raw("</entry>")
	}
	return nil
}

// text writes character data. What XML 1.0 cannot hold (section 2.2) becomes
// the replacement character.
func (w *xmlWriter) text(s string) {
	for _, r := range s {
		switch {
		case r == '&':
			w.raw("&amp;")
		case r == '<':
			w.raw("&lt;")
		case r == '>':
			w.raw("&gt;")
		case r == '"':
			w.raw("&#34;")
		case r == '\r':
			w.raw("&#xD;")
		case r < 0x20 && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			w.out = utf8.AppendRune(w.out, utf8.RuneError)
		default:
			w.out = utf8.AppendRune(w.out, r)
		}
	}
}
