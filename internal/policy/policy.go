// Package policy decides who may do what, as AWS IAM does: it compiles policy
// documents and evaluates requests against sets of them.
//
// Both halves are pure. [Compile] turns a document into a [Policy] once; a
// Policy is never changed afterwards and may be shared. [Evaluate] answers one
// [Request] against the [Layers] that apply to it, without allocating, and
// says which layer and which statement decided. Nothing here reads a clock, a
// store or a network; nothing else in the program decides access.
package policy

import (
	"strings"
	"unicode/utf8"

	"foyer/internal/jsontree"
)

// MaxDocument is the largest document in bytes that Compile reads. AWS's own
// limits are smaller and belong to where the policy is stored.
const MaxDocument = 256 << 10

// The versions of the policy language. Version2008 is what a document without
// a Version means; in it ${…} is ordinary text.
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// Kind says what a document is for, and so which elements it must have.
type Kind uint8

// The kinds of documents.
const (
	Identity        Kind = iota // attached to a user, group or role; boundaries and session policies have the same grammar
	Managed                     // an identity policy that stands by itself: its version must be 2012-10-17
	Trust                       // who may assume a role: Principal, no Resource, STS actions only
	Resource                    // attached to a resource: Principal is required, Resource is not
	Control                     // service control policy: the grammar of Identity
	ResourceControl             // resource control policy: Principal "*" is required
)

// Malformed is the failure of Compile. Message is the text that AWS gives with
// MalformedPolicyDocument.
type Malformed struct{ Message string }

// Error returns the message.
func (m *Malformed) Error() string { return m.Message }

// Policy is a compiled document. A nil Policy allows and denies nothing.
type Policy struct {
	kind    Kind
	version string
	allow   []statement
	deny    []statement
	grants  index    // of allow
	denials index    // of deny
	keys    []string // condition keys that it asks about, as it writes them
	spans   []Span   // of the statements, by their index in the document
	text    string   // the document
}

// Span is where a statement stands in its document: the byte offsets behind
// what precedes it, and of its end. It is what AWS's simulations show.
type Span struct{ From, To int }

// Kind returns the kind that p was compiled as.
func (p *Policy) Kind() Kind { return p.kind }

// Version returns the version of the policy language that p is written in.
func (p *Policy) Version() string { return p.version }

// Statements returns how many statements p has.
func (p *Policy) Statements() int { return len(p.allow) + len(p.deny) }

// Keys returns the condition keys that p's conditions and variables ask about,
// in its order: each spelling once.
func (p *Policy) Keys() []string { return p.keys }

// Span returns where the statement of an index stands.
func (p *Policy) Span(index int) Span { return p.spans[index] }

// Source returns the text of the statement of an index.
func (p *Policy) Source(index int) string {
	return strings.TrimLeft(p.text[p.spans[index].From:p.spans[index].To], ", \t\r\n")
}

// Compile reads document, checks it against the grammar of its kind, and makes
// it ready for Evaluate. Its error is always a *Malformed.
func Compile(document string, kind Kind) (*Policy, error) {
	p, err := compile(document, kind)
	switch {
	case err == nil:
		return p, nil
	case kind == Control || kind == ResourceControl:
		return nil, &Malformed{"The provided policy document does not meet the requirements of the specified policy type."}
	default:
		return nil, err
	}
}

func compile(document string, kind Kind) (*Policy, error) {
	if len(document) > MaxDocument || !utf8.ValidString(document) {
		return nil, notJSON(kind)
	}
	root, err := jsontree.Parse(document)
	if err != nil {
		return nil, notJSON(kind)
	}
	g := grammar{kind: kind}
	p, err := g.policy(root)
	if err != nil {
		return nil, err
	}
	p.text, p.grants, p.denials = document, indexOf(p.allow), indexOf(p.deny)
	return p, nil
}

// notJSON words the failure to read a document at all.
func notJSON(kind Kind) error {
	if kind == Trust {
		return &Malformed{"This policy contains invalid Json"}
	}
	return &Malformed{syntaxErrors}
}
