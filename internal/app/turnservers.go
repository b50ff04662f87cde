package app

import (
	"fmt"
	"net"
	"net/netip"

	"beckon/internal/config"
	"beckon/internal/ice"
	"beckon/internal/listen"
)

// turnHosts are the hosts of the URLs, as they are written there.
type turnHosts struct {
	plain  []string
	secure string // one that there is a certificate for; "" for none
}

// newTURNHosts decides by which names or addresses clients reach the TURN server.
func newTURNHosts(cfg config.Config, open *listen.Set, ips []netip.Addr) (turnHosts, error) {
	hosts := turnHosts{secure: bracketed(open.CertificateName())}
	switch {
	case cfg.TURNHost != "":
		if hasTLS(cfg) && !open.Certifies(cfg.TURNHost) {
			return hosts, fmt.Errorf("--turn-host: the certificate is not for %s: get one for it, too, or name a host that it is for", cfg.TURNHost)
		}
		hosts.secure = bracketed(cfg.TURNHost)
		hosts.plain = []string{hosts.secure}
	case len(cfg.ACMEDomains) > 0:
		hosts.plain = []string{hosts.secure}
	default: // a certificate from a file may name hosts that are others' first
		for _, ip := range ips {
			hosts.plain = append(hosts.plain, bracketed(ip.String()))
		}
	}
	return hosts, nil
}

func bracketed(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[" + host + "]"
	}
	return host
}

// turnPorts are the ports of the TURN server; 0 for none.
type turnPorts struct {
	udp, tcp int
	tls      []int
}

// turnPorts finds out where the TURN server is reached, and tells why it is not reached by TLS.
func (a *App) turnPorts(cfg config.Config, open *listen.Set, hosts turnHosts) turnPorts {
	udp, tcp := a.relay.Addrs()
	ports := turnPorts{udp: portOf(udp), tcp: portOf(tcp)}
	if open.SharesSTUN() {
		ports.tls = append(ports.tls, portOf(open.Listeners[0].Addr()))
	}
	if open.TURNS != nil {
		ports.tls = append(ports.tls, portOf(open.TURNS.Addr()))
	}
	switch {
	case ports.tls == nil && !hasTLS(cfg):
		a.log.Info().Msg("there is no TURN over TLS, since TLS does not end here but at a proxy, or nowhere: users of networks that let nothing but the web through will not connect")
	case ports.tls == nil:
		a.log.Info().Msg("there is no TURN over TLS at this port, which a --trusted-proxy or a Unix socket is in front of: --turns-listen makes it a port of its own")
	case hosts.secure == "":
		ports.tls = nil
		a.log.Warn().Msg("there is no TURN over TLS, since the certificate names no host but patterns: say with --turn-host which one is this server's")
	}
	return ports
}

func portOf(addr net.Addr) int {
	switch addr := addr.(type) {
	case *net.TCPAddr:
		return addr.Port
	case *net.UDPAddr:
		return addr.Port
	}
	return 0
}

func hasTLS(cfg config.Config) bool { return cfg.TLSCert != "" || len(cfg.ACMEDomains) > 0 }

// turnServers are the URLs of the TURN server, without credentials: first what is cheapest.
func turnServers(hosts turnHosts, ports turnPorts) []ice.Server {
	var stun, turn ice.Server
	for _, host := range hosts.plain {
		stun.URLs = append(stun.URLs, fmt.Sprintf("stun:%s:%d", host, ports.udp))
		turn.URLs = append(turn.URLs, fmt.Sprintf("turn:%s:%d?transport=udp", host, ports.udp))
	}
	for _, host := range hosts.plain {
		turn.URLs = append(turn.URLs, fmt.Sprintf("turn:%s:%d?transport=tcp", host, ports.tcp))
	}
	for _, port := range ports.tls {
		turn.URLs = append(turn.URLs, fmt.Sprintf("turns:%s:%d?transport=tcp", hosts.secure, port))
	}
	return []ice.Server{stun, turn}
}
