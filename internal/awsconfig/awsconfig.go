// Package awsconfig reads and edits the file that AWS clients are configured
// with, ~/.aws/config, by whole sections: what is not edited stays byte for byte
// as somebody wrote it, comments and mistakes included.
package awsconfig

import (
	"errors"
	"strings"
)

// MaxSize bounds the files that Parse reads, in bytes.
const MaxSize = 16 << 20

// The kinds of sections.
const (
	KindProfile  = "profile"
	KindSession  = "sso-session"
	KindServices = "services"
)

// defaultProfile is the profile whose section is called [default].
const defaultProfile = "default"

// ID names a section. The zero ID is that of what stands before the first one.
type ID struct{ Kind, Name string }

// Header is the line that begins the section.
func (id ID) Header() string {
	if id == (ID{KindProfile, defaultProfile}) {
		return "[" + defaultProfile + "]"
	}
	return "[" + id.Kind + " " + id.Name + "]"
}

// Section is a section as one may write it. Lines are what stands under its
// header.
type Section struct {
	ID
	Lines []string
}

// Text is the section as it stands in a file.
func (s Section) Text() string {
	return strings.Join(append([]string{s.Header()}, s.Lines...), "\n") + "\n"
}

// File is the text of a configuration, in sections. The zero File is empty.
type File struct{ parts []part }

// part is a section as it stands: body from its header to its last setting,
// tail the blank lines and comments after it, which may be about the next.
type part struct {
	id         ID
	body, tail string
}

// ErrTooLarge is Parse's for what is more than MaxSize.
var ErrTooLarge = errors.New("the AWS configuration is larger than 16 MiB")

// Parse reads a configuration. It takes any text: what is no section of a known
// form is kept as it is, and belongs to the section before it.
func Parse(text string) (File, error) {
	if len(text) > MaxSize {
		return File{}, ErrTooLarge
	}
	var f File
	var body, tail strings.Builder
	var id ID
	end := func() {
		if body.Len()+tail.Len() > 0 {
			f.parts = append(f.parts, part{id, body.String(), tail.String()})
		}
		body.Reset()
		tail.Reset()
	}
	for line := range strings.Lines(text) {
		if next, ok := parseHeader(line); ok {
			end()
			id = next
			body.WriteString(line)
			continue
		}
		if quiet(line) {
			tail.WriteString(line)
			continue
		}
		body.WriteString(tail.String())
		tail.Reset()
		body.WriteString(line)
	}
	end()
	return f, nil
}

// quiet reports whether line sets nothing.
func quiet(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#' || line[0] == ';'
}

// parseHeader reads a line that begins a section: [default], [profile NAME],
// [sso-session NAME] or [services NAME], the name perhaps in quotes. A header of
// another form begins a section too, with its text as kind.
func parseHeader(line string) (ID, bool) {
	if !strings.HasPrefix(line, "[") { // an indented one is part of a value
		return ID{}, false
	}
	inner, _, ok := strings.Cut(line[1:], "]")
	if !ok {
		return ID{}, false
	}
	inner = strings.TrimSpace(inner)
	if inner == defaultProfile {
		return ID{KindProfile, defaultProfile}, true
	}
	if i := strings.IndexAny(inner, " \t"); i > 0 {
		return ID{inner[:i], unquote(strings.TrimSpace(inner[i:]))}, true
	}
	return ID{Kind: inner}, true
}

func unquote(name string) string {
	for _, quote := range []string{`"`, `'`} {
		if len(name) > 1 && strings.HasPrefix(name, quote) && strings.HasSuffix(name, quote) {
			return name[1 : len(name)-1]
		}
	}
	return name
}

// String is the text of the whole configuration.
func (f File) String() string {
	var text strings.Builder
	for _, p := range f.parts {
		text.WriteString(p.body)
		text.WriteString(p.tail)
	}
	return text.String()
}

// Find returns the section of an id as it stands.
func (f File) Find(id ID) (Section, bool) {
	for _, p := range f.parts {
		if p.id == id {
			return p.section(), true
		}
	}
	return Section{}, false
}

// Sections are all sections of a kind, in the file's order.
func (f File) Sections(kind string) []Section {
	var all []Section
	for _, p := range f.parts {
		if p.id.Kind == kind {
			all = append(all, p.section())
		}
	}
	return all
}

func (p part) section() Section {
	lines := strings.Split(strings.TrimRight(p.body, "\r\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return Section{p.id, lines[1:]}
}

// Set returns f with s in the place of the section of its id, or at the end.
func (f File) Set(s Section) File {
	if at, ok := f.Find(s.ID); ok && at.Text() == s.Text() && f.count(s.ID) == 1 {
		return f
	}
	var out File
	done := false
	for _, p := range f.parts {
		switch {
		case p.id != s.ID:
			out.parts = append(out.parts, p)
		case !done:
			out.parts = append(out.parts, part{s.ID, s.Text(), p.tail})
			done = true
		default: // clients read a second section of a name in different ways
			out.keepTail(p)
		}
	}
	if done {
		return out
	}
	if n := len(out.parts); n > 0 {
		last := out.parts[n-1] // a copy: f's own stays
		switch text := last.body + last.tail; {
		case !strings.HasSuffix(text, "\n"):
			last.tail += "\n\n"
		case !strings.HasSuffix(text, "\n\n"):
			last.tail += "\n"
		}
		out.parts[n-1] = last
	}
	out.parts = append(out.parts, part{id: s.ID, body: s.Text()})
	return out
}

func (f File) count(id ID) (n int) {
	for _, p := range f.parts {
		if p.id == id {
			n++
		}
	}
	return n
}

// Remove returns f without the section of id. Comments after it stay; a blank
// line before it goes when nothing follows.
func (f File) Remove(id ID) File {
	var out File
	ends := false
	for _, p := range f.parts {
		if ends = p.id == id; ends {
			out.keepTail(p)
			continue
		}
		out.parts = append(out.parts, p)
	}
	if n := len(out.parts); ends && n > 0 {
		if last := &out.parts[n-1]; strings.HasSuffix(last.body+last.tail, "\n\n") {
			last.tail = strings.TrimSuffix(last.tail, "\n")
		}
	}
	return out
}

// keepTail keeps of a part what somebody may have written about the next one.
func (f *File) keepTail(p part) {
	if strings.TrimSpace(p.tail) == "" {
		return
	}
	if len(f.parts) == 0 {
		f.parts = append(f.parts, part{})
	}
	last := &f.parts[len(f.parts)-1]
	if text := last.body + last.tail; text != "" && !strings.HasSuffix(text, "\n") {
		last.tail += "\n"
	}
	last.tail += p.tail
}

// Value is what a section sets key to; "" when it does not. A key of a nested
// block is written block.key, as sso_oidc.endpoint_url.
func (s Section) Value(key string) string {
	block, value := "", ""
	for _, line := range s.Lines {
		if quiet(line) {
			continue
		}
		name, set, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		name, set = strings.TrimSpace(name), strings.TrimSpace(set)
		indented := line[0] == ' ' || line[0] == '\t'
		if !indented {
			block = ""
			if set == "" {
				block = name + "."
			}
		}
		if indented && block+name == key || !indented && name == key {
			value = set
		}
	}
	return value
}
