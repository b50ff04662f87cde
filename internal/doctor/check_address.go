package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// checkAddress looks the host up and connects to each of its addresses: clients take any of them.
func (x *examination) checkAddress(ctx context.Context) {
	addresses, err := x.lookUp(ctx)
	if err != nil {
		x.blameDNS(err)
		return
	}
	failures := x.connectAll(ctx, addresses)
	var works []string
	for i, address := range addresses {
		if failures[i] != nil {
			continue
		}
		if works == nil {
			x.address = address
		}
		works = append(works, address.Addr().String())
	}
	for i, address := range addresses {
		if failures[i] != nil {
			x.blameAddress(address, failures[i], len(works) > 0)
		}
	}
	if works == nil {
		return
	}
	x.reaches(reached)
	x.ok(AddressOK, "%s port %s takes connections at %s.", x.target.host, x.target.port, strings.Join(works, ", "))
	if addr := x.address.Addr(); x.opts.Connect == "" && x.isName() && (addr.IsPrivate() || addr.IsLoopback()) {
		x.note(AddressPrivate, "If others are to come in, the DNS must have the public address.",
			"%s is an address of this network only.", addr)
	}
}

// isName tells whether the host is a name, not an address.
func (x *examination) isName() bool {
	_, err := netip.ParseAddr(x.target.host)
	return err != nil
}

// lookUp returns the addresses to try, all of them with the port.
func (x *examination) lookUp(ctx context.Context) ([]netip.AddrPort, error) {
	host, port := x.target.host, x.target.port
	if given := x.opts.Connect; given != "" {
		host = strings.Trim(given, "[]")
		if h, p, err := net.SplitHostPort(given); err == nil {
			host, port = h, p
		}
		x.note(AddressGiven, "", "The DNS is not asked: connections go to %s.", given)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("the port %q is no number", port)
	}
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	addresses := make([]netip.AddrPort, len(found))
	for i, addr := range found {
		addresses[i] = netip.AddrPortFrom(addr.Unmap(), uint16(number))
	}
	return addresses, nil
}

// connectAll connects to all addresses at once and returns what went wrong with each.
func (x *examination) connectAll(ctx context.Context, addresses []netip.AddrPort) []error {
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	failures := make([]error, len(addresses))
	var all sync.WaitGroup
	for i, address := range addresses {
		all.Go(func() {
			conn, err := x.opts.Dial(ctx, "tcp", address.String())
			if failures[i] = err; err == nil {
				conn.Close()
			}
		})
	}
	all.Wait()
	return failures
}

func (x *examination) blameDNS(err error) {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		x.problem(NameUnknown, "Look for a typing mistake, or give the name an A or AAAA record with the address of the server; a new record may take a while to be seen everywhere.",
			"The DNS knows no address of %s.", x.target.host)
		return
	}
	x.problem(NameUnanswered, "See whether this machine can look up other names.", "%s could not be looked up: %s.", x.target.host, reason(err))
}

// blameAddress tells of an address that takes no connections; others is whether another one does.
func (x *examination) blameAddress(address netip.AddrPort, err error, others bool) {
	noWay := errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL)
	if noWay && others && address.Addr().Is6() {
		x.note(AddressUncertain, "Ask again from a machine that has IPv6.", "%s cannot be tried: this machine has no IPv6.", address.Addr())
		return
	}
	code, remedy := AddressDead, "See whether its machine is up and the right one, and whether a firewall lets port "+x.target.port+" in."
	if errors.Is(err, syscall.ECONNREFUSED) {
		code, remedy = AddressRefused, "Start the server, or the proxy before it, and have it listen on port "+x.target.port+" of this address: one that listens on 127.0.0.1 is reached from its own machine only."
	}
	if others {
		remedy += " Or remove the address from the DNS: clients that try it first wait, or fail."
	}
	x.problem(code, remedy, "%s takes no connections: %s.", address, reason(err))
}
