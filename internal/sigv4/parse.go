package sigv4

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads the signature of a request. It fails with *Error when there is
// none, or when a part is missing or malformed.
func Parse(m *Message) (*Signature, error) {
	if authorization := m.header("Authorization"); strings.HasPrefix(authorization, "AWS4-") {
		return parseHeader(m, authorization)
	}
	if Present(m) {
		return parseQuery(m)
	}
	return nil, refuse(Missing, "Missing Authentication Token")
}

func parseHeader(m *Message, authorization string) (*Signature, error) {
	if len(authorization) > maxAuthorization {
		return nil, refuse(Incomplete, "Authorization header is too long.")
	}
	fields, ok := strings.CutPrefix(authorization, algorithm+" ")
	if !ok {
		return nil, refuse(Incomplete, "Authorization header requires the algorithm %s.", algorithm)
	}
	parts := map[string]string{}
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return nil, refuse(Incomplete, "Authorization header requires '%s' parameter.", name)
		}
	}
	s := &Signature{Value: parts["Signature"], SessionToken: m.header("X-Amz-Security-Token")}
	if err := s.scope(parts["Credential"]); err != nil {
		return nil, err
	}
	if err := s.signed(m, parts["SignedHeaders"]); err != nil {
		return nil, err
	}
	return s, s.date(m.header("X-Amz-Date"), m.header("Date"))
}

func parseQuery(m *Message) (*Signature, error) {
	if len(m.RawQuery) > maxAuthorization {
		return nil, refuse(Incomplete, "The query string is too long.")
	}
	query, err := url.ParseQuery(m.RawQuery)
	if err != nil {
		return nil, refuse(Incomplete, "The query string is not well-formed.")
	}
	if !query.Has("X-Amz-Expires") {
		query.Set("X-Amz-Expires", strconv.Itoa(int(usualPresign/time.Second)))
	}
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"} {
		if len(query[name]) != 1 || query.Get(name) == "" {
			return nil, refuse(Incomplete, "AWS query-string parameters must include '%s' once.", name)
		}
	}
	if query.Get("X-Amz-Algorithm") != algorithm {
		return nil, refuse(Incomplete, "X-Amz-Algorithm must be %s.", algorithm)
	}
	seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	if err != nil || seconds < 1 || seconds > int(longestPresign/time.Second) {
		return nil, refuse(Incomplete, "X-Amz-Expires must be from 1 to %d seconds.", int(longestPresign/time.Second))
	}
	s := &Signature{
		Value: query.Get("X-Amz-Signature"), SessionToken: query.Get("X-Amz-Security-Token"),
		Presigned: true, Lives: time.Duration(seconds) * time.Second,
	}
	if err := s.scope(query.Get("X-Amz-Credential")); err != nil {
		return nil, err
	}
	if err := s.signed(m, query.Get("X-Amz-SignedHeaders")); err != nil {
		return nil, err
	}
	return s, s.date(query.Get("X-Amz-Date"), "")
}

// scope reads <key id>/<date>/<region>/<service>/aws4_request. A key id may
// itself hold slashes: there is no rule on how it must look.
func (s *Signature) scope(credential string) error {
	parts := strings.Split(credential, "/")
	if len(parts) < 5 || parts[len(parts)-1] != terminator {
		return refuse(Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", credential)
	}
	tail := parts[len(parts)-4:]
	s.AccessKeyID = strings.Join(parts[:len(parts)-4], "/")
	s.Date, s.Region, s.Service = tail[0], tail[1], tail[2]
	if s.AccessKeyID == "" || s.Region == "" || s.Service == "" {
		return refuse(Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", credential)
	}
	return nil
}

// signed reads the list of signed headers. Besides the host it must hold the
// target: who could change that would choose another operation.
func (s *Signature) signed(m *Message, list string) error {
	s.Signed = strings.Split(list, ";")
	if len(s.Signed) > maxSignedHeaders {
		return refuse(Incomplete, "SignedHeaders lists more than %d headers.", maxSignedHeaders)
	}
	if !slices.Contains(s.Signed, "host") {
		return refuse(Incomplete, "'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	if len(m.Header["X-Amz-Target"]) > 0 && !slices.Contains(s.Signed, "x-amz-target") {
		return refuse(Incomplete, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return nil
}

// date reads when the request was signed, and holds the scope to the same day.
func (s *Signature) date(amz, http string) error {
	at, err := time.Parse(timeLayout, amz)
	if amz == "" && http != "" {
		at, err = time.Parse(time.RFC1123, http)
		if err != nil {
			at, err = time.Parse(timeLayout, http)
		}
	}
	if err != nil {
		return refuse(Incomplete, "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", amz+http)
	}
	s.At = at.UTC()
	if s.At.Format("20060102") != s.Date {
		return refuse(Mismatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.", s.Date, s.At.Format("20060102"), s.At.Format(timeLayout))
	}
	return nil
}
