package natlab_test

import (
	"net"
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"
)

// addresses are what the names of a lab stand for.
var addresses = map[string][]netip.Addr{
	siteName:  {netip.MustParseAddr(number4(siteNumber)), netip.MustParseAddr(number6(siteNumber))},
	relayName: {netip.MustParseAddr(number4(relayNumber)), netip.MustParseAddr(number6(relayNumber))},
}

// The files of /etc by which programs in a namespace ask a server of names on the same host.
const (
	hostsFile  = "127.0.0.1 localhost\n::1 localhost\n"
	resolvFile = "nameserver 127.0.0.1\n"
)

// serveNames answers questions on a host, until the socket that it returns is closed.
func (ns namespace) serveNames() (socket net.PacketConn, err error) {
	err = ns.do(func() error {
		socket, err = net.ListenPacket("udp", "127.0.0.1:53")
		return err
	})
	if err != nil {
		return nil, err
	}
	go func() {
		question := make([]byte, 1500)
		for {
			n, from, err := socket.ReadFrom(question)
			if err != nil {
				return
			}
			if reply, err := answerName(question[:n]); err == nil {
				socket.WriteTo(reply, from)
			}
		}
	}()
	return socket, nil
}

// answerName knows the addresses, and of all other names that there are none.
func answerName(message []byte) ([]byte, error) {
	var asked dnsmessage.Message
	if err := asked.Unpack(message); err != nil || len(asked.Questions) != 1 {
		return nil, err
	}
	q := asked.Questions[0]
	reply := dnsmessage.Message{Questions: asked.Questions, Header: dnsmessage.Header{
		ID: asked.ID, Response: true, Authoritative: true, RecursionDesired: asked.RecursionDesired, RecursionAvailable: true,
	}}
	known, ok := addresses[q.Name.String()[:max(0, len(q.Name.String())-1)]]
	if !ok {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range known {
		head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return reply.Pack()
}
