package natlab_test

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
)

// Names that everybody in a lab knows.
const (
	siteName  = "beckon.test"      // the server under test, with its relay
	relayName = "turn.beckon.test" // another relay
)

// The internet of a lab. Its addresses are such as are routed on the real one, for a relay refuses all others;
// no packet to them ever leaves the lab.
const (
	internet4, internet6 = "5.5.5.", "2a05:5:5::"
	siteNumber           = 10
	relayNumber          = 20
	classifierNumber     = 30 // and the one after it
	firstHome            = 100
)

func number4(n int) string { return fmt.Sprint(internet4, n) }
func number6(n int) string { return fmt.Sprint(internet6, n) }

// families are the versions of IP that a host speaks.
type families struct{ v4, v6 bool }

var (
	onlyV4    = families{v4: true}
	onlyV6    = families{v6: true}
	dualStack = families{v4: true, v6: true}
)

// labs counts those of this process.
var labs atomic.Int32

// lab is an internet: one link that servers and homes are attached to, and the router between the networks of IPv6.
type lab struct {
	t      testing.TB
	prefix string
	net    namespace
	made   []namespace
	homes  atomic.Int32 // how many numbers of homes are taken
}

// newLab makes one, empty. It is gone when the test ends.
func newLab(t testing.TB) *lab {
	t.Helper()
	l := &lab{t: t, prefix: fmt.Sprintf("%s%d-", ownPrefix(), labs.Add(1))}
	t.Cleanup(l.remove)
	l.net = l.namespace("net")
	l.must(l.net.ip(
		"link add net type bridge",
		"link set net type bridge mcast_snooping 0 stp_state 0 forward_delay 0",
		"link set net up",
		"addr add "+number4(1)+"/24 dev net",
		"addr add "+number6(1)+"/64 dev net nodad",
	))
	l.must(l.net.set(map[string]string{
		"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1", "ipv4/conf/all/send_redirects": "0", "ipv4/conf/net/send_redirects": "0",
	}))
	return l
}

// homeNumber is one that no other home has had.
func (l *lab) homeNumber() int { return firstHome + int(l.homes.Add(1)) }

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) namespace(name string) namespace {
	l.t.Helper()
	ns, err := newNamespace(l.prefix + name)
	l.made = append(l.made, ns)
	l.must(err)
	names, err := ns.serveNames()
	l.must(err)
	l.t.Cleanup(func() { names.Close() })
	return ns
}

func (l *lab) remove() {
	for _, ns := range l.made {
		if err := ns.remove(); err != nil {
			l.t.Error(err)
		}
	}
	l.made = nil
}

// attach connects a namespace to the internet by its interface wan, with the addresses of a number.
func (l *lab) attach(ns namespace, number int, f families) {
	l.t.Helper()
	port := fmt.Sprint("p", number)
	l.must(l.net.ip(
		fmt.Sprintf("link add %s type veth peer name wan netns %s", port, ns),
		fmt.Sprintf("link set %s master net up", port),
	))
	lines := []string{"link set wan up"}
	if f.v4 {
		lines = append(lines, "addr add "+number4(number)+"/24 dev wan", "route add default via "+number4(1))
	}
	if f.v6 {
		lines = append(lines, "addr add "+number6(number)+"/64 dev wan nodad", "route add default via "+number6(1))
	}
	l.must(ns.ip(lines...))
}

// server makes a host of the internet, dual stack.
func (l *lab) server(name string, number int) namespace {
	l.t.Helper()
	ns := l.namespace(name)
	l.attach(ns, number, dualStack)
	return ns
}

// setLink takes the line between the internet and what has a number down, or up again.
func (l *lab) setLink(number int, state string) {
	l.t.Helper()
	l.must(l.net.ip(fmt.Sprintf("link set p%d %s", number, state)))
}

// ownPrefix begins the names of all that this process makes: see [removeLeftovers].
func ownPrefix() string {
	return fmt.Sprintf("%s%d-%s-", namePrefix, os.Getpid(), startTime(os.Getpid()))
}
