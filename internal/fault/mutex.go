package fault

import (
	"runtime/debug"
	"sync"
)

// Mutex is a lock on what all share. A fault while it is held ends the process, with its stack: what it left half done
// is everybody's, and whoever locks it next would build on that. Unlock must be deferred.
type Mutex struct {
	mu sync.Mutex
}

// Lock is sync.Locker.
func (m *Mutex) Lock() { m.mu.Lock() }

// Unlock is sync.Locker.
func (m *Mutex) Unlock() {
	if value := recover(); value != nil {
		end(value)
	}
	m.mu.Unlock()
}

var _ sync.Locker = (*Mutex)(nil)

// end panics in a goroutine where nobody can catch it, as net/http does in its own, and does not return: the lock stays
// locked until the process is gone.
func end(value any) {
	go panic("a fault in what all share: " + what(value) + "\n\n" + string(debug.Stack()))
	select {}
}
