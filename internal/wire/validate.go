package wire

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxViolations is how many broken rules one answer lists.
const maxViolations = 10

// Validate holds an input to what the contract says of it: required members,
// lengths, ranges, patterns, enums, unions. Every broken rule is listed, in
// AWS's words, under the service's own error code.
func Validate(api *API, op *Operation, in any) *Error {
	v := &validator{api: api}
	v.value(op.Input, reflect.ValueOf(in), "")
	if len(v.broken) == 0 && v.sentence != "" {
		return &Error{Code: api.validationCode(), Status: 400, Message: v.sentence}
	}
	if len(v.broken) == 0 {
		return nil
	}
	noun := "validation error"
	if len(v.broken) > 1 {
		noun = "validation errors"
	}
	e := &Error{
		Code: api.validationCode(), Status: 400,
		Message: fmt.Sprintf("%d %s detected: %s", len(v.broken), noun, strings.Join(v.broken, "; ")),
	}
	if api.Violated != nil {
		e.Fields = api.Violated(v.first)
	}
	return e
}

func (a *API) validationCode() string {
	if a.Protocol == Query {
		return "ValidationError"
	}
	for _, code := range []string{"ValidationException", "InvalidInputException", "InvalidRequestException"} {
		if a.known(code) {
			return code
		}
	}
	return "ValidationException"
}

type validator struct {
	api    *API
	broken []string
	first  Violation // of broken
	// sentence is what the service itself says of the first value that breaks
	// nothing but a pattern that it has words for.
	sentence string
}

// breaks notes a broken rule. value is "" when it must not, or cannot, be shown.
func (v *validator) breaks(kind Violation, path, value, rule string) {
	if len(v.broken) >= maxViolations {
		return
	}
	if len(v.broken) == 0 {
		v.first = kind
	}
	if value != "" {
		value = " '" + value + "'"
	}
	v.broken = append(v.broken, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: %s", value, path, rule))
}

// absent notes that a required member was not given.
func (v *validator) absent(path string) {
	if len(v.broken) == 0 {
		v.first = Absent
	}
	if len(v.broken) < maxViolations {
		v.broken = append(v.broken, "Value null at '"+path+"' failed to satisfy constraint: Member must not be null")
	}
}

func (v *validator) value(s *Shape, x reflect.Value, path string) {
	if len(v.broken) >= maxViolations {
		return
	}
	for x.Kind() == reflect.Pointer {
		if x.IsNil() {
			return
		}
		x = x.Elem()
	}
	switch s.Kind {
	case Structure:
		v.structure(s, x, path)
	case List:
		v.length(s, x.Len(), "", path)
		for i := range x.Len() {
			v.value(s.element(), x.Index(i), path+"."+strconv.Itoa(i+1)+".member")
		}
	case Map:
		v.length(s, x.Len(), "", path)
		for _, key := range x.MapKeys() {
			v.text(s.key(), key.String(), path)
			v.value(s.element(), x.MapIndex(key), path+"."+key.String())
		}
	case String:
		v.text(s, x.String(), path)
	case Integer:
		v.number(s, x.Int(), path)
	case Blob:
		v.length(s, x.Len(), "", path)
	default: // nothing to check
	}
}

func (v *validator) structure(s *Shape, x reflect.Value, path string) {
	set := 0
	for i := range s.Members {
		m, field := &s.Members[i], x.Field(i)
		at := join(path, lowerFirst(m.Name))
		if missing(s.of(i), m, field) {
			if m.Required {
				v.absent(at)
			}
			continue
		}
		set++
		v.value(s.of(i), field, at)
	}
	if s.Union && set != 1 {
		v.breaks(AnotherRule, path, "", "Exactly one member must be set")
	}
}

// missing reports whether a member was not given. A required scalar is no
// pointer: there the zero value stands for absent, but for strings that the
// model allows to be empty, such as a tag's value.
func missing(s *Shape, m *Member, field reflect.Value) bool {
	if absent(field) {
		return true
	}
	return m.Required && s.Kind == String && field.Kind() == reflect.String && field.Len() == 0 && !s.allowsEmpty()
}

// allowsEmpty reports whether the model says that the empty string is a value.
func (s *Shape) allowsEmpty() bool {
	return s.Bounded && s.Min == 0 && (s.Pattern == "" || s.matches(""))
}

func (v *validator) length(s *Shape, n int, shown, path string) {
	if !s.Bounded {
		return
	}
	if int64(n) < s.Min {
		v.breaks(TooShort, path, shown, fmt.Sprintf("Member must have length greater than or equal to %d", s.Min))
	}
	if s.Max >= 0 && int64(n) > s.Max {
		v.breaks(TooLong, path, shown, fmt.Sprintf("Member must have length less than or equal to %d", s.Max))
	}
}

func (v *validator) text(s *Shape, text, path string) {
	shown := text
	if s.Sensitive || len(text) > 256 {
		shown = ""
	}
	v.length(s, utf8.RuneCountInString(text), shown, path)
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
		v.breaks(NotInEnum, path, shown, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
	if s.Pattern != "" && (!s.Bounded || s.Max < 0 || int64(len(text)) <= 4*s.Max) && !s.matches(text) {
		if words := v.api.PatternWords[s.Pattern]; words != "" {
			v.sentence = cmp.Or(v.sentence, "The specified value for "+path+" is invalid. "+words)
			return
		}
		v.breaks(NotInPattern, path, shown, "Member must satisfy regular expression pattern: "+s.Pattern)
	}
}

func (v *validator) number(s *Shape, n int64, path string) {
	if !s.Bounded {
		return
	}
	shown := strconv.FormatInt(n, 10)
	if n < s.Min {
		v.breaks(TooSmall, path, shown, fmt.Sprintf("Member must have value greater than or equal to %d", s.Min))
	}
	if s.Max >= 0 && n > s.Max {
		v.breaks(TooLarge, path, shown, fmt.Sprintf("Member must have value less than or equal to %d", s.Max))
	}
}
