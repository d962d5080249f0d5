package wire

import (
	"encoding/json"
	"maps"
	"slices"
)

// member appends "name":"text" to the object being written.
func (w *jsonWriter) member(name, text string) {
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.text(name)
	w.out = append(w.out, ':')
	w.text(text)
}

// fields appends an error's further members, by name. Their values are our
// own: strings, numbers, and lists and maps of those.
func (w *jsonWriter) fields(fields map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if text, ok := fields[name].(string); ok {
			w.member(name, text)
			continue
		}
		raw, err := json.Marshal(fields[name])
		if err != nil {
			continue // not a value an error can hold
		}
		if len(w.out) > 1 {
			w.out = append(w.out, ',')
		}
		w.text(name)
		w.out = append(append(w.out, ':'), raw...)
	}
}
