package wire

import "time"

// The faces translate the house's values, whose zero means none, into optional
// members of the contracts and back.

// Optional is an optional member; "" leaves it out.
func Optional[T ~string](text T) *string {
	if text == "" {
		return nil
	}
	return new(string(text))
}

// Given is what an optional member says; "" when it is absent.
func Given(member *string) string {
	if member == nil {
		return ""
	}
	return *member
}

// Moment is an optional time; the zero time leaves it out.
func Moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Each translates a list. It is never nil: AWS shows empty lists.
func Each[From, To any](all []From, as func(From) To) []To {
	out := make([]To, len(all))
	for i, from := range all {
		out[i] = as(from)
	}
	return out
}
