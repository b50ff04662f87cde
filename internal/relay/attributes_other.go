//go:build !linux

package relay

import "syscall"

// attributes are nothing special: the process ends when its standard input does.
func attributes() *syscall.SysProcAttr { return nil }
