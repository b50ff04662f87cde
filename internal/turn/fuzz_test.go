package turn

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"

	"github.com/pion/stun/v4"
)

// attributes are those that bytes describe: a type, a length and a value each.
type attributes []byte

func (a attributes) AddTo(m *stun.Message) error {
	for len(a) >= 3 && len(m.Raw) < maxDatagram/2 {
		kind, n := stun.AttrType(binary.BigEndian.Uint16(a)), min(int(a[2])%40, len(a)-3)
		m.Add(kind, a[3:3+n])
		a = a[3+n:]
	}
	return nil
}

// Whatever a client says, signed or not, the relay goes on to answer others. Its one goroutine that reads what clients
// say is pion's, and a fault in it would end the process.
func FuzzMessages(f *testing.F) {
	for _, method := range []stun.Method{
		stun.MethodBinding, stun.MethodAllocate, stun.MethodRefresh, stun.MethodSend, stun.MethodCreatePermission,
		stun.MethodChannelBind, stun.MethodConnect, stun.MethodConnectionBind,
	} {
		for _, class := range []stun.MessageClass{stun.ClassRequest, stun.ClassIndication, stun.ClassErrorResponse} {
			kind := stun.NewType(method, class).Value()
			for _, body := range []string{
				"", "\x00\x12\x08\x00\x01\x2b\x12\x5e\x12\xa4\x40", "\x00\x19\x04\x11\x00\x00\x00", "\x00\x0c\x04\x40\x00\x00\x00\x00\x12\x08\x00\x01\x00\x09\x5e\x12\xa4\x40",
				"\x00\x08\x14", "\x00\x08\x00\x00\x06\x01x", "\x00\x18\x01\x80\x00\x19\x04\x11\x00\x00\x00", "\x00\x22\x08abcdefgh", "\x00\x17\x04\x02\x00\x00\x00\x00\x19\x04\x11\x00\x00\x00",
				"\x00\x13\x05hello\x00\x12\x14\x00\x02\x00\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10", "\x00\x0d\x04\xff\xff\xff\xff", "\x00\x2a\x04\x00\x00\x00\x01",
			} {
				f.Add(kind, true, []byte(body))
				f.Add(kind, false, []byte(body))
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind uint16, signed bool, body []byte) {
		s := serve(t, nil)
		a := s.login(t, "udp", credential("ana", hour, "north"))
		a.allocate()
		var messageType stun.MessageType
		messageType.ReadValue(kind)
		setters := []stun.Setter{stun.TransactionID, messageType, attributes(body)}
		if signed {
			setters = append(setters, a.keys...)
		}
		message, err := stun.Build(setters...)
		if err != nil {
			return
		}
		for _, raw := range [][]byte{message.Raw, message.Raw[:min(len(message.Raw), len(body))], body} {
			a.conn.Write(raw)
			here, there := net.Pipe()
			s.serveStream(there, OverTLS, netip.MustParseAddrPort("127.0.0.3:9"))
			go io.Copy(io.Discard, here)
			here.Write(raw)
			here.Close()
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		other := s.open(t, "udp", "127.0.0.2")
		if _, err := other.bind(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
