//go:build unix

package proxies_test

import (
	"testing"
	"time"

	"beckon/internal/testkit"
)

// The proportions of life: the server's pings are so far apart, and the proxies wait so long.
const (
	quickPing    = pingInterval * time.Second / haste
	quickTimeout = timeout * time.Second / haste
)

var quickPings = []string{"--ping-interval=" + quickPing.String(), "--pong-timeout=" + (quickPing * 9 / 10).String()}

// Who says nothing for longer than the proxies wait stays connected by the server's pings alone. Without them the
// proxies that the page says so of cut the connection: else this test would prove nothing.
func TestIdle(t *testing.T) {
	type pair struct{ pinged, silent *testkit.Client }
	m := mounts[0]
	// Here nobody tells the server about the proxy. Pages of its own site may connect all the same.
	pinging := bareServer(t, append(quickPings, "--listen=127.0.0.1:0")...)
	silent := bareServer(t, "--ping-interval=1h", "--listen=127.0.0.1:0")
	pairs := map[*product]pair{}
	for _, p := range products {
		own := testkit.Header("Origin", "https://"+testHost)
		pairs[p] = pair{
			pinged: p.newFront(t, m, pinging.address).open(own),
			silent: p.newFront(t, m, silent.address).open(own),
		}
		pairs[p].pinged.Login("pinged by " + p.name)
		pairs[p].silent.Login("silent at " + p.name)
	}
	begun := time.Now()
	for _, p := range products {
		if !p.cutsIdle {
			continue
		}
		_, end := pairs[p].silent.Drain()
		if after := end.At.Sub(begun); end.Code != 1006 || after < quickTimeout/2 {
			t.Errorf("%s: without pings the connection ended with %d after %v, want it cut after about %v", p.name, end.Code, after, quickTimeout)
		}
	}
	time.Sleep(time.Until(begun.Add(quickTimeout * 5 / 2)))
	for _, p := range products {
		expectAlive(t, p.name, pairs[p].pinged)
		if pings := len(pairs[p].pinged.Pings()); pings < 4 {
			t.Errorf("%s: %d pings arrived", p.name, pings)
		}
		if !p.cutsIdle {
			expectAlive(t, p.name+" without pings", pairs[p].silent)
		}
	}
}

// expectAlive has a client get an answer.
func expectAlive(t *testing.T, who string, c *testkit.Client) {
	t.Helper()
	c.Say(testkit.Message{"type": "ping", "data": who})
	for {
		if f := c.Next(); f.Type == "pong" && f.Text("data") == who {
			return
		}
	}
}
