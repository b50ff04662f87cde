package app

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func TestNothingOfClientsMovesTheCursor(t *testing.T) {
	var out bytes.Buffer
	log := zerolog.New(zerolog.ConsoleWriter{Out: plain{&out}, NoColor: true})
	const words = "a\u009b31mb\u0085c\u202ed\u2028e\x1b[2Jf é 👩‍🚀"
	log.Info().Strs("origin", []string{words}).Str("detail", words).Msg("refused")
	for _, bad := range []string{"\u009b", "\u0085", "\u202e", "\u2028", "\x1b"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q is in the line %q", bad, out.String())
		}
	}
	if !strings.Contains(out.String(), `a\u009b31mb\u0085c\u202ed`) || !strings.Contains(out.String(), "é") {
		t.Errorf("the line is %q", out.String())
	}
}
