package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/beevik/etree"
)

// parse reads hostile XML: bounded in size and depth, with neither document
// type nor processing instructions, comments or doubled ids, all of which have
// been used to make two readers see two documents.
func parse(text []byte, limit int) (*etree.Element, error) {
	if len(text) > limit {
		return nil, invalid("The document is longer than %d bytes.", limit)
	}
	if err := inspect(text); err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	doc.ReadSettings.ValidateInput = true
	// etree holds a line end after the document for a second document, and
	// nearly every file ends with one.
	if err := doc.ReadFromBytes(bytes.TrimSpace(text)); err != nil || doc.Root() == nil {
		return nil, invalid("The document is not well-formed XML.")
	}
	return doc.Root(), nil
}

// inspect walks the tokens once, before any tree is built.
func inspect(text []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(text))
	dec.Strict = true
	ids := map[string]bool{}
	depth := 0
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return invalid("The document is not well-formed XML.")
		}
		switch t := token.(type) {
		case xml.Directive:
			return invalid("The document must not have a document type declaration.")
		case xml.Comment:
			return invalid("The document must not hold comments.")
		case xml.ProcInst:
			if t.Target != "xml" {
				return invalid("The document must not hold processing instructions.")
			}
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return invalid("The document is nested deeper than %d elements.", maxDepth)
			}
			for _, a := range t.Attr {
				if !strings.EqualFold(a.Name.Local, "ID") || a.Name.Space != "" {
					continue
				}
				if ids[a.Value] {
					return invalid("Two elements have the ID %q.", a.Value)
				}
				ids[a.Value] = true
			}
		}
	}
}

func is(el *etree.Element, ns, tag string) bool {
	return el.Tag == tag && el.NamespaceURI() == ns
}

// children returns el's children of one name.
func children(el *etree.Element, ns, tag string) []*etree.Element {
	var found []*etree.Element
	for _, c := range el.ChildElements() {
		if is(c, ns, tag) {
			found = append(found, c)
		}
	}
	return found
}

// only returns el's one child of the name; none or several are a fault.
func only(el *etree.Element, ns, tag string) (*etree.Element, error) {
	found := children(el, ns, tag)
	if len(found) != 1 {
		return nil, invalid("%s must hold exactly one %s; it holds %d.", el.Tag, tag, len(found))
	}
	return found[0], nil
}

// text returns the element's character data. An element with children has no
// text of its own here.
func text(el *etree.Element) string {
	if len(el.ChildElements()) > 0 {
		return ""
	}
	return strings.TrimSpace(el.Text())
}
