package wire

import (
	"regexp"
	"sync"
)

// Kind is the kind of a shape.
type Kind uint8

// The kinds of shapes.
const (
	Structure Kind = iota
	List
	Map
	String
	Boolean
	Integer
	Double
	Timestamp
	Blob
	Any // a document: any JSON value
)

// Location is where a member of a REST request travels.
type Location uint8

// The places a member can be in.
const (
	InBody Location = iota
	InHeader
	InQuery
)

// Shape describes a type of a service's contract to the codecs. Shapes are
// generated, linked once, and read-only from then on.
type Shape struct {
	Name      string
	Kind      Kind
	Members   []Member // Structure: in the order of the Go struct's fields
	Element   int      // List: the element's shape; Map: the value's; an index into the service's shapes
	Key       int      // Map: the key's shape
	Bounded   bool     // Min and Max count
	Min, Max  int64    // length, size or value; Max < 0 means no upper bound
	Pattern   string   // what a String must match whole, RE2
	Enum      []string // what a String may be
	Sensitive bool
	Union     bool   // exactly one member must be set
	Payload   string // REST: the member that is the whole body
	ISO       bool   // Timestamp: written as ISO 8601 whatever the protocol

	shapes  []Shape
	once    sync.Once
	pattern *regexp.Regexp
}

// Member is a member of a structure.
type Member struct {
	Name     string // as in the model
	Wire     string // on the wire: locationName, else Name
	Of       int    // index of its shape
	In       Location
	Required bool
}

// linking guards the shapes until they are linked.
var linking sync.Mutex

// Link lets shapes find each other. The generated constructors call it. Linking
// again changes nothing, so several servers of one process can share the shapes.
func Link(shapes []Shape) {
	linking.Lock()
	defer linking.Unlock()
	if len(shapes) == 0 || shapes[0].shapes != nil {
		return
	}
	for i := range shapes {
		shapes[i].shapes = shapes
	}
}

// element is the shape of a list's elements or a map's values.
func (s *Shape) element() *Shape { return &s.shapes[s.Element] }

// key is the shape of a map's keys.
func (s *Shape) key() *Shape { return &s.shapes[s.Key] }

// of is the shape of s's member at index i.
func (s *Shape) of(i int) *Shape { return &s.shapes[s.Members[i].Of] }

// matches reports whether text has the shape's pattern, which is compiled when
// it is first asked for: a server uses few of them.
func (s *Shape) matches(text string) bool {
	s.once.Do(func() { s.pattern = regexp.MustCompile(`^(?:` + s.Pattern + `)$`) })
	return s.pattern.MatchString(text)
}

// Empty is the request or response of an operation whose model has none.
type Empty struct{}

// EmptyShape describes Empty.
var EmptyShape = Shape{Name: "Empty", Kind: Structure}

// Document is a member that may be any JSON value, as it came.
type Document []byte

// MarshalJSON returns the document itself.
func (d Document) MarshalJSON() ([]byte, error) {
	if len(d) == 0 {
		return []byte("null"), nil
	}
	return d, nil
}

// ErrorShape is what the model says of an error.
type ErrorShape struct {
	Name    string // of the shape
	Code    string // on the wire
	Status  int    // HTTP status
	Fault   bool   // the fault is ours
	Message string // the member that holds the message: "message" or "Message"; "" for none
}
