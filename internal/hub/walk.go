package hub

import (
	"maps"
	"slices"
	"sync"
)

// stretch is how many entries a walk visits before it lets others have the lock: some microseconds.
const stretch = 256

// walk visits the entries of m, which mu guards, until visit returns false. visit is called with mu held,
// pause (nil for none) every stretch without. The map may change meanwhile, as it may in any loop over it (The Go
// Programming Language Specification, "For statements with range clause"): what is in it all the time is
// visited once.
func walk[V any](mu sync.Locker, m map[string]V, visit func(key string, value V) bool, pause func()) {
	mu.Lock()
	defer mu.Unlock()
	visited := 0
	for key, value := range m {
		if !visit(key, value) {
			return
		}
		if visited++; visited%stretch == 0 {
			mu.Unlock()
			if pause != nil {
				pause()
			}
			mu.Lock()
		}
	}
}

type entry[V any] struct {
	key   string
	value V
}

// lowest returns the entries of m, which mu guards, with the least keys of at least from, at most n, in order.
func lowest[V any](mu sync.Locker, m map[string]V, from string, n int) []entry[V] {
	found := make(map[string]V) // by key, since one that goes and comes back may be visited twice
	full, greatest := false, ""
	walk(mu, m, func(key string, value V) bool {
		if key >= from && !(full && key > greatest) {
			found[key] = value
		}
		return true
	}, func() {
		if len(found) > 2*n {
			keys := slices.Sorted(maps.Keys(found))
			for _, key := range keys[n:] {
				delete(found, key)
			}
			full, greatest = true, keys[n-1]
		}
	})
	keys := slices.Sorted(maps.Keys(found))
	entries := make([]entry[V], 0, min(n, len(keys)))
	for _, key := range keys[:min(n, len(keys))] {
		entries = append(entries, entry[V]{key, found[key]})
	}
	return entries
}
