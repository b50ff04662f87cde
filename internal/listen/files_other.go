//go:build !unix

package listen

// MaxFiles is not known here.
func MaxFiles() (most uint64, known bool) { return 0, false }
