package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sync"

	"beckon/internal/config"
	"beckon/internal/listen"
	"beckon/internal/ratelimit"
	"beckon/internal/relay"
	"beckon/internal/turn"
)

// RelayCommand is the first argument that makes the program a process of a running server: its TURN server, see
// [turn.Main]. It is for nobody to type.
const RelayCommand = "relay"

// openRelay starts the TURN server and gives it to all who log in.
func (a *App) openRelay(cfg config.Config, open *listen.Set) error {
	ips, err := a.publicIPs(cfg)
	if err != nil {
		return err
	}
	hosts, err := newTURNHosts(cfg, open, ips)
	if err != nil {
		return err
	}
	program, err := ownProgram()
	if err != nil {
		return fmt.Errorf("--turn: %w", err)
	}
	a.relay, err = relay.Open(relay.Options{
		Listen: cfg.TURNListen, Program: program, Args: []string{RelayCommand}, Log: a.log, Observer: a.relayCounts,
		Settings: turn.Settings{
			Realm: cfg.TURNRealm, Secrets: a.ice.secrets, PublicIPs: ips,
			MinPort: cfg.TURNRelayPorts.First, MaxPort: cfg.TURNRelayPorts.Last, AllowPeers: cfg.TURNAllowPeers,
			MaxAllocations: cfg.TURNMaxAllocations, MaxAllocationsPerUser: cfg.TURNMaxAllocationsPerUser,
			BytesPerSecond: cfg.TURNBytesPerSecond, BytesPerSecondPerUser: cfg.TURNBytesPerSecondPerUser,
			MaxAllocationsPerIP: cfg.TURNMaxAllocationsPerIP, BytesPerSecondPerIP: cfg.TURNBytesPerSecondPerIP,
			RequestsPerSecondPerIP: cfg.TURNRequestsPerSecondPerIP,
		},
	})
	if err != nil {
		return listen.Explain("--turn-listen", cfg.TURNListen, err)
	}
	servers := turnServers(hosts, a.turnPorts(cfg, open, hosts))
	a.ice.add(a.relay, servers, cfg)
	a.log.Info().Interface("public_ip", ips).Strs("urls", slices.Concat(servers[0].URLs, servers[1].URLs)).Msg("TURN server")
	return nil
}

// ownProgram is the program that runs: the same one even after another version has been put in its place.
func ownProgram() (string, error) {
	const self = "/proc/self/exe"
	if runtime.GOOS == "linux" {
		if _, err := os.Stat(self); err == nil {
			return self, nil
		}
	}
	return os.Executable()
}

// publicIPs are where the relay is reached: what the operator says, else the address of --turn-listen if it is one,
// else those from which this machine would reach the internet.
func (a *App) publicIPs(cfg config.Config) ([]netip.Addr, error) {
	ips := cfg.TURNPublicIPs
	if len(ips) > 0 {
		return ips, nil
	}
	if bound, err := netip.ParseAddrPort(cfg.TURNListen); err == nil && !bound.Addr().IsUnspecified() {
		ips = []netip.Addr{bound.Addr().Unmap().WithZone("")}
	} else {
		for _, far := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
			// An IPv6 address of this network alone is of no use beside an IPv4 address.
			if ip, found := localEnd(far); found && (ip.Is4() || !ip.IsPrivate()) {
				ips = append(ips, ip)
			}
		}
	}
	if ips == nil {
		return nil, errors.New("--turn-public-ip: this machine has no route to the internet from which to learn its address: say at which one others reach it")
	}
	for _, ip := range ips {
		if ip.IsPrivate() {
			a.log.Warn().Stringer("public_ip", ip).Msg("the TURN server relays at a private address, which only this network reaches: set --turn-public-ip to the one that the internet reaches this machine at")
		} else {
			a.log.Info().Stringer("public_ip", ip).Msg("the TURN server relays at this address of the machine; if others reach it at another one, say so with --turn-public-ip")
		}
	}
	return ips, nil
}

// localEnd is the address from which this machine would talk to another. Nothing is sent.
func localEnd(far string) (netip.Addr, bool) {
	conn, err := net.Dial("udp", far)
	if err != nil {
		return netip.Addr{}, false
	}
	defer conn.Close()
	addr, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	ip := addr.AddrPort().Addr().Unmap()
	return ip, !ip.IsLoopback() && !ip.IsLinkLocalUnicast()
}

// serveRelay keeps the TURN server running until ctx ends. Whatever becomes of it, signaling goes on.
func (a *App) serveRelay(ctx context.Context) {
	if a.relay == nil {
		return
	}
	if err := a.relay.Serve(ctx); err != nil && ctx.Err() == nil {
		a.log.Error().Err(err).Msg("the TURN server has ended for good")
	}
}

// takeSTUN hands a connection that speaks STUN inside its TLS to the TURN server. It counts as one of its address.
func (a *App) takeSTUN(conn net.Conn) {
	// As far as a request without headers tells who has sent it, this is one.
	group, limited := a.clients.Group(&http.Request{RemoteAddr: conn.RemoteAddr().String()})
	admit := a.gate.AdmitExempt
	if limited {
		admit = func() (ratelimit.Place, ratelimit.Reason) { return a.gate.Admit(group) }
	}
	place, reason := admit()
	if reason != ratelimit.None {
		a.relayCounts.Refused(turn.RefusedStream, 1)
		_ = conn.Close() // it may be closed already
		return
	}
	if err := a.relay.Hand(&placed{Conn: conn, leave: sync.OnceFunc(place.Leave)}); err != nil {
		a.log.Debug().Err(err).Msg("a stream could not be handed to the TURN server")
	}
}

// placed is a connection that leaves its place when it is closed.
type placed struct {
	net.Conn
	leave func() // may be called again
}

// Close is net.Conn.
func (p *placed) Close() error {
	p.leave()
	return p.Conn.Close()
}
