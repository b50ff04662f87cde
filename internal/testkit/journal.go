package testkit

import (
	"bytes"
	"sync"
)

// Journal is a log that can be read while it is written. Its zero value is empty and ready.
type Journal struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write is io.Writer; it does not fail.
func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// String is all that was written and not taken.
func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// Take returns what was written since the last Take.
func (j *Journal) Take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return j.text.String()
}
