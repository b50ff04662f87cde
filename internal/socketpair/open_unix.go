//go:build unix

package socketpair

import (
	"net"
	"os"
	"syscall"
)

// Open makes a pair: one socket for here, and one as what a process can inherit, or be handed.
func Open(kind Kind) (here *net.UnixConn, there *os.File, err error) {
	types := map[Kind]int{Stream: syscall.SOCK_STREAM, Datagrams: syscall.SOCK_DGRAM}
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, types[kind], 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	mine := os.NewFile(uintptr(pair[0]), "socketpair")
	defer mine.Close()
	there = os.NewFile(uintptr(pair[1]), "socketpair")
	conn, err := net.FileConn(mine)
	if err != nil {
		there.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), there, nil
}
