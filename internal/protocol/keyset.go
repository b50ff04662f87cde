package protocol

import "bytes"

// keySet knows the keys of every object that is open, to find duplicates. Objects with few keys, which is
// all that honest clients send, are searched one by one; the rest get a map, so that a frame of ten thousand
// keys costs its length and not its square.
type keySet struct {
	keys   [][]byte           // of all open objects, outermost first
	mapped []map[string]empty // for each open object that outgrew the search, outermost first
	starts []int              // where that object's keys begin in keys
}

type empty struct{}

const searchAtMost = 16

func (k *keySet) reset() {
	clear(k.keys) // so that no frame is kept alive
	k.keys, k.mapped, k.starts = k.keys[:0], k.mapped[:0], k.starts[:0]
}

// mark is where the keys of an object that opens now will begin.
func (k *keySet) mark() int { return len(k.keys) }

// release forgets the innermost object, whose keys began at first.
func (k *keySet) release(first int) {
	k.keys = k.keys[:first]
	if k.innermostMapped(first) {
		last := len(k.starts) - 1
		k.mapped[last] = nil
		k.mapped, k.starts = k.mapped[:last], k.starts[:last]
	}
}

// add records a key of the innermost object, whose keys begin at first; false if it is there already.
func (k *keySet) add(first int, key []byte) bool {
	if k.innermostMapped(first) {
		seen := k.mapped[len(k.mapped)-1]
		if _, twice := seen[string(key)]; twice {
			return false
		}
		seen[string(key)] = empty{}
		return true
	}
	for _, other := range k.keys[first:] {
		if bytes.Equal(other, key) {
			return false
		}
	}
	k.keys = append(k.keys, key)
	if len(k.keys)-first > searchAtMost {
		k.outgrow(first)
	}
	return true
}

func (k *keySet) outgrow(first int) {
	seen := make(map[string]empty, 4*searchAtMost)
	for _, key := range k.keys[first:] {
		seen[string(key)] = empty{}
	}
	k.mapped, k.starts = append(k.mapped, seen), append(k.starts, first)
}

// innermostMapped reports whether the innermost object, whose keys begin at first, has a map. An object
// inside it begins later, as the outer one has keys; so equal starts mean the same object.
func (k *keySet) innermostMapped(first int) bool {
	return len(k.starts) > 0 && k.starts[len(k.starts)-1] == first
}
