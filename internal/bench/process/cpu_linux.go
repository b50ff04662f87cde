package process

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// cpuTime reads the processor clock of another process, in nanoseconds: what /proc/PID/stat has in hundredths of a
// second, threads that have ended included. See clock_getcpuclockid(3) for the number of the clock.
func cpuTime(pid int) (time.Duration, error) {
	const scheduled = 2
	clock := ^int32(pid)<<3 | scheduled
	var spec syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&spec)), 0)
	if errno != 0 {
		return 0, fmt.Errorf("its processor clock: %w", errno)
	}
	return time.Duration(spec.Nano()), nil
}
