package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"beckon/internal/testkit"
)

// newToxicProxy starts a Toxiproxy in front of a server. Each connection gets one of its own, since a toxic
// that is taken away again would also end the connections that it has been at work on.
func newToxicProxy(address string) (*toxiproxy.Proxy, error) {
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(api, "cut", "127.0.0.1:0", address)
	return proxy, proxy.Start()
}

// toxic is one of Toxiproxy's, as its API takes it.
type toxic struct {
	kind, stream string
	attribute    string
	value        int
	inert        bool // there, but without its effect on the data
}

func (x toxic) add(proxy *toxiproxy.Proxy) error {
	toxicity := 1
	if x.inert {
		toxicity = 0
	}
	_, err := proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(
		`{"type":%q,"stream":%q,"toxicity":%d,"attributes":{%q:%d}}`, x.kind, x.stream, toxicity, x.attribute, x.value,
	)))
	return err
}

// Milliseconds and bytes of the toxics below.
const (
	soon     = 40   // ms: until a connection that works is struck
	handover = 1200 // bytes: about as much as a handshake and a login reply
	chatter  = 8000 // bytes: some messages more
)

// mishap is how a connection is going to break.
type mishap struct {
	name   string
	first  []toxic       // there from the beginning
	later  []toxic       // added after a while
	after  time.Duration // which is this long
	hangUp time.Duration // when the client cuts the connection by itself; 0 for never
}

// mishaps are all kinds, with chance as to when they strike.
func mishaps(chance *rand.Rand) []mishap {
	limit := func(stream string, most int) toxic {
		return toxic{kind: "limit_data", stream: stream, attribute: "bytes", value: chance.IntN(most)}
	}
	timeout := func(stream string, ms int) toxic {
		return toxic{kind: "timeout", stream: stream, attribute: "timeout", value: ms}
	}
	slowClose := func(stream string) toxic {
		return toxic{kind: "slow_close", stream: stream, attribute: "delay", value: 50 + chance.IntN(200)}
	}
	reset := toxic{kind: "reset_peer", stream: "downstream", attribute: "timeout"}
	withRST := reset
	withRST.inert = true // the end of the connection is a RST, whatever brings it about
	while := func() time.Duration { return time.Duration(1+chance.IntN(soon)) * time.Millisecond }
	const enough = 3 * soon * time.Millisecond // where the limit is never reached
	return []mishap{
		{name: "limit_data early", first: []toxic{limit("downstream", handover)}},
		{name: "limit_data late", first: []toxic{limit("downstream", chatter)}},
		{name: "limit_data, RST", first: []toxic{withRST, limit("downstream", chatter)}},
		{name: "limit_data upstream", first: []toxic{limit("upstream", handover)}, hangUp: enough},
		{name: "reset_peer", later: []toxic{reset}, after: while()},
		{name: "timeout", later: []toxic{timeout("downstream", 1+chance.IntN(soon))}, after: while()},
		{name: "black hole", later: []toxic{timeout("downstream", 0), timeout("upstream", 0)}, after: while()},
		{name: "black hole downstream", later: []toxic{timeout("downstream", 0)}, after: while()},
		{name: "slow_close", first: []toxic{slowClose("downstream"), slowClose("upstream")}, hangUp: while()},
		{name: "client", hangUp: while()},
	}
}

// strike prepares a proxy, and returns how to dial through it.
func (m mishap) strike(proxy *toxiproxy.Proxy) (testkit.DialFunc, error) {
	for _, x := range m.first {
		if err := x.add(proxy); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", proxy.Listen)
		if err != nil {
			return nil, err
		}
		for _, x := range m.later {
			time.AfterFunc(m.after, func() { x.add(proxy) })
		}
		if m.hangUp > 0 {
			time.AfterFunc(m.hangUp, func() { conn.Close() })
		}
		return conn, nil
	}, nil
}
