package natlab_test

import "fmt"

// kind is what a home's router does to what passes it.
type kind string

// The kinds of homes, by their traditional names. In the words of RFC 4787:
const (
	open      kind = "open"                 // no router: the host has an address of the internet
	fullCone  kind = "full cone"            // endpoint-independent mapping and filtering
	portCone  kind = "port-restricted cone" // endpoint-independent mapping, address and port-dependent filtering
	symmetric kind = "symmetric"            // address and port-dependent mapping and filtering
	blocked   kind = "UDP blocked"          // lets out TCP to port 443, and nothing else
)

var kinds = []kind{open, fullCone, portCone, symmetric, blocked}

// home is a network of one or two hosts behind a router; an open one is a host by itself. All networks of IPv4 have
// the same addresses, as most have whose router came with them. IPv6 is not translated: the router lets in
// what belongs to something that went out.
type home struct {
	lab     *lab
	kind    kind
	number  int // of its line to the internet, and of its address of IPv6
	outside int // its address of IPv4 is number4(outside)
	router  namespace
	hosts   []namespace
	families
}

// home makes one.
func (l *lab) home(k kind, f families, hosts int) *home {
	l.t.Helper()
	h := &home{lab: l, kind: k, number: l.homeNumber(), families: f}
	h.outside = h.number
	h.router = l.namespace(fmt.Sprintf("home%d", h.number))
	l.attach(h.router, h.number, f)
	if k == open {
		h.hosts = []namespace{h.router}
		return h
	}
	h.route()
	for i := range hosts {
		h.addHost(10 + i)
	}
	return h
}

// prefix6 is the home's own network of IPv6.
func (h *home) prefix6() string { return fmt.Sprintf("2a05:5:%d::", h.number) }

const prefix4 = "192.168.1."

// route makes the home's network and lets the router forward.
func (h *home) route() {
	l := h.lab
	l.t.Helper()
	lines := []string{"link add lan type bridge", "link set lan type bridge mcast_snooping 0 stp_state 0 forward_delay 0", "link set lan up"}
	if h.v4 {
		lines = append(lines, "addr add "+prefix4+"1/24 dev lan")
	}
	if h.v6 {
		lines = append(lines, "addr add "+h.prefix6()+"1/64 dev lan nodad")
		l.must(l.net.ip(fmt.Sprintf("route add %s/64 via %s", h.prefix6(), number6(h.number))))
	}
	l.must(h.router.ip(lines...))
	l.must(h.router.set(map[string]string{"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"}))
	l.must(h.router.nft(ruleset(h.kind)))
}

func (h *home) addHost(number int) {
	l := h.lab
	l.t.Helper()
	host := l.namespace(fmt.Sprintf("home%d-%d", h.number, number))
	port := fmt.Sprint("p", number)
	l.must(h.router.ip(
		fmt.Sprintf("link add %s type veth peer name eth0 netns %s", port, host),
		fmt.Sprintf("link set %s master lan up", port),
	))
	lines := []string{"link set eth0 up"}
	if h.v4 {
		lines = append(lines, fmt.Sprintf("addr add %s%d/24 dev eth0", prefix4, number), "route add default via "+prefix4+"1")
	}
	if h.v6 {
		lines = append(lines, fmt.Sprintf("addr add %s%d/64 dev eth0 nodad", h.prefix6(), number), "route add default via "+h.prefix6()+"1")
	}
	l.must(host.ip(lines...))
	h.hosts = append(h.hosts, host)
}

// renumber gives the router another address of the internet, as providers do over night: every mapping is lost.
func (h *home) renumber() {
	h.lab.t.Helper()
	number := h.lab.homeNumber()
	h.lab.must(h.router.ip(
		"addr del "+number4(h.outside)+"/24 dev wan",
		"addr add "+number4(number)+"/24 dev wan",
		"route replace default via "+number4(1),
	))
	h.outside = number
}

// down cuts the line to the internet until the function that it returns is called.
func (h *home) down() (up func()) {
	h.lab.t.Helper()
	h.lab.setLink(h.number, "down")
	return func() { h.lab.setLink(h.number, "up") }
}
