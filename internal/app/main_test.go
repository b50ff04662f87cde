package app_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the whole run if a goroutine outlives the tests. Toxiproxy's may: a link that one of its
// toxics has closed keeps what feeds it for good.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"),
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).read"),
		goleak.Cleanup(func(code int) {
			removeBinary()
			os.Exit(code)
		}))
}
