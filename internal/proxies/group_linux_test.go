package proxies_test

import "syscall"

// ownGroup makes a process the first of a group, to be killed as a whole. It is told to end if the test is killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
