package sigv4

import (
	"sync"

	"foyer/internal/secret"
)

// maxKeys bounds one generation of remembered keys.
const maxKeys = 4096

// Keys remembers signing keys: one serves all requests that a secret signs for
// a service, a region and a day. It holds those used last, at most two
// generations of them. The zero Keys is empty and ready; a nil one remembers
// nothing.
type Keys struct {
	mu       sync.RWMutex
	new, old map[scope][]byte
}

// scope is all that a signing key is derived from.
type scope struct{ key, date, region, service string }

// of is the signing key of a signature's scope: four HMACs, or a memory of them.
func (k *Keys) of(s *Signature, key secret.Text) []byte {
	at := scope{key.Reveal(), s.Date, s.Region, s.Service}
	if k == nil {
		return at.derive()
	}
	k.mu.RLock()
	derived, isNew := k.new[at]
	if !isNew {
		derived = k.old[at]
	}
	k.mu.RUnlock()
	if isNew {
		return derived
	}
	if derived == nil {
		derived = at.derive()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.new == nil || len(k.new) >= maxKeys {
		k.old, k.new = k.new, make(map[scope][]byte)
	}
	k.new[at] = derived
	return derived
}

func (s scope) derive() []byte {
	k := []byte("AWS4" + s.key)
	for _, part := range []string{s.date, s.region, s.service, terminator} {
		k = sign(k, []byte(part))
	}
	return k
}
