package header

import "testing"

func TestHasToken(t *testing.T) {
	for _, test := range []struct {
		lines []string
		want  bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"upgrade"}, true},
		{[]string{"Upgrade"}, true},
		{[]string{"keep-alive, \tUpgrade "}, true},
		{[]string{"keep-alive", ",,upgrade,"}, true},
		{[]string{"upgrades"}, false},
		{[]string{"up grade"}, false},
		{[]string{"upgrade;q=1"}, false},
	} {
		if got := HasToken(test.lines, "upgrade"); got != test.want {
			t.Errorf("%q: %t", test.lines, got)
		}
	}
}
