//go:build unix

package turn

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// inherit answers at the sockets that the parent has opened.
func (s *server) inherit() error {
	udp, err := inherited(packetsFD, net.FilePacketConn)
	if err != nil {
		return err
	}
	tcp, err := inherited(streamsFD, net.FileListener)
	if err != nil {
		return err
	}
	handed, err := inherited(handedFD, net.FileConn)
	if err != nil {
		return err
	}
	go s.serveStreams(tcp)
	go s.serveHanded(handed.(*net.UnixConn))
	return s.servePackets(udp.(*net.UDPConn))
}

// inherited makes a socket of a descriptor.
func inherited[S any](fd uintptr, of func(*os.File) (S, error)) (S, error) {
	file := os.NewFile(fd, "inherited")
	defer file.Close()
	socket, err := of(file)
	if err != nil {
		return socket, fmt.Errorf("descriptor %d: %w", fd, err)
	}
	return socket, nil
}

// serveHanded answers the streams that the parent hands over.
func (s *server) serveHanded(from *net.UnixConn) {
	const largest = 512
	buf, control := make([]byte, largest), make([]byte, syscall.CmsgSpace(4))
	for {
		n, nControl, _, _, err := from.ReadMsgUnix(buf, control)
		if err != nil {
			return
		}
		conn, err := streamIn(control[:nControl])
		if err != nil {
			continue
		}
		var handed Handed
		client, err := netip.ParseAddrPort("")
		if json.Unmarshal(buf[:n], &handed) == nil {
			client, err = netip.ParseAddrPort(handed.Client)
		}
		if err != nil {
			conn.Close()
			continue
		}
		s.serveStream(conn, OverTLS, netip.AddrPortFrom(client.Addr().Unmap().WithZone(""), client.Port()))
	}
}

// streamIn is the stream whose descriptor came with a message.
func streamIn(control []byte) (net.Conn, error) {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(err, errFrame)
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, errors.Join(err, errFrame)
	}
	syscall.CloseOnExec(fds[0])
	file := os.NewFile(uintptr(fds[0]), "handed")
	defer file.Close()
	return net.FileConn(file)
}
