package compare

import (
	"fmt"
	"io"
	"net"
	"path/filepath"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/scenario"
	"beckon/internal/bench/wire"
)

// The contenders. Beckon is two of them, as its two dialects differ.
const (
	v1       = "beckon v1"
	plain    = "beckon plain"
	floor    = "bare floor"
	peer     = "npm peer"
	tutorial = "tutorial"
)

// feature is something that can be switched off, which makes another contender.
type feature struct {
	contender string
	off       string // the flags
}

// features are those that may cost something with each message.
func features() []feature {
	return []feature{
		{"beckon v1 without limits", " --messages-per-second 0 --bytes-per-second 0 --max-connections 0 --max-users 0"},
		{"beckon v1 without sessions", " --resume-window 0"},
		{"beckon v1 without a log", " --log-level error"},
	}
}

// bench starts nothing yet: it says how a contender is started, on a port that is free, and reached.
func (c *comparison) bench(name string, tls bool) (*scenario.Bench, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return nil, err
	}
	speaks, command, err := c.contender(name, address)
	if err != nil {
		return nil, err
	}
	b := &scenario.Bench{Command: command, Progress: io.Discard}
	scheme := "ws"
	if tls {
		scheme = "wss"
		b.Command += fmt.Sprintf(" --tls-cert %s --tls-key %s", c.certificate.cert, c.certificate.key)
	}
	if c.Processor != "" {
		b.Command = "taskset -c " + c.Processor + " " + b.Command
	}
	if b.Dialect, err = dialect.Named(speaks); err != nil {
		return nil, err
	}
	b.Target, err = wire.NewTarget(scheme+"://"+address+"/", tls)
	return b, err
}

// contender says what a contender speaks and how to have it listen on an address.
func (c *comparison) contender(name, address string) (speaks, command string, err error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", "", err
	}
	for _, f := range features() {
		if f.contender == name {
			return "v1", c.Beckon + " --listen " + address + f.off, nil
		}
	}
	switch name {
	case v1:
		return "v1", c.Beckon + " --listen " + address, nil
	case plain:
		return "plain", c.Beckon + " --listen " + address, nil
	case floor:
		return "plain", c.Floor + " -listen " + address, nil
	case peer:
		// Its own limit is 5,000 connections.
		program := filepath.Join(c.Peers, "node_modules/peer/dist/bin/peerjs.js")
		return "peerjs", fmt.Sprintf("%s %s --host 127.0.0.1 --port %s --concurrent_limit 100000", c.Node, program, port), nil
	case tutorial:
		return "tutorial", fmt.Sprintf("%s %s %s", c.Node, filepath.Join(c.Peers, "tutorial.mjs"), port), nil
	default:
		return "", "", fmt.Errorf("there is no contender %q", name)
	}
}
