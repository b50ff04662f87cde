package turn

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestLobby(t *testing.T) {
	for name, c := range map[string]struct{ come, closed string }{
		"as many as there may be":    {"192.0.2.1 192.0.2.1 192.0.2.2 192.0.2.2 192.0.2.3", ""},
		"too many of one address":    {"192.0.2.2 192.0.2.1 192.0.2.1 192.0.2.1", "1"},
		"too many in all":            {"192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8 192.0.2.9", "0"},
		"one address goes on":        {"192.0.2.2 192.0.2.1 192.0.2.1 192.0.2.1 192.0.2.1 192.0.2.1 192.0.2.1 192.0.2.1 192.0.2.1 192.0.2.1", "1 2 3 4 5 6 7"},
		"too many of a /64":          {"2001:db8::1 2001:db8::2 2001:db8::3", "0"},
		"too many of a /56":          {"2001:db8::1 2001:db8:0:1::1 2001:db8:0:2::1 2001:db8:0:3::1 2001:db8:0:4::1", "0"},
		"too many of a /48":          {"2001:db8::1 2001:db8:0:100::1 2001:db8:0:200::1 2001:db8:0:300::1 2001:db8:0:400::1 2001:db8:0:500::1 2001:db8:0:600::1 2001:db8:0:700::1 2001:db8:0:800::1", "0"},
		"one who speaks lasts":       {"192.0.2.1 192.0.2.1 speak 192.0.2.1 192.0.2.1", "1 0"},
		"one who leaves makes room":  {"192.0.2.1 192.0.2.1 leave 192.0.2.1", ""},
		"one who leaves comes again": {"192.0.2.1 192.0.2.1 leave again 192.0.2.1", "1"},
		"one who has ended does not": {"192.0.2.1 192.0.2.1 end again 192.0.2.1", ""},
		"nor one who was closed":     {"192.0.2.1 192.0.2.1 192.0.2.1 again leave end", "0"},
	} {
		const most, perIP = 8, 2
		l := newLobby(most, perIP)
		var visitors []*visitor
		var closed []string
		n := 0
		for what := range strings.FieldsSeq(c.come) {
			switch what {
			case "speak":
				l.spoke(visitors[0])
			case "leave":
				l.leave(visitors[0])
			case "again":
				n += l.enter(visitors[0])
			case "end":
				l.end(visitors[0])
			default:
				name := fmt.Sprint(len(visitors))
				v := &visitor{addr: netip.MustParseAddr(what), close: func() { closed = append(closed, name) }}
				visitors = append(visitors, v)
				n += l.enter(v)
			}
		}
		if got := strings.Join(closed, " "); got != c.closed || n != len(closed) {
			t.Errorf("%s: closed %q, and said %d; want %q", name, got, n, c.closed)
		}
		for _, v := range visitors {
			l.end(v)
		}
		if l.all.Len() != 0 || len(l.networks) != 0 {
			t.Errorf("%s: %d streams and %d networks are remembered", name, l.all.Len(), len(l.networks))
		}
	}
}
