package main

import (
	"os"
	"syscall"
)

// logFile returns what leads where stderr does, for the log, and sees to it that the process can die whoever reads that.
//
// Of a panic it is Go's runtime that says why, to descriptor 2, while all else stands still: with a pipe that is full and
// that nobody reads it would never come to the end, and the process would hold its ports for good. So where stderr is a
// pipe, descriptor 2 becomes one that does not block, of its own: what is written by others, and by the log, is as
// before. The pipe is enlarged, so that all that a dying process says finds room unless its reader really stands still.
// Terminals and sockets cannot be treated so; systemd's watchdog sees to a service that hangs.
func logFile() *os.File {
	const (
		stderr       = 2
		setPipeSize  = 1031 // F_SETPIPE_SZ
		pipeSize     = 1 << 20
		dupCloseExec = syscall.F_DUPFD_CLOEXEC
	)
	var info syscall.Stat_t
	if syscall.Fstat(stderr, &info) != nil || info.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return os.Stderr
	}
	own, err := syscall.Open("/proc/self/fd/2", syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return os.Stderr
	}
	defer syscall.Close(own)
	log, _, errno := syscall.Syscall(syscall.SYS_FCNTL, stderr, dupCloseExec, stderr+1)
	if errno != 0 {
		return os.Stderr
	}
	syscall.Syscall(syscall.SYS_FCNTL, log, setPipeSize, pipeSize) // it may be too much for this system
	if err := syscall.Dup3(own, stderr, 0); err != nil {
		syscall.Close(int(log))
		return os.Stderr
	}
	return os.NewFile(log, os.Stderr.Name())
}
