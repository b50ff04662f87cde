package turn

import (
	"net"
	"testing"

	"github.com/pion/stun/v4"
)

// A machine with several addresses answers from the one that was asked: these clients hear no other.
func TestAnswersFromTheAddressThatWasAsked(t *testing.T) {
	for _, network := range []string{"udp4", "udp"} {
		s := serve(t, nil)
		s.listenAt(t, network, ":0")
		_, port, err := net.SplitHostPort(s.udp)
		if err != nil {
			t.Fatal(err)
		}
		hosts := []string{"127.0.0.5", "127.0.0.1", "::1"}
		if network == "udp4" {
			hosts = hosts[:2]
		}
		for _, host := range hosts {
			t.Log(network, host)
			s.udp = net.JoinHostPort(host, port)
			a := s.open(t, "udp", "")
			a.expect(0, stun.MethodBinding)
			a.renew(credential("ana", hour, "north"))
			relayed := a.allocate()
			if !relayed.Addr().Is4() {
				t.Errorf("the relayed address is %v", relayed)
			}
			peer := receiver(t)
			a.expect(0, stun.MethodCreatePermission, peerAt(peer.LocalAddr().String()))
			s.open(t, "udp", "").expect(0, stun.MethodBinding) // the last one to ask is another
			if _, err := peer.WriteToUDPAddrPort([]byte("data"), relayed); err != nil {
				t.Fatal(err)
			}
			if text := a.hear(); text != "data" {
				t.Errorf("got %q", text)
			}
		}
	}
}
