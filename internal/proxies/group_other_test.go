//go:build unix && !linux

package proxies_test

import "syscall"

// ownGroup makes a process the first of a group, to be killed as a whole.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
