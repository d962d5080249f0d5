package wire

import (
	"reflect"
)

// encodeJSONBody writes an AWS JSON answer. Operations without output answer
// with an empty object.
func encodeJSONBody(op *Operation, out any) ([]byte, error) {
	w := &jsonWriter{out: make([]byte, 0, 512)}
	err := w.value(op.Output, reflect.ValueOf(out))
	return w.out, err
}

// encodeJSONError writes {"__type": code, "Message": …} and the error's own
// members.
func encodeJSONError(api *API, e *Error) []byte {
	return errorObject(api, e, e.Code, "Message")
}

// errorObject writes an error's members; fallback names the message where the
// model does not know the error. typeName is __type, "" for none.
func errorObject(api *API, e *Error, typeName, fallback string) []byte {
	message := fallback
	if shape, ok := api.Errors[e.Code]; ok && shape.Message != "" {
		message = shape.Message
	}
	w := &jsonWriter{out: []byte{'{'}}
	if typeName != "" {
		w.member("__type", typeName)
	}
	w.member(message, e.Message)
	w.fields(e.Fields)
	w.out = append(w.out, '}')
	return w.out
}
