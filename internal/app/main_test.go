package app_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeBinary()
		os.Exit(code)
	}))
}
