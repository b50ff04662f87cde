package address

import (
	"net/netip"
	"strings"
)

// IsLoopback tells whether a host, a name or an address without brackets, is this machine to itself.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
