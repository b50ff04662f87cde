package hub

import (
	"sync"
	"testing"
	"time"
)

// A lock that is never let go of, of the hub or of a room, is noticed.
func TestCheckTakesTheLocks(t *testing.T) {
	h := New(Options{NewID: counter()})
	h.Check()
	locks := map[string]sync.Locker{"of the hub": &h.mu}
	for _, key := range []string{"", "a", "b"} {
		join(t, h, "ana", func(j *Join) { j.RoomKey, j.Presence = key, false })
		locks["of room "+key] = &h.rooms[key].mu
	}
	for name, mu := range locks {
		done := make(chan struct{})
		mu.Lock()
		go func() {
			defer close(done)
			h.Check()
		}()
		select {
		case <-done:
			t.Errorf("the check does not take the lock %s", name)
		case <-time.After(20 * time.Millisecond): // much longer than it takes
		}
		mu.Unlock()
		<-done
	}
}
