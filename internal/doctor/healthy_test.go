package doctor_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"beckon/internal/doctor"
)

func TestHealthyServer(t *testing.T) {
	begun := time.Now()
	f := examine(t, "http://"+beckon(t)+"/")
	f.problems()
	for _, code := range []doctor.Code{
		doctor.AddressOK, doctor.TLSAbsent, doctor.ProxyAbsent, doctor.PageOK, doctor.HeadersOK, doctor.HealthOK, doctor.ClockOK,
		doctor.UpgradeOK, doctor.LoginOK, doctor.SubprotocolOK, doctor.ForwardedDirect, doctor.ForgedAddressRefused,
		doctor.RelayOK, doctor.ResumeOK, doctor.ICENone,
	} {
		f.has(code)
	}
	if f.report.Exit != doctor.ExitFine {
		t.Errorf("exit code %d", f.report.Exit)
	}
	if took := time.Since(begun); took > patience {
		t.Errorf("it took %v", took)
	}
}

func TestHealthyServerBehindProxy(t *testing.T) {
	f := examine(t, proxy{}.before(t, beckon(t, trusting...)))
	f.problems()
	if seen := f.has(doctor.ForwardedOK); !strings.Contains(seen.Text, clientAddress) {
		t.Errorf("the client's address is not in %q", seen.Text)
	}
	f.has(doctor.ForgedAddressRefused)
}

func TestBelowBasePath(t *testing.T) {
	address := "http://" + beckon(t, "--base-path=/chat")
	for _, path := range []string{"/chat/", "/chat", "/chat/ws", "/chat/?room=tea"} {
		f := examine(t, address+path)
		f.problems()
		f.has(doctor.SlashOK)
		if (path != "/chat/") != strings.Contains(f.String(), "Assumed") {
			t.Errorf("%s: assumptions are not told:\n%s", path, f)
		}
	}
	f := examine(t, address+"/")
	f.has(doctor.PrefixLost)
	if f.report.Exit != doctor.ExitProblems {
		t.Errorf("exit code %d", f.report.Exit)
	}
}

func TestIdle(t *testing.T) {
	brief := func(o *doctor.Options) { o.Idle = 2 * time.Second }
	f := examine(t, "http://"+beckon(t, "--ping-interval=200ms")+"/", brief)
	f.problems()
	f.has(doctor.IdleOK)
	f.has(doctor.SilenceOK)
	waited := ""
	f = examine(t, "http://"+beckon(t)+"/", func(o *doctor.Options) {
		o.Idle = 50 * time.Millisecond
		o.Wait = func(why string) { waited = why }
	})
	f.has(doctor.IdlePingless)
	if waited == "" {
		t.Error("nobody was told of the wait")
	}
}

// A path that cuts what is idle: pings come too late, or just in time.
func TestIdlePathCuts(t *testing.T) {
	brief := func(o *doctor.Options) { o.Idle = 3 * time.Second }
	f := examine(t, "http://"+cutting(t, beckon(t), time.Second)+"/", brief)
	if cut := f.has(doctor.IdleCut); !strings.Contains(cut.Text, "after 1") {
		t.Errorf("after how long? %q", cut.Text)
	}
	f.has(doctor.SilenceCut)
	f = examine(t, "http://"+cutting(t, beckon(t, "--ping-interval=100ms"), time.Second)+"/", brief)
	f.problems()
	f.has(doctor.IdleOK)
	f.has(doctor.SilenceCut)
}

// cutting passes connections on and cuts those on which nothing has come from the server for so long.
func cutting(t *testing.T, backend string, after time.Duration) string {
	t.Helper()
	return between(t, backend, func(client, server net.Conn) {
		buf := make([]byte, 4096)
		for {
			server.SetReadDeadline(time.Now().Add(after))
			n, err := server.Read(buf)
			if err != nil {
				return
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	})
}

// between listens and connects whoever comes to a server; down moves what the server says until it returns, which
// ends both connections.
func between(t *testing.T, backend string, down func(client, server net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", backend)
			if err != nil {
				client.Close()
				continue
			}
			go func() {
				defer server.Close()
				buf := make([]byte, 4096)
				for {
					n, err := client.Read(buf)
					if err != nil {
						return
					}
					server.Write(buf[:n])
				}
			}()
			go func() {
				defer client.Close()
				defer server.Close()
				down(client, server)
			}()
		}
	}()
	return ln.Addr().String()
}
