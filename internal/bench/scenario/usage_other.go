//go:build !unix

package scenario

import "time"

// ownCPU is 0: it cannot be told here. What a run compares it with, the server's, is read on Linux only.
func ownCPU() time.Duration { return 0 }
