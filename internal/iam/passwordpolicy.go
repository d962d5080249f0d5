package iam

import (
	"strings"
	"time"
	"unicode/utf8"

	"foyer/internal/secret"
)

// PasswordPolicy says what a user's password needs. The zero policy asks for
// [MinPassword] characters and nothing else.
type PasswordPolicy struct {
	MinLength  int  `json:"min_length"` // 6–128 characters; 0 means MinPassword
	Symbols    bool `json:"symbols,omitempty"`
	Numbers    bool `json:"numbers,omitempty"`
	Upper      bool `json:"upper,omitempty"`
	Lower      bool `json:"lower,omitempty"`
	OwnChange  bool `json:"own_change,omitempty"`  // users may change their own password, whatever their policies allow
	MaxAge     int  `json:"max_age,omitempty"`     // days, 1–1095; 0 for ever
	Remembered int  `json:"remembered,omitempty"`  // how many passwords, the current one included, may not be set again: 1–24; 0 for none
	HardExpiry bool `json:"hard_expiry,omitempty"` // a password that ran out is not its user's to change any more
}

// Lengths of passwords in characters.
const (
	MinPassword        = 6 // of a policy that names none
	defaultMinPassword = 8 // where there is no policy
)

// maxRemembered is how many earlier passwords any policy needs, beside the
// current one.
const maxRemembered = 23

// passwordSymbols are those that count, at AWS.
const passwordSymbols = "!@#$%^&*()_+-=[]{}|'"

// classes are the kinds of characters, each with its name and whether p wants it.
func (p *PasswordPolicy) classes() [4]class {
	return [4]class{
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "uppercase letter", p != nil && p.Upper},
		{"abcdefghijklmnopqrstuvwxyz", "lowercase letter", p != nil && p.Lower},
		{"0123456789", "number", p != nil && p.Numbers},
		{passwordSymbols, "symbol", p != nil && p.Symbols},
	}
}

type class struct {
	of, name string
	wanted   bool
}

// check refuses a password of user that the policy does not allow. A nil policy
// is AWS's default: eight characters of three kinds, and not the user's name.
func (p *PasswordPolicy) check(password secret.Text, user string) error {
	text, least := password.Reveal(), defaultMinPassword
	if p != nil {
		least = max(p.MinLength, MinPassword)
	}
	if utf8.RuneCountInString(text) < least {
		return refuse(WeakPassword, "Password should have a minimum length of %d", least)
	}
	kinds := 0
	for _, c := range p.classes() {
		if strings.ContainsAny(text, c.of) {
			kinds++
		} else if c.wanted {
			return refuse(WeakPassword, "Password should have at least one %s", c.name)
		}
	}
	if p == nil && kinds < 3 {
		return refuse(WeakPassword, "Password should have at least three of the following character types: uppercase letters, lowercase letters, numbers, and symbols")
	}
	if p == nil && strings.EqualFold(text, user) {
		return refuse(WeakPassword, "Password should not be the same as the user name")
	}
	return nil
}

// remembered is how many passwords may not be set again.
func (p *PasswordPolicy) remembered() int {
	if p == nil {
		return 0
	}
	return p.Remembered
}

// expired reports whether a password that was set then has run out.
func (p *PasswordPolicy) expired(changed, now time.Time) bool {
	return p != nil && p.MaxAge > 0 && !now.Before(changed.AddDate(0, 0, p.MaxAge))
}
