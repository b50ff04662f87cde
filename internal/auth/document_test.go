package auth

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDocumentsSayTheLeeway(t *testing.T) {
	want := fmt.Sprintf("until %.0f s after", Leeway.Seconds())
	for _, path := range []string{"README.md", "../protocol/PROTOCOL.md"} {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}
