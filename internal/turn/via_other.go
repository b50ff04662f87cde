//go:build !linux

package turn

import (
	"net"
	"net/netip"
)

const maxControl = 0

// tellVia is not needed where a machine has one address of a family; with several, listen on the one that is public.
func tellVia(*net.UDPConn) error { return nil }

func viaIn([]byte) netip.Addr { return netip.Addr{} }

func controlFor(netip.Addr) []byte { return nil }
