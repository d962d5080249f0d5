package directory

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/internal/fault"
)

// reservedNames cannot be taken by a user or group.
var reservedNames = map[string]bool{"administrator": true, "awsadministrators": true}

// Bounds of AWS's contract, which hold for what an update brings as well.
const (
	maxText     = 1024 // characters of an attribute
	maxUserName = 128  // characters
)

// Validate returns an Invalid fault naming the first rule the attributes break.
func (a Attributes) Validate() error {
	for _, required := range []struct{ path, value string }{
		{"userName", a.UserName}, {"displayName", a.DisplayName}, {"name.givenName", a.Name.GivenName}, {"name.familyName", a.Name.FamilyName},
	} {
		if strings.TrimSpace(required.value) == "" {
			return fault.Newf(fault.Invalid, "The attribute %s is required.", required.path)
		}
	}
	if err := checkReserved("user", a.UserName); err != nil {
		return err
	}
	if utf8.RuneCountInString(a.UserName) > maxUserName || strings.ContainsFunc(a.UserName, unicode.IsSpace) {
		return fault.Newf(fault.Invalid, "The user name must have 1 to %d characters and no white space.", maxUserName)
	}
	if err := a.validateLists(); err != nil {
		return err
	}
	return a.validateTexts()
}

func checkReserved(kind, name string) error {
	if reservedNames[Fold(name)] {
		return fault.Newf(fault.Invalid, "The %s name %s is reserved.", kind, name)
	}
	return nil
}

func (a Attributes) validateLists() error {
	for _, list := range []struct {
		path   string
		values []Value
		most   int
	}{{"emails", a.Emails, 1}, {"phoneNumbers", a.PhoneNumbers, 1}, {"roles", a.Roles, 1}, {"photos", a.Photos, 3}} {
		if len(list.values) > list.most {
			return tooMany(list.path, list.most)
		}
		for _, v := range list.values {
			if strings.TrimSpace(v.Value) == "" {
				return fault.Newf(fault.Invalid, "Each value of %s must have 1 to %d characters.", list.path, maxText)
			}
		}
	}
	if len(a.Addresses) > 1 {
		return tooMany("addresses", 1)
	}
	for _, e := range a.Extensions {
		if err := e.validate(); err != nil {
			return err
		}
	}
	return nil
}

// validate checks an extension: AWS knows one, whose attributes are texts, but
// for the manager, who is an object of texts.
func (e Extension) validate() error {
	if e.Name != enterprise {
		return unknownPath(e.Name)
	}
	for name, value := range e.Value {
		ok := false
		switch value.(type) {
		case string:
			ok = slices.Contains(enterprises, name)
		case map[string]any:
			ok = name == "manager"
		}
		if !ok {
			return unknownPath(e.Name + "." + name)
		}
		if err := checkTexts(e.Name+"."+name, value); err != nil {
			return err
		}
	}
	return nil
}

func tooMany(path string, most int) error {
	return fault.Newf(fault.Invalid, "The attribute %s takes at most %d value(s).", path, most)
}

// validateTexts checks every text there is, but for those of extensions.
func (a Attributes) validateTexts() error {
	a.Extensions = nil
	tree, err := a.tree()
	if err != nil {
		return err
	}
	return checkTexts("", tree)
}

func checkTexts(path string, value any) error {
	switch v := value.(type) {
	case string:
		return checkText(path, v)
	case []any:
		for _, one := range v {
			if err := checkTexts(path, one); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, one := range v {
			at := name
			if path != "" {
				at = path + "." + name
			}
			if err := checkTexts(at, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkText holds a text to AWS's rules: 1 to 1,024 characters, no control
// characters but tabs and line ends.
func checkText(path, text string) error {
	if n := utf8.RuneCountInString(text); n == 0 || n > maxText {
		return fault.Newf(fault.Invalid, "The value of %s must have 1 to %d characters.", path, maxText)
	}
	if strings.ContainsFunc(text, unprintable) {
		return fault.Newf(fault.Invalid, "The value of %s must not have control characters.", path)
	}
	return nil
}

func unprintable(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.S, unicode.N, unicode.P) && !strings.ContainsRune("\t\n\r \u00a0\u3000", r)
}
