// Command beckon-bench loads a signaling server and measures it.
package main

import (
	"os"

	"beckon/internal/bench"
)

func main() {
	os.Exit(bench.Main(os.Args[1:], os.Stdout, os.Stderr))
}
