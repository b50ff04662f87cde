//go:build unix

package scenario

import (
	"syscall"
	"time"
)

// ownCPU is the processor time of this process, 0 if it cannot be told.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
