package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"foyer/internal/secret"
)

// CheckTime refuses a request that was signed too long ago or too far in the
// future, and a presigned one that has run out.
func (s *Signature) CheckTime(now time.Time) error {
	signed, clock := s.At.Format(timeLayout), now.UTC().Format(timeLayout)
	if s.At.After(now.Add(skew)) {
		return refuse(Stale, "Signature not yet current: %s is still later than %s (%s + 5 min.)", signed, now.Add(skew).UTC().Format(timeLayout), clock)
	}
	if s.Presigned {
		if end := s.At.Add(s.Lives); now.After(end) {
			return refuse(Stale, "Signature expired: %s is now earlier than %s", end.Format(timeLayout), clock)
		}
		return nil
	}
	if s.At.Before(now.Add(-skew)) {
		return refuse(Stale, "Signature expired: %s is now earlier than %s (%s - 5 min.)", signed, now.Add(-skew).UTC().Format(timeLayout), clock)
	}
	return nil
}

// Verify proves that m was signed with key, as s claims. The comparison takes
// the same time whatever the signatures are. keys remembers what is derived
// from key; nil remembers nothing.
func (s *Signature) Verify(m *Message, key secret.Text, keys *Keys) error {
	claimed, err := hex.DecodeString(s.Value)
	if err != nil || !hmac.Equal(claimed, sign(keys.of(s, key), s.stringToSign(m))) {
		return refuse(Mismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// stringToSign is the algorithm, the moment, the scope and the digest of the
// canonical request, each on a line.
func (s *Signature) stringToSign(m *Message) []byte {
	request := sha256.Sum256(s.canonical(m))
	text := make([]byte, 0, 256)
	text = append(text, algorithm+"\n"...)
	text = s.At.AppendFormat(text, timeLayout)
	text = append(text, "\n"+s.Date+"/"+s.Region+"/"+s.Service+"/"+terminator+"\n"...)
	return hex.AppendEncode(text, request[:])
}

func sign(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}

// canonical is the canonical request: method, path, query, headers, the list
// of headers, the body's hash, each on a line.
func (s *Signature) canonical(m *Message) []byte {
	out := make([]byte, 0, 1024)
	out = append(out, m.Method...)
	out = append(out, '\n')
	out = appendPath(out, m.Path)
	out = append(out, '\n')
	out = appendQuery(out, m.RawQuery)
	out = append(out, '\n')
	for _, name := range s.Signed {
		out = append(out, name...)
		out = append(out, ':')
		out = m.appendHeader(out, name)
		out = append(out, '\n')
	}
	out = append(out, '\n')
	for i, name := range s.Signed {
		if i > 0 {
			out = append(out, ';')
		}
		out = append(out, name...)
	}
	out = append(out, '\n')
	return append(out, s.payloadHash(m)...)
}

// emptyHash is the hex SHA-256 of nothing.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// payloadHash is always that of the body we received: UNSIGNED-PAYLOAD is S3's
// alone. A presigned request signs the empty body, or the one it carries.
func (s *Signature) payloadHash(m *Message) string {
	if m.BodyHash == "" {
		return emptyHash
	}
	return m.BodyHash
}

// appendHeader writes a header's values: trimmed, runs of blanks folded, joined
// by commas.
func (m *Message) appendHeader(out []byte, name string) []byte {
	if name == "host" {
		return append(out, m.Host...)
	}
	for i, value := range m.Header[textproto.CanonicalMIMEHeaderKey(name)] {
		if i > 0 {
			out = append(out, ',')
		}
		value = strings.TrimSpace(value)
		blank := false
		for j := range len(value) {
			c := value[j]
			if c == ' ' && blank {
				continue
			}
			blank = c == ' '
			out = append(out, c)
		}
	}
	return out
}

const upperHex = "0123456789ABCDEF"

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

// appendPath escapes the path, which is escaped already, once more, as every
// service but S3 does.
func appendPath(out []byte, path string) []byte {
	if path == "" {
		return append(out, '/')
	}
	for i := range len(path) {
		if c := path[i]; unreserved(c) || c == '/' {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return out
}

// appendQuery writes the parameters sorted by escaped name, then value, without
// the signature itself.
func appendQuery(out []byte, raw string) []byte {
	if raw == "" {
		return out
	}
	var parameters []string
	for parameter := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if parameter == "" || name == "X-Amz-Signature" {
			continue
		}
		parameters = append(parameters, reescape(name)+"="+reescape(value))
	}
	slices.SortFunc(parameters, func(a, b string) int {
		an, av, _ := strings.Cut(a, "=")
		bn, bv, _ := strings.Cut(b, "=")
		if c := strings.Compare(an, bn); c != 0 {
			return c
		}
		return strings.Compare(av, bv)
	})
	return append(out, strings.Join(parameters, "&")...)
}

// reescape writes a query part in the one way signatures know: RFC 3986, upper
// case hex. A plus sign means a blank; a broken escape is taken as it stands.
func reescape(part string) string {
	out := make([]byte, 0, len(part))
	for i := 0; i < len(part); i++ {
		c := part[i]
		if c == '+' {
			c = ' '
		}
		if c == '%' && i+2 < len(part) {
			if raw, err := hex.DecodeString(part[i+1 : i+3]); err == nil {
				c = raw[0]
				i += 2
			}
		}
		if unreserved(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}
