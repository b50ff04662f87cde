package config

import (
	"net"
	"strings"
)

const (
	// portVariable is set by hosting platforms to the port that they send requests to.
	portVariable = "PORT"
	// listenFlag is the flag whose port it changes.
	listenFlag = "listen"
)

// movePort returns where to listen when a hosting platform names the port: its own port, and the host that is in the
// file, or else in the default, since a server that is for this machine alone must not be opened to others that way.
// A Unix socket has no port and stays. (What is said to this program alone, by the flag or by BECKON_LISTEN, stays too
// and does not come here.) The address and its origin are the file's, "" if it has none.
func movePort(address, origin, byDefault, port string) (moved, movedBy string) {
	movedBy = portVariable
	if address == "" {
		address = byDefault
	} else {
		movedBy += " and " + origin
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil || strings.HasPrefix(address, unixPrefix) {
		return address, origin
	}
	return net.JoinHostPort(host, port), movedBy
}
