package listen

import (
	"net"
	"net/netip"
	"strconv"
)

// port is the port of a TCP address, in decimal; "" for a Unix socket.
func port(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return strconv.Itoa(tcp.Port)
	}
	return ""
}

// pageHost is the host under which a browser on this machine reaches addr.
func pageHost(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return "localhost"
	}
	if tcp.IP.IsUnspecified() || tcp.IP.Equal(net.IPv4(127, 0, 0, 1)) {
		return "localhost"
	}
	return tcp.IP.String()
}

// authority writes HOST:PORT as it stands in a URL, without the port that the scheme implies.
func authority(host, port, implied string) string {
	if port == "" || port == implied {
		if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, port)
}
