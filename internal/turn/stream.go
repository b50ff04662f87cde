package turn

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"
)

// Bounds of a stream.
const (
	vacantTime = 30 * time.Second // without an allocation
	sendTime   = 10 * time.Second // for a message that the client does not read
)

var errFrame = errors.New("turn: the stream has lost its frames")

// stream is a client's TCP connection, or one whose TLS has been taken off, as pion sees it.
type stream struct {
	net.Conn
	door    *door
	client  netip.AddrPort
	in      *bufio.Reader
	visitor visitor // as long as there is no allocation
}

// serveStreams answers the clients that a listener accepts, until it is closed.
func (s *server) serveStreams(listener net.Listener) error {
	const pause = 50 * time.Millisecond
	for {
		conn, err := listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // no descriptor left
			time.Sleep(pause)
		default:
			s.serveStream(conn, OverTCP, addrPortOf(conn.RemoteAddr()))
		}
	}
}

// serveStream answers a client's stream. It returns at once; the stream is closed when it is over, or at once if its
// address begins them faster than the others in the lobby can be answered.
func (s *server) serveStream(conn net.Conn, transport Transport, client netip.AddrPort) {
	if !mayPass(s.arrivals, client.Addr()) {
		s.tally.refuse(RefusedRate)
		conn.Close()
		return
	}
	st := &stream{Conn: conn, client: client, in: bufio.NewReaderSize(conn, maxDatagram)}
	st.visitor = visitor{addr: client.Addr(), close: func() { conn.Close() }}
	st.door = &door{server: s, transport: transport, reply: st.reply, settle: st.settle}
	st.settle(true)
	if err := s.open(st.door, st); err != nil {
		s.lobby.end(&st.visitor)
		conn.Close()
	}
}

// settle bounds how long the stream may do without an allocation, and beside how many others.
func (s *stream) settle(vacant bool) {
	server := s.door.server
	if vacant {
		s.SetReadDeadline(time.Now().Add(vacantTime))
		server.tally.refused[RefusedStream].Add(int64(server.lobby.enter(&s.visitor)))
		return
	}
	server.lobby.leave(&s.visitor)
	s.SetReadDeadline(time.Time{})
}

// ReadFrom returns the next message that pion shall see. After an error the stream is over.
func (s *stream) ReadFrom(buf []byte) (int, net.Addr, error) {
	for {
		n, err := s.frame(buf)
		if err != nil {
			s.door.server.lobby.end(&s.visitor)
			s.Conn.Close()
			return 0, nil, err
		}
		if s.door.admits(buf[:n], s.client) {
			if s.door.lease(s.client) == nil {
				s.door.server.lobby.spoke(&s.visitor)
			}
			return n, net.TCPAddrFromAddrPort(s.client), nil
		}
	}
}

// frame reads a STUN message, or ChannelData with its padding (RFC 8656 section 12.5).
func (s *stream) frame(buf []byte) (int, error) {
	const header, padding = 4, 4
	head, err := s.in.Peek(header)
	if err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(head[2:]))
	switch {
	case isChannelData(head):
		n = (n + header + padding - 1) / padding * padding
	case head[0]>>6 == 0:
		n += headerBytes
	default:
		n = len(buf)
	}
	if n >= len(buf) {
		s.door.server.tally.refuse(RefusedMalformed)
		return 0, errFrame
	}
	return io.ReadFull(s.in, buf[:n])
}

// WriteTo sends to the client. One that does not read is cut off.
func (s *stream) WriteTo(raw []byte, _ net.Addr) (int, error) {
	if !s.door.sends(raw) {
		return len(raw), nil
	}
	return s.send(raw)
}

func (s *stream) reply(raw []byte, _ netip.AddrPort) { s.send(raw) }

func (s *stream) send(raw []byte) (int, error) {
	s.SetWriteDeadline(time.Now().Add(sendTime))
	n, err := s.Write(raw)
	if err != nil {
		s.Conn.Close()
	}
	return n, err
}

// LocalAddr is net.PacketConn; see door.local.
func (s *stream) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(s.door.local(0)) }
