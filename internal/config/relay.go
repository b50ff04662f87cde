package config

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"beckon/internal/ice"
)

// Relay is the STUN and TURN server that is built in.
type Relay struct {
	// TURN switches it on.
	TURN bool `name:"turn" default:"false" help:"Run a STUN and TURN server, and give it to clients: then any two can connect, whatever is between them."`
	// TURNListen is HOST:PORT for UDP and TCP.
	TURNListen string `name:"turn-listen" default:":3478" placeholder:"HOST:PORT" help:"Address of the TURN server, for UDP and TCP."`
	// TURNSListen is HOST:PORT for TLS, besides the site's own; "" for none.
	TURNSListen string `name:"turns-listen" placeholder:"HOST:PORT" help:"One more address of the TURN server, for TLS, usually :5349. Where this server does TLS itself, TURN over TLS shares the port of --listen, which is enough for clients."`
	// TURNPublicIPs are where others reach the relay, at most one of each family; none for what is found at start.
	TURNPublicIPs []netip.Addr `name:"turn-public-ip" placeholder:"IP" help:"Address at which the internet reaches this machine; two, if one is IPv4 and the other IPv6. Without it: the address of --turn-listen, or the one from which this machine reaches the internet, which is wrong behind NAT."`
	// TURNHost is the host in the URLs; "" for one that is found at start.
	TURNHost string `name:"turn-host" placeholder:"HOST" help:"Host name by which clients reach the TURN server. Without it: the first --acme-domain, else --turn-public-ip, and for TLS the first host of --tls-cert."`
	// TURNRelayPorts are where the relay meets the peers.
	TURNRelayPorts Ports `name:"turn-relay-ports" default:"49152-65535" placeholder:"FIRST-LAST" help:"UDP ports at which the TURN server relays, one for each allocation."`
	// TURNRealm is the realm of the credentials.
	TURNRealm string `name:"turn-realm" default:"beckon" placeholder:"TEXT" help:"Realm of the TURN server (RFC 8489)."`
	// TURNAllowPeers are networks to relay to although they are not of the internet.
	TURNAllowPeers []netip.Prefix `name:"turn-allow-peer" placeholder:"NETWORK" help:"Relay to this address or network, too, such as 10.0.0.0/8, although it is not on the public internet. May be repeated."`
	// TURNMaxAllocations and what follows are bounds; 0 switches each off.
	TURNMaxAllocations         int `name:"turn-max-allocations" default:"5000" placeholder:"N" help:"Most TURN allocations at one time, 0 for any number."`
	TURNMaxAllocationsPerUser  int `name:"turn-max-allocations-per-user" default:"100" placeholder:"N" help:"Most TURN allocations of one user, 0 for any number. A browser makes one for each conversation, TURN address and network. A token's sub says who is one user, without tokens each login is one."`
	TURNMaxAllocationsPerIP    int `name:"turn-max-allocations-per-ip" default:"300" placeholder:"N" help:"Most TURN allocations of one client address (IPv6: of one /64; of one /56 twice, of one /48 four times as many), 0 for any number. The default is a hundred conversations at a time from behind one NAT, by UDP, TCP and TLS each."`
	TURNBytesPerSecond         int `name:"turn-bytes-per-second" default:"67108864" placeholder:"N" help:"Bytes per second that are relayed in all, both ways together; the rest is lost. 0 for any number."`
	TURNBytesPerSecondPerUser  int `name:"turn-bytes-per-second-per-user" default:"4194304" placeholder:"N" help:"Bytes per second that are relayed for one user, both ways together; the rest is lost. 0 for any number."`
	TURNBytesPerSecondPerIP    int `name:"turn-bytes-per-second-per-ip" default:"8388608" placeholder:"N" help:"Bytes per second that are relayed for one client address (IPv6: for one /64; for one /56 twice, for one /48 four times as many), both ways together; the rest is lost. 0 for any number. The default is a dozen video calls at a time from behind one NAT."`
	TURNRequestsPerSecondPerIP int `name:"turn-requests-per-second-per-ip" default:"50" placeholder:"N" help:"STUN and TURN requests per second without credentials that are answered for one address, and TCP and TLS connections that it may open; 0 for any number."`
}

// The defaults of what is text, as in the tags above.
const (
	defaultTURNListen = ":3478"
	defaultTURNRealm  = "beckon"
)

// checkTURN checks the TURN server built in.
func (c *Config) checkTURN() error {
	if !c.TURN {
		return c.checkNoTURN()
	}
	if err := checkTCP(c.TURNListen); err != nil {
		return fmt.Errorf("--turn-listen: %w", err)
	}
	if err := c.checkTURNS(); err != nil {
		return err
	}
	if err := c.checkPublicIPs(); err != nil {
		return err
	}
	if c.TURNHost != "" {
		host, err := canonicalHost(strings.TrimSpace(c.TURNHost))
		if err != nil {
			return err
		}
		c.TURNHost = host
	}
	const longestRealm = 127
	if c.TURNRealm == "" || len(c.TURNRealm) > longestRealm || strings.ContainsAny(c.TURNRealm, "\"\\\x00\r\n") {
		return fmt.Errorf("--turn-realm: must be 1 to %d characters without quotes, got %q", longestRealm, c.TURNRealm)
	}
	return c.checkAllowPeers()
}

// checkNoTURN refuses what is of no use without the server.
func (c *Config) checkNoTURN() error {
	for _, s := range []struct {
		flag string
		set  bool
	}{
		{"turn-listen", c.TURNListen != defaultTURNListen}, {"turns-listen", c.TURNSListen != ""},
		{"turn-public-ip", len(c.TURNPublicIPs) > 0}, {"turn-host", c.TURNHost != ""},
		{"turn-relay-ports", c.TURNRelayPorts != dynamicPorts()}, {"turn-realm", c.TURNRealm != defaultTURNRealm},
		{"turn-allow-peer", len(c.TURNAllowPeers) > 0},
	} {
		if s.set {
			return fmt.Errorf("--%s: needs --turn, which switches the TURN server on", s.flag)
		}
	}
	return nil
}

func (c *Config) checkTURNS() error {
	if c.TURNSListen == "" {
		return nil
	}
	if err := checkTCP(c.TURNSListen); err != nil {
		return fmt.Errorf("--turns-listen: %w", err)
	}
	if c.TLSCert == "" && len(c.ACMEDomains) == 0 {
		return errors.New("--turns-listen: needs --tls-cert or --acme-domain, the certificate for its TLS")
	}
	for _, other := range []struct{ flag, address string }{{"--listen", c.Listen}, {"--turn-listen", c.TURNListen}} {
		if c.TURNSListen == other.address && !strings.HasSuffix(other.address, ":0") {
			return fmt.Errorf("--turns-listen: must differ from %s, got %q for both", other.flag, other.address)
		}
	}
	return nil
}

func (c *Config) checkPublicIPs() error {
	seen := map[bool]netip.Addr{} // by whether it is IPv4
	for i, ip := range c.TURNPublicIPs {
		ip = ip.Unmap()
		c.TURNPublicIPs[i] = ip
		if ip.IsUnspecified() || ip.IsMulticast() || ip.Zone() != "" {
			return fmt.Errorf("--turn-public-ip: must be an address of this machine alone, without a zone, got %s", ip)
		}
		if other, twice := seen[ip.Is4()]; twice {
			return fmt.Errorf("--turn-public-ip: one IPv4 and one IPv6 address at most, got %s and %s", other, ip)
		}
		seen[ip.Is4()] = ip
	}
	return nil
}

func (c *Config) checkAllowPeers() error {
	for _, network := range c.TURNAllowPeers {
		switch {
		case network.Bits() == 0:
			return fmt.Errorf("--turn-allow-peer: %s would let everybody reach everything that this machine reaches, itself included: name the networks of your users", network)
		case network != network.Masked():
			return fmt.Errorf("--turn-allow-peer: %s is an address inside a network: write %s for the network, or %s for the address",
				network, network.Masked(), network.Addr())
		}
	}
	return nil
}

// checkMinted checks that there is a TURN server for what is asked of one.
func (c *Config) checkMinted() error {
	bare := slices.ContainsFunc(c.ICEServers, ice.Server.LacksCredentials)
	usable := slices.ContainsFunc(c.ICEServers, func(s ice.Server) bool {
		return s.Username != "" || c.TURNSecretFile != "" && s.LacksCredentials()
	})
	switch {
	case c.TURNSecretFile != "" && !c.TURN && !bare:
		return errors.New("--turn-secret-file: needs --turn, or an --ice-server turn:HOST:PORT without credentials, for which to make some")
	case c.RelayOnly && !c.TURN && !usable:
		return errors.New("--relay-only: needs --turn, or a TURN server with credentials in --ice-server: without one nobody could connect")
	}
	return nil
}

// canonicalHost returns a host name in lower case, or an address.
func canonicalHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && ip.Zone() == "" {
		return ip.String(), nil
	}
	server, err := ice.ParseServer("stun:" + host)
	if err != nil || strings.ContainsAny(host, ":@?") {
		return "", fmt.Errorf("--turn-host: must be a host name or an address and nothing more, got %q", host)
	}
	return strings.TrimSuffix(strings.TrimPrefix(server.URLs[0], "stun:"), "."), nil
}

// Ports are a range of ports, both ends included.
type Ports struct{ First, Last uint16 }

// dynamicPorts are those that IANA keeps for such uses (RFC 6335, section 6).
func dynamicPorts() Ports { return Ports{First: 49152, Last: 65535} }

// String is FIRST-LAST.
func (p Ports) String() string { return fmt.Sprintf("%d-%d", p.First, p.Last) }

// UnmarshalText reads FIRST-LAST; after an error p is what it was.
func (p *Ports) UnmarshalText(text []byte) error {
	const leastPort = 1024
	first, last, ok := strings.Cut(string(text), "-")
	from, err := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	to, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	if !ok || err != nil || err2 != nil || from < leastPort || to < from {
		return fmt.Errorf("must be FIRST-LAST, two ports from %d to 65535 in this order, got %q", leastPort, text)
	}
	*p = Ports{First: uint16(from), Last: uint16(to)}
	return nil
}
