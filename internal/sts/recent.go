package sts

import "sync"

// recentAtMost bounds the entries that one generation of a memo holds.
const recentAtMost = 1024

// recent remembers what was put in last: at least the last 1,024 entries, at
// most twice as many. The zero recent is empty and ready.
type recent[K comparable, V any] struct {
	mu       sync.RWMutex
	new, old map[K]V
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if v, ok := r.new[key]; ok {
		return v, true
	}
	v, ok := r.old[key]
	return v, ok
}

func (r *recent[K, V]) put(key K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.new == nil || len(r.new) >= recentAtMost {
		r.old, r.new = r.new, make(map[K]V)
	}
	r.new[key] = v
}
