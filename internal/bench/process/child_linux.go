package process

import (
	"os/exec"
	"syscall"
)

// bind has a command end when the thread that starts it does, lest an interrupted run leave servers behind. The
// goroutine should be locked to its thread.
func bind(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
