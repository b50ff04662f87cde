package app

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beckon/internal/config"
)

// The page about the settings lists all that a reload puts in force, and no other.
func TestPageListsWhatIsReloaded(t *testing.T) {
	page, err := os.ReadFile("../config/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "<!-- reload -->")
	text, _, closed := strings.Cut(rest, "<!-- /reload -->")
	if !found || !closed {
		t.Fatal("the page has no list of what is reloaded")
	}
	var listed []string
	for _, flag := range regexp.MustCompile("`--([a-z-]+)`").FindAllStringSubmatch(text, -1) {
		listed = append(listed, flag[1])
	}
	var running, next config.Config
	differ(reflect.ValueOf(&next).Elem())
	if all, known := len(config.Changed(running, next)), len(config.Reference())-1; all != known { // but for --config
		t.Fatalf("%d of %d settings differ", all, known)
	}
	next.TURN = running.TURN
	if got := config.Changed(running, reloaded(running, next)); !slices.Equal(got, listed) {
		t.Errorf("reloaded: %q\nlisted:   %q", got, listed)
	}
	next.TURN = !running.TURN
	left := []string{"ice-server", "turn-secret-file", "turn-credential-ttl", "relay-only", "turn"}
	for _, flag := range config.Changed(running, reloaded(running, next)) {
		if slices.Contains(left, flag) {
			t.Errorf("--%s changes without the --turn that it goes with", flag)
		}
	}
}

// differ makes every value another than zero.
func differ(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			differ(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint16, reflect.Uint32:
		v.SetUint(1)
	default:
		v.SetInt(1)
	}
}
