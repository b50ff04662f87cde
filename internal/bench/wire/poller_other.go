//go:build !linux

package wire

import (
	"errors"
	"net"
	"time"
)

var errNeedsLinux = errors.New("beckon-bench needs Linux; the server that it measures may run elsewhere")

// poller is not to be had here.
type poller struct{}

func newPoller() (*poller, error)     { return nil, errNeedsLinux }
func (*poller) close()                {}
func (*poller) add(int) error         { return errNeedsLinux }
func (*poller) watchWrites(int, bool) {}
func (*poller) remove(int)            {}
func (*poller) wake()                 {}

func (*poller) wait(time.Duration, func(fd int, readable, writable bool)) error { return errNeedsLinux }

func take(net.Conn) (int, error)     { return 0, errNeedsLinux }
func read(int, []byte) (int, error)  { return 0, errNeedsLinux }
func write(int, []byte) (int, error) { return 0, errNeedsLinux }
func closeFD(int, bool)              {}
func setReceiveBuffer(int, int)      {}

// RaiseFileLimit allows this process to have n descriptors open, and those that it starts.
func RaiseFileLimit(uint64) error { return errNeedsLinux }
