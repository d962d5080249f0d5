package sqlstore

import (
	"context"
	"sync"
)

// rememberAtMost bounds the entries one remembered read holds.
const rememberAtMost = 65536

// Remember answers repeated reads from memory until any content changes: read
// is asked again for a key after the next committed change. It remembers
// nothing where other processes may change the data, within a unit of work,
// and never a failure. What read returns is shared: treat it as read-only.
func Remember[K comparable, V any](db *DB, read func(context.Context, K) (V, error)) func(context.Context, K) (V, error) {
	return RememberBounded(db, rememberAtMost, func(V) int { return 1 }, read)
}

// RememberBounded is Remember for values of different sizes: together they are at
// most so large. One that is larger by itself is not remembered.
func RememberBounded[K comparable, V any](db *DB, most int, size func(V) int, read func(context.Context, K) (V, error)) func(context.Context, K) (V, error) {
	if db.dialect.shared() {
		return read
	}
	m := &memory[K, V]{}
	return func(ctx context.Context, key K) (V, error) {
		if unitOf(ctx) != nil {
			return read(ctx, key)
		}
		asOf := db.changes.Load() // before the read: a change during it makes the entry old
		if v, ok := m.at(asOf, key); ok {
			return v, nil
		}
		v, err := read(ctx, key)
		if n := size(v); err == nil && n <= most {
			m.put(asOf, key, v, n, most)
		}
		return v, err
	}
}

// memory is what is remembered as of one change.
type memory[K comparable, V any] struct {
	mu      sync.RWMutex
	asOf    uint64
	entries map[K]V
	size    int // of all together
}

func (m *memory[K, V]) at(asOf uint64, key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.asOf != asOf {
		var none V
		return none, false
	}
	v, ok := m.entries[key]
	return v, ok
}

func (m *memory[K, V]) put(asOf uint64, key K, v V, size, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if asOf < m.asOf {
		return
	}
	if _, there := m.entries[key]; there && asOf == m.asOf {
		return // two read it at once
	}
	if asOf > m.asOf || m.entries == nil || m.size+size > most {
		m.asOf, m.entries, m.size = asOf, make(map[K]V), 0
	}
	m.size += size
	m.entries[key] = v
}
