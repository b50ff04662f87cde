package ice

import (
	"encoding/json"
	"testing"
	"time"
)

func TestStaticKeepsACopy(t *testing.T) {
	configured := []Server{{URLs: []string{"stun:a"}}}
	source := NewStatic(configured)
	configured[0] = Server{URLs: []string{"stun:b"}}
	servers, ttl := source.Servers()
	if len(servers) != 1 || servers[0].String() != "stun:a" {
		t.Errorf("servers = %v, want the ones given to NewStatic", servers)
	}
	if ttl < time.Hour {
		t.Errorf("ttl = %v, so clients would ask all the time", ttl)
	}
}

func TestNoServersEncodeAsAnArray(t *testing.T) {
	servers, _ := NewStatic(nil).Servers()
	if encoded, err := json.Marshal(servers); err != nil || string(encoded) != "[]" {
		t.Errorf("JSON = %s, %v; want []", encoded, err)
	}
}
