package natlab_test

import (
	"fmt"
	"os"
)

// leaveOut ends the run without a test, and says so. In continuous integration that is a failure.
func leaveOut(why error) {
	fmt.Fprintf(os.Stderr, "\nLEFT OUT: every test across NATs: %v\n\n", why)
	if os.Getenv("CI") != "" {
		os.Exit(1)
	}
	os.Exit(0)
}
