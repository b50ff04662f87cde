//go:build !linux

package main

import "os"

// logFile returns what leads where stderr does, for the log.
func logFile() *os.File { return os.Stderr }
