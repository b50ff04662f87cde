//go:build linux

package soak_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run if a goroutine outlives it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
