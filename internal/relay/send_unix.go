//go:build unix

package relay

import (
	"os"
	"syscall"
	"time"
)

// sendTime is how long the process may take to make room for a stream.
const sendTime = 2 * time.Second

// send gives a process one end of a stream.
func (c *child) send(what []byte, end *os.File) error {
	c.control.SetWriteDeadline(time.Now().Add(sendTime))
	_, _, err := c.control.WriteMsgUnix(what, syscall.UnixRights(int(end.Fd())), nil)
	return err
}
