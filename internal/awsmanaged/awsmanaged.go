// Package awsmanaged holds the managed policies that AWS itself publishes.
//
// They are embedded compressed, in blocks that are inflated when a document of
// them is asked for: most programs ask for a handful of 1,594. Nothing is read
// before the first question. make generate writes the file; see gen.
package awsmanaged

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"foyer/internal/packed"
)

//go:embed policies.bin
var embedded []byte

// Policy is a managed policy of AWS. Of its versions only the default one is
// held.
type Policy struct {
	ARN            string
	Name           string
	Path           string // begins and ends with "/"
	ID             string // ANPA…: our own, made of the ARN; AWS's are not published
	DefaultVersion string // v<n>
	Created        time.Time
	Updated        time.Time // when the default version was made
	at             place
}

// place is where a document is.
type place struct{ block, from, to int }

// Find returns the policy of an ARN.
func Find(arn string) (Policy, bool) {
	i, err := index()
	if err != nil {
		return Policy{}, false // cannot be: the test reads all of it
	}
	n := sort.Search(len(i.policies), func(n int) bool { return i.policies[n].ARN >= arn })
	if n == len(i.policies) || i.policies[n].ARN != arn {
		return Policy{}, false
	}
	return i.policies[n], true
}

// All returns every policy, by ARN. The slice is shared: do not change it.
func All() []Policy {
	i, err := index()
	if err != nil {
		return nil // cannot be: the test reads all of it
	}
	return i.policies
}

// Document returns the default version's policy document, JSON.
func (p Policy) Document() string {
	i, err := index()
	if err != nil {
		return ""
	}
	return i.document(p.at)
}

// keptBytes bounds the documents that one generation of the kept ones holds.
const keptBytes = 256 << 10

// contents is the index, the blocks, and what was inflated last.
type contents struct {
	policies []Policy
	blocks   [][]byte

	mu       sync.Mutex
	last     int // the block that was inflated last, and its text
	text     []byte
	new, old map[place]string // documents, at most two generations of them
	size     int              // bytes in new
}

// Entry is a policy as the index writes it.
type Entry struct {
	ARN     string    `json:"a"`
	Version string    `json:"v"`
	Created time.Time `json:"c"`
	Updated time.Time `json:"u"`
	Block   int       `json:"b"`
	From    int       `json:"f"`
	To      int       `json:"t"`
}

var index = sync.OnceValues(func() (*contents, error) { return read(embedded) })

// read takes the file apart: its first section is the index, the others are
// blocks of documents.
func read(file []byte) (*contents, error) {
	sections, err := packed.Sections(file)
	if err != nil {
		return nil, fmt.Errorf("policies.bin: %w", err)
	}
	list, err := packed.Inflate(sections[0])
	if err != nil {
		return nil, fmt.Errorf("policies.bin: index: %w", err)
	}
	var entries []Entry
	if err := json.Unmarshal(list, &entries); err != nil {
		return nil, fmt.Errorf("policies.bin: index: %w", err)
	}
	c := &contents{blocks: sections[1:], last: -1, policies: make([]Policy, len(entries))}
	for n, e := range entries {
		path, name := "/", strings.TrimPrefix(e.ARN, "arn:aws:iam::aws:policy/")
		if cut := strings.LastIndexByte(name, '/'); cut >= 0 {
			path, name = "/"+name[:cut+1], name[cut+1:]
		}
		c.policies[n] = Policy{
			ARN: e.ARN, Name: name, Path: path, ID: idOf(e.ARN), DefaultVersion: e.Version,
			Created: e.Created, Updated: e.Updated, at: place{e.Block, e.From, e.To},
		}
	}
	return c, nil
}

// document returns the text at a place. Every decision of a principal with a
// managed policy asks, so those asked for last are kept.
func (c *contents) document(at place) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text, kept := c.new[at]; kept {
		return text
	}
	text, kept := c.old[at]
	if !kept {
		block, err := c.block(at.block)
		if err != nil || at.to > len(block) {
			return "" // cannot be: the test reads all of it
		}
		text = string(block[at.from:at.to])
	}
	if c.new == nil || c.size > keptBytes {
		c.old, c.new, c.size = c.new, map[place]string{}, 0
	}
	c.new[at] = text
	c.size += len(text)
	return text
}

// block inflates a block, unless it was the last one. The caller holds mu.
func (c *contents) block(n int) ([]byte, error) {
	if n == c.last {
		return c.text, nil
	}
	if n < 0 || n >= len(c.blocks) {
		return nil, fmt.Errorf("policies.bin has no block %d", n)
	}
	text, err := packed.Inflate(c.blocks[n])
	if err != nil {
		return nil, fmt.Errorf("policies.bin: block %d: %w", n, err)
	}
	c.last, c.text = n, text
	return text, nil
}

// idOf makes a stable id of the form of AWS's.
func idOf(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return "ANPA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}
