package doctor_test

import (
	"net"
	"strings"
	"testing"

	pion "github.com/pion/turn/v5"

	"beckon/internal/doctor"
)

// relay starts a TURN server for ana with the password right-password, which says that it relays at an address, and
// returns its host and port, for UDP and TCP alike.
func relay(t *testing.T, address string, full bool) string {
	t.Helper()
	packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	streams, err := net.Listen("tcp4", packets.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	generator := &pion.RelayAddressGeneratorStatic{RelayAddress: net.ParseIP(address), Address: "127.0.0.1"}
	server, err := pion.NewServer(pion.ServerConfig{
		Realm: "test",
		AuthHandler: func(a *pion.RequestAttributes) (string, []byte, bool) {
			return a.Username, pion.GenerateAuthKey("ana", "test", "right-password"), a.Username == "ana"
		},
		QuotaHandler:      func(string, string, net.Addr) bool { return !full },
		PacketConnConfigs: []pion.PacketConnConfig{{PacketConn: packets, RelayAddressGenerator: generator}},
		ListenerConfigs:   []pion.ListenerConfig{{Listener: streams, RelayAddressGenerator: generator}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return packets.LocalAddr().String()
}

// withICE examines a server that tells its clients of ICE servers.
func withICE(t *testing.T, servers ...string) findings {
	t.Helper()
	var flags []string
	for _, s := range servers {
		flags = append(flags, "--ice-server="+s)
	}
	f := examine(t, "http://"+beckon(t, flags...)+"/")
	text, err := f.report.JSON()
	if err != nil || strings.Contains(string(text), "right-password") || strings.Contains(string(text), "wrong-password") {
		t.Errorf("a password is shown, or %v", err)
	}
	return f
}

func TestICEServersThatWork(t *testing.T) {
	r := relay(t, "127.0.0.1", false)
	f := withICE(t, "stun:"+r, "turn:ana:right-password@"+r, "turn:ana:right-password@"+r+"?transport=tcp")
	f.problems()
	f.has(doctor.ICEOK)
	f.lacks(doctor.ICENoRelay, doctor.ICENoStream)
	withICE(t, "stun:"+r).has(doctor.ICENoRelay)
	f = withICE(t, "turn:ana:right-password@"+r)
	f.has(doctor.ICENoStream)
	f.lacks(doctor.ICENoRelay)
}

func TestICEServersThatDoNotWork(t *testing.T) {
	r, full := relay(t, "127.0.0.1", false), relay(t, "127.0.0.1", true)
	closed, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := closed.LocalAddr().String()
	closed.Close()
	f := withICE(t, "turn:ana:wrong-password@"+r, "turn:ana:right-password@"+full, "stun:"+dead, "turns:ana:right-password@"+r, "turn:"+r)
	f.problems(doctor.ICERejected, doctor.ICERejected, doctor.ICERefused, doctor.ICETLS, doctor.ICENoCredentials)
	if text := f.String(); !strings.Contains(text, "401") || !strings.Contains(text, "486") || !strings.Contains(text, "quota") {
		t.Errorf("no codes in\n%s", text)
	}
	if f.report.Exit != doctor.ExitProblems {
		t.Errorf("exit code %d", f.report.Exit)
	}
}

// One server that does not answer costs the time for one answer, and spoils no other.
func TestICEBlackHole(t *testing.T) {
	hole, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	r := relay(t, "127.0.0.1", false)
	address := "http://" + beckon(t, "--ice-server=stun:"+hole.LocalAddr().String(), "--ice-server=stun:"+r) + "/"
	f := examine(t, address, func(o *doctor.Options) { o.Timeout = 3 * short })
	f.problems(doctor.ICETimeout)
	f.has(doctor.ICEOK)
}
