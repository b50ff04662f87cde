//go:build unix

package listen

import "syscall"

// MaxFiles is how many files, sockets included, this process may have open at one time; Go has raised the limit as
// far as it may. Not known on all systems.
func MaxFiles() (most uint64, known bool) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return uint64(limit.Cur), err == nil
}
