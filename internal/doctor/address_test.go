package doctor_test

import (
	"context"
	"io"
	"log"
	"net"
	"strings"
	"syscall"
	"testing"

	"beckon/internal/doctor"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// failing dials no address of a family.
func failing(family string, err error) func(o *doctor.Options) {
	return func(o *doctor.Options) {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if six := strings.HasPrefix(address, "["); six == (family == "6") {
				return nil, &net.OpError{Op: "dial", Err: err}
			}
			_, port, _ := net.SplitHostPort(address)
			return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
		}
	}
}

func TestAddresses(t *testing.T) {
	_, port, _ := net.SplitHostPort(beckon(t))
	f := examine(t, "http://127.0.0.1:"+port+"/", failing("4", syscall.ECONNREFUSED))
	f.problems(doctor.AddressRefused)
	if f.report.Exit != doctor.ExitUnreachable {
		t.Errorf("exit code %d", f.report.Exit)
	}
	f.lacks(doctor.AddressOK, doctor.PageOK)
	f = examine(t, "http://[::1]:"+port+"/", failing("6", syscall.EHOSTUNREACH))
	f.problems(doctor.AddressDead)
	f = examine(t, "http://[::1]:"+port+"/", failing("4", syscall.ECONNREFUSED))
	f.problems()
}

// Each of several addresses is tried: this machine's own name has one of each family.
func TestSeveralAddresses(t *testing.T) {
	found, err := net.DefaultResolver.LookupNetIP(t.Context(), "ip", "localhost")
	if err != nil || len(found) == 0 {
		t.Fatalf("localhost: %v, %v", found, err)
	}
	_, port, _ := net.SplitHostPort(beckon(t))
	f := examine(t, "http://localhost:"+port+"/", failing("6", syscall.ECONNREFUSED))
	if len(found) == 1 {
		f.problems()
	} else {
		f.problems(doctor.AddressRefused)
		f = examine(t, "http://localhost:"+port+"/", failing("6", syscall.ENETUNREACH))
		f.problems()
		f.has(doctor.AddressUncertain)
	}
	f.has(doctor.AddressOK)
	f.has(doctor.AddressPrivate)
}

func TestUnusableOptions(t *testing.T) {
	for want, opts := range map[string]doctor.Options{
		"no URL":        {},
		"scheme":        {URL: "ftp://example.org/"},
		"ASCII":         {URL: "https://bücher.example/"},
		"before the @":  {URL: "https://ana:secret@example.org/"},
		"port":          {URL: "https://example.org:70000/"},
		"--idle":        {URL: "example.org", Idle: doctor.MaxIdle + 1},
		"--token-file":  {URL: "example.org", TokenFile: "/nowhere/at/all"},
		"the token has": {URL: "example.org", TokenFile: file(t, "'secret'\n")},
		"order mark":    {URL: "example.org", TokenFile: file(t, "\ufeffsecret")},
		"--ca-file":     {URL: "example.org", CAFile: "/nowhere/at/all"},
		"holds no cert": {URL: "example.org", CAFile: file(t, "nothing")},
	} {
		if _, err := doctor.Examine(t.Context(), opts); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := doctor.Examine(ctx, doctor.Options{URL: "http://" + beckon(t)}); err == nil {
		t.Error("no error")
	}
}
