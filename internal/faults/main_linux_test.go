package faults_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is a visitor where it is told to be. Else it fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) {
	if url := os.Getenv(visitURL); url != "" {
		os.Exit(visit(url, os.Getenv(visitSubprotocol)))
	}
	flag.Set("test.parallel", "8") // they hardly do anything but wait
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(binary.dir)
		os.Exit(code)
	}))
}
