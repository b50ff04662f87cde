package turn

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"
)

// maxControl is what the kernel says beside a datagram, in bytes, at most.
const maxControl = 64

// tellVia makes the kernel say to which of our addresses a datagram was sent, where a socket takes those of all. An
// answer from another one would be no answer: neither the client nor a NAT on the way knows it.
func tellVia(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		if addrPortOf(conn.LocalAddr()).Addr().Is4() {
			failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_PKTINFO, 1)
		} else {
			failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_RECVPKTINFO, 1)
		}
	})
	if err == nil {
		err = failed
	}
	return err
}

// viaIn is what the kernel has said; invalid if nothing.
func viaIn(control []byte) netip.Addr {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil {
		return netip.Addr{}
	}
	for _, m := range messages {
		switch {
		case m.Header.Level == syscall.IPPROTO_IP && m.Header.Type == syscall.IP_PKTINFO && len(m.Data) >= syscall.SizeofInet4Pktinfo:
			return netip.AddrFrom4([4]byte(m.Data[4:])) // struct in_pktinfo: interface, our address, destination
		case m.Header.Level == syscall.IPPROTO_IPV6 && m.Header.Type == syscall.IPV6_PKTINFO && len(m.Data) >= syscall.SizeofInet6Pktinfo:
			return netip.AddrFrom16([16]byte(m.Data)) // struct in6_pktinfo: address, interface; IPv4 is mapped
		}
	}
	return netip.Addr{}
}

// controlFor asks the kernel to send from an address, as viaIn has it.
func controlFor(via netip.Addr) []byte {
	switch {
	case !via.IsValid():
		return nil
	case via.Is4():
		control := controlMessage(syscall.IPPROTO_IP, syscall.IP_PKTINFO, syscall.SizeofInet4Pktinfo)
		addr := via.As4()
		copy(control[syscall.CmsgLen(0)+4:], addr[:])
		return control
	}
	control := controlMessage(syscall.IPPROTO_IPV6, syscall.IPV6_PKTINFO, syscall.SizeofInet6Pktinfo)
	addr := via.As16()
	copy(control[syscall.CmsgLen(0):], addr[:])
	return control
}

// controlMessage is a header, in the machine's byte order, and room for data.
func controlMessage(level, kind uint32, size int) []byte {
	control := make([]byte, syscall.CmsgSpace(size))
	const word = int(unsafe.Sizeof(uintptr(0)))
	if word == 8 {
		binary.NativeEndian.PutUint64(control, uint64(syscall.CmsgLen(size)))
	} else {
		binary.NativeEndian.PutUint32(control, uint32(syscall.CmsgLen(size)))
	}
	binary.NativeEndian.PutUint32(control[word:], level)
	binary.NativeEndian.PutUint32(control[word+4:], kind)
	return control
}
