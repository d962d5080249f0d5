package access

import (
	"sync"

	"foyer/internal/policy"
)

// libraryBytes bounds the texts that one generation of a library holds.
const libraryBytes = 4 << 20

// library keeps compiled policies by their text, since one text stands for many
// roles and sessions: those used last, at most two generations of them. A text
// means the same for ever, so nothing here grows old. The zero library is empty
// and ready.
type library struct {
	mu       sync.RWMutex
	new, old map[text]*policy.Policy
	size     int // bytes of the texts in new
}

type text struct {
	kind     policy.Kind
	document string
}

// compile is policy.Compile. Its failures are not kept.
func (l *library) compile(document string, kind policy.Kind) (*policy.Policy, error) {
	key := text{kind, document}
	l.mu.RLock()
	p, isNew := l.new[key]
	aged := false
	if !isNew {
		p, aged = l.old[key]
	}
	l.mu.RUnlock()
	if isNew {
		return p, nil
	}
	if !aged {
		var err error
		if p, err = policy.Compile(document, kind); err != nil {
			return nil, err
		}
	}
	l.put(key, p)
	return p, nil
}

func (l *library) put(key text, p *policy.Policy) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.new == nil || l.size > libraryBytes {
		l.old, l.new, l.size = l.new, make(map[text]*policy.Policy), 0
	}
	if _, there := l.new[key]; !there {
		l.new[key] = p
		l.size += len(key.document)
	}
}
