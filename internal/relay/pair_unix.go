//go:build unix

package relay

import (
	"net"
	"os"
	"syscall"
	"time"
)

// The kinds of socketPair.
const (
	datagrams = syscall.SOCK_DGRAM
	stream    = syscall.SOCK_STREAM
)

// socketPair makes two sockets that are connected to each other: one for here, one for another process.
func socketPair(kind int) (here *net.UnixConn, there *os.File, err error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	mine := os.NewFile(uintptr(pair[0]), "relay")
	defer mine.Close()
	there = os.NewFile(uintptr(pair[1]), "relay")
	conn, err := net.FileConn(mine)
	if err != nil {
		there.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), there, nil
}

// sendTime is how long the process may take to make room for a stream.
const sendTime = 2 * time.Second

// send gives a process one end of a stream.
func (c *child) send(what []byte, end *os.File) error {
	c.control.SetWriteDeadline(time.Now().Add(sendTime))
	_, _, err := c.control.WriteMsgUnix(what, syscall.UnixRights(int(end.Fd())), nil)
	return err
}
