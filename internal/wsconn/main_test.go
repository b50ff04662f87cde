package wsconn

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
