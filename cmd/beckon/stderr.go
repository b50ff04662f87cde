package main

import (
	"fmt"
	"os"
	"time"
)

// lastWords says why the process ends. It waits until that is written, but not for ever: whoever reads it may stand still.
func lastWords(to *os.File, why error) {
	const patience = 500 * time.Millisecond
	written := make(chan struct{})
	go func() {
		defer close(written)
		fmt.Fprintln(to, "beckon:", why)
	}()
	select {
	case <-written:
	case <-time.After(patience):
	}
}
