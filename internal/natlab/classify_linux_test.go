package natlab_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// behavior is what a STUN client finds out about the way to the internet (RFC 5780, section 4).
type behavior struct {
	udp       bool   // whether there is one for UDP
	own       bool   // the address is the host's own
	mapping   string // of one socket: the same everywhere, or another one for each address
	filtering string // who may answer: anybody, the same address, or the same address and port
	tcp       string // to which of the ports 80 and 443 a TCP connection is made
}

const (
	anyone, sameAddress, samePort = "endpoint-independent", "address-dependent", "address and port-dependent"
)

// behaviors are what the homes are by definition.
var behaviors = map[kind]behavior{
	open:      {udp: true, own: true, mapping: anyone, filtering: anyone, tcp: "80 443"},
	fullCone:  {udp: true, mapping: anyone, filtering: anyone, tcp: "80 443"},
	portCone:  {udp: true, mapping: anyone, filtering: samePort, tcp: "80 443"},
	symmetric: {udp: true, mapping: samePort, filtering: samePort, tcp: "80 443"},
	blocked:   {tcp: "443"},
}

func TestHomesAreWhatTheyClaim(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	server := newClassifier(l)
	for _, k := range kinds {
		h := l.home(k, onlyV4, 1)
		t.Run(string(k), func(t *testing.T) {
			got, err := server.classify(h.hosts[0])
			if err != nil {
				t.Fatal(err)
			}
			if got != behaviors[k] {
				t.Errorf("it is %+v, want %+v", got, behaviors[k])
			}
		})
	}
}

// Another address of the internet, also for a socket that has a mapping.
func TestHomeIsRenumbered(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	server := newClassifier(l)
	h := l.home(portCone, onlyV4, 1)
	var socket *net.UDPConn
	l.must(h.hosts[0].do(func() (err error) {
		socket, err = net.ListenUDP("udp4", nil)
		return err
	}))
	defer socket.Close()
	before, err := server.ask(socket, 0, 0)
	l.must(err)
	h.renumber()
	after, err := server.ask(socket, 0, 0)
	l.must(err)
	if before.ip == after.ip {
		t.Errorf("mapped to %v, then to %v", before, after)
	}
}

// classifier is a STUN server with two addresses and two ports, which answers from another one where it is asked to.
type classifier struct {
	sockets [2][2]*net.UDPConn // by address, by port
}

func newClassifier(l *lab) *classifier {
	l.t.Helper()
	ns := l.server("stun", classifierNumber)
	l.must(ns.ip("addr add " + number4(classifierNumber+1) + "/24 dev wan"))
	c := &classifier{}
	l.must(ns.do(func() (err error) {
		for i := range 2 {
			for j := range 2 {
				if c.sockets[i][j], err = net.ListenUDP("udp4", c.address(i, j)); err != nil {
					return err
				}
			}
			for _, port := range []string{":80", ":443"} {
				ln, err := net.Listen("tcp4", number4(classifierNumber+i)+port)
				if err != nil {
					return err
				}
				l.t.Cleanup(func() { ln.Close() })
			}
		}
		return nil
	}))
	for i := range 2 {
		for j := range 2 {
			go c.answer(i, j)
			l.t.Cleanup(func() { c.sockets[i][j].Close() })
		}
	}
	return c
}

func (c *classifier) address(i, j int) *net.UDPAddr {
	return &net.UDPAddr{IP: net.ParseIP(number4(classifierNumber + i)), Port: 3478 + j}
}

// The flags of CHANGE-REQUEST (RFC 5780, section 7.2).
const changeAddress, changePort = 4, 2

// answer serves one of the sockets until it is closed.
func (c *classifier) answer(i, j int) {
	buffer := make([]byte, 1500)
	for {
		n, from, err := c.sockets[i][j].ReadFromUDP(buffer)
		if err != nil {
			return
		}
		request := &stun.Message{Raw: append([]byte(nil), buffer[:n]...)}
		if request.Decode() != nil {
			continue
		}
		out := c.sockets[i][j]
		if change, err := request.Get(stun.AttrChangeRequest); err == nil && len(change) == 4 {
			out = c.sockets[i^int(change[3]&changeAddress)>>2][j^int(change[3]&changePort)>>1]
		}
		reply, err := stun.Build(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.IP, Port: from.Port})
		if err == nil {
			out.WriteToUDP(reply.Raw, from)
		}
	}
}

// netAddr is where a socket appears to be.
type netAddr struct {
	ip   string
	port int
}

// ask sends a request, twice as UDP may lose it, and returns where it seems to come from. Whatever is answered, and
// from where, is an answer.
func (c *classifier) ask(socket *net.UDPConn, i, j int, change ...byte) (netAddr, error) {
	setters := []stun.Setter{stun.TransactionID, stun.BindingRequest}
	for _, flags := range change {
		setters = append(setters, stun.RawAttribute{Type: stun.AttrChangeRequest, Value: []byte{0, 0, 0, flags}})
	}
	request, err := stun.Build(setters...)
	if err != nil {
		return netAddr{}, err
	}
	for range 2 {
		if _, err := socket.WriteToUDP(request.Raw, c.address(i, j)); err != nil {
			return netAddr{}, err
		}
	}
	buffer := make([]byte, 1500)
	socket.SetReadDeadline(time.Now().Add(700 * time.Millisecond))
	for {
		n, _, err := socket.ReadFromUDP(buffer)
		if err != nil {
			return netAddr{}, err
		}
		reply := &stun.Message{Raw: buffer[:n]}
		var mapped stun.XORMappedAddress
		if reply.Decode() == nil && reply.TransactionID == request.TransactionID && mapped.GetFrom(reply) == nil {
			return netAddr{mapped.IP.String(), mapped.Port}, nil
		}
	}
}

// classify asks from a host, with a socket of its own.
func (c *classifier) classify(host namespace) (b behavior, err error) {
	err = host.do(func() error {
		b.tcp = c.reachable()
		socket, err := net.ListenUDP("udp4", nil)
		if err != nil {
			return err
		}
		defer socket.Close()
		first, err := c.ask(socket, 0, 0)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		b.udp, b.own = true, isLocal(first.ip) && first.port == socket.LocalAddr().(*net.UDPAddr).Port
		if b.filtering, err = c.filtering(socket); err != nil {
			return err
		}
		b.mapping, err = c.mapping(socket, first)
		return err
	})
	return b, err
}

func (c *classifier) filtering(socket *net.UDPConn) (string, error) {
	for _, try := range []struct {
		change byte
		means  string
	}{{changeAddress | changePort, anyone}, {changePort, sameAddress}} {
		_, err := c.ask(socket, 0, 0, try.change)
		if err == nil {
			return try.means, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return "", err
		}
	}
	return samePort, nil
}

func (c *classifier) mapping(socket *net.UDPConn, first netAddr) (string, error) {
	otherPort, err := c.ask(socket, 0, 1)
	if err != nil {
		return "", err
	}
	otherAddress, err := c.ask(socket, 1, 0)
	switch {
	case err != nil:
		return "", err
	case otherPort != first:
		return samePort, nil
	case otherAddress != first:
		return sameAddress, nil
	}
	return anyone, nil
}

// reachable names the ports that take a TCP connection.
func (c *classifier) reachable() string {
	ports := ""
	for _, port := range []string{"80", "443"} {
		conn, err := net.DialTimeout("tcp4", net.JoinHostPort(number4(classifierNumber), port), time.Second)
		if err != nil {
			continue
		}
		conn.Close()
		if ports != "" {
			ports += " "
		}
		ports += port
	}
	return ports
}

func isLocal(ip string) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.String() == ip {
			return true
		}
	}
	return false
}

func (a netAddr) String() string { return fmt.Sprintf("%s:%d", a.ip, a.port) }
