package sts

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"foyer/internal/arn"
	"foyer/internal/caller"
	"foyer/internal/seal"
)

// The first byte of a session's state says how it is laid out. A change of a
// layout takes a new number; the old one is read for as long as sessions live,
// which is 36 hours.
const (
	roleState = 1 // account, role, its id, what all sessions have
	userState = 2 // kind, account, user, its id, what all sessions have
)

// The bits of what a session is or is not.
const (
	mfaFlag     = 1
	chainedFlag = 2
)

// A session's state is its fields one behind another: lengths and numbers as
// varints, strings behind their length, maps in order of their keys, so that
// equal sessions have equal states.

func encodeState(s *caller.Session) []byte {
	b := make([]byte, 0, 512)
	owner, id := s.RoleARN, s.RoleID
	if s.OfRole() {
		b = append(b, roleState)
	} else {
		b = append(b, userState, byte(s.Kind))
		owner, id = s.UserARN, s.UserID
	}
	b = appendText(b, string(s.Account))
	b = appendText(b, strings.TrimPrefix(owner, arn.IAM(s.Account, "")))
	b = appendText(b, id)
	b = appendText(b, s.Name)
	b = appendTexts(b, s.Policies)
	b = appendTexts(b, s.PolicyARNs)
	b = binary.AppendUvarint(b, uint64(len(s.Tags)))
	for _, k := range sortedKeys(s.Tags) {
		b = appendText(appendText(b, k), s.Tags[k])
	}
	b = appendTexts(b, s.TransitiveKeys)
	b = appendText(b, s.SourceIdentity)
	b = binary.AppendUvarint(b, uint64(len(s.Context)))
	for _, k := range sortedKeys(s.Context) {
		b = appendTexts(appendText(b, k), s.Context[k])
	}
	b = appendText(b, s.Provider)
	flags := byte(0)
	if s.MFA {
		flags |= mfaFlag
	}
	if s.Chained {
		flags |= chainedFlag
	}
	b = append(b, flags)
	b = binary.AppendVarint(b, s.Issued.Unix())
	return binary.AppendVarint(b, s.Expires.Unix())
}

// sortedKeys is slices.Sorted(maps.Keys(m)) with one allocation.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendTexts(b []byte, all []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, s := range all {
		b = appendText(b, s)
	}
	return b
}

// decodeState is the inverse of encodeState. What it cannot read is not ours.
func decodeState(plain []byte) (*caller.Session, error) {
	s := &caller.Session{}
	r := &stateReader{}
	switch {
	case len(plain) > 1 && plain[0] == roleState:
		r.rest = string(plain[1:])
		s.Account = arn.AccountID(r.text())
		s.RoleARN, s.RoleID = arn.IAM(s.Account, r.text()), r.text()
	case len(plain) > 2 && plain[0] == userState:
		r.rest = string(plain[2:])
		s.Kind, s.Account = caller.Kind(plain[1]), arn.AccountID(r.text())
		s.UserARN, s.UserID = arn.IAM(s.Account, r.text()), r.text()
	default:
		return nil, seal.ErrNotOurs
	}
	s.Name = r.text()
	s.Policies, s.PolicyARNs = r.texts(), r.texts()
	if n := r.count(); n > 0 {
		s.Tags = make(map[string]string, n)
		for range n {
			key := r.text()
			s.Tags[key] = r.text()
		}
	}
	s.TransitiveKeys, s.SourceIdentity = r.texts(), r.text()
	if n := r.count(); n > 0 {
		s.Context = make(map[string][]string, n)
		for range n {
			key := r.text()
			s.Context[key] = r.texts()
		}
	}
	s.Provider = r.text()
	if flags := r.take(1); flags != "" {
		s.MFA, s.Chained = flags[0]&mfaFlag != 0, flags[0]&chainedFlag != 0
	}
	s.Issued, s.Expires = r.moment(), r.moment()
	if r.short || r.rest != "" {
		return nil, seal.ErrNotOurs
	}
	return s, nil
}

// stateReader reads fields off the front of rest, and remembers when there
// were too few. Strings share the state's one allocation.
type stateReader struct {
	rest  string
	short bool
}

func (r *stateReader) take(n int) string {
	if n > len(r.rest) {
		r.short, r.rest = true, ""
		return ""
	}
	var field string
	field, r.rest = r.rest[:n], r.rest[n:]
	return field
}

// count reads a length. Nothing is longer than what is left to read.
func (r *stateReader) count() int {
	var n uint64
	for shift := 0; shift < 35; shift += 7 {
		c := r.take(1)
		if c == "" {
			return 0
		}
		n |= uint64(c[0]&0x7f) << shift
		if c[0] < 0x80 {
			break
		}
	}
	if n > uint64(len(r.rest)) {
		r.short, r.rest = true, ""
		return 0
	}
	return int(n)
}

func (r *stateReader) text() string { return r.take(r.count()) }

func (r *stateReader) texts() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	all := make([]string, n)
	for i := range all {
		all[i] = r.text()
	}
	return all
}

func (r *stateReader) moment() time.Time {
	b := []byte(r.rest[:min(len(r.rest), binary.MaxVarintLen64)])
	seconds, n := binary.Varint(b)
	if n <= 0 {
		r.short, r.rest = true, ""
		return time.Time{}
	}
	r.take(n)
	return time.Unix(seconds, 0).UTC()
}
