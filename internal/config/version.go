package config

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version returns one line that says which build this is: the module's version as the Go
// tool stamped it (from the tag or commit it was built from) and the Go version.
func Version() string {
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("beckon %s %s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
