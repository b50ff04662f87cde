// Package web carries the chat page and the client library inside the binary.
//
// Only the folder app is embedded. It is plain HTML, CSS and ES modules, served as it
// is: there is no build step, so what a browser shows in its debugger is what is in the
// repository.
package web

import (
	"embed"
	"io/fs"
)

//go:embed app
var embedded embed.FS

// Files returns the embedded client, rooted so that "index.html" is the page and
// "lib/beckon.js" the client library. The tree is read-only and safe to share.
func Files() fs.FS {
	files, err := fs.Sub(embedded, "app")
	if err != nil {
		// Sub only fails on a malformed path, and this one is a constant.
		panic(err)
	}
	return files
}
