package ice

import (
	"testing"
	"time"
)

func TestStaticIsTheSameForEverybody(t *testing.T) {
	configured := []Server{{URLs: []string{"stun:a"}}, {URLs: []string{"turn:b"}}}
	source := NewStatic(configured)
	configured[0] = Server{URLs: []string{"stun:b"}}
	const want = `[{"urls":["stun:a"]},{"urls":["turn:b"]}]`
	first := source.Servers(User{ID: "ana"})
	if string(first.List) != want || first.Lapses {
		t.Errorf("got %s, want the servers given to NewStatic", first.List)
	}
	if first.TTL < time.Hour {
		t.Errorf("ttl = %v, so clients would ask all the time", first.TTL)
	}
	if allocations := testing.AllocsPerRun(10, func() { source.Servers(User{ID: "bob"}) }); allocations != 0 {
		t.Errorf("each login costs %v allocations", allocations)
	}
}

func TestNoServersEncodeAsAnArray(t *testing.T) {
	if got := NewStatic(nil).Servers(User{}).List; string(got) != "[]" {
		t.Errorf("JSON = %s; want []", got)
	}
}
