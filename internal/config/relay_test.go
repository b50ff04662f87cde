package config

import (
	"errors"
	"io"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"beckon/internal/ice"
)

func TestTURNSettings(t *testing.T) {
	turn := func(change func(*Config)) func(*Config) {
		return func(c *Config) {
			c.TURN = true
			change(c)
		}
	}
	for _, c := range []struct {
		args []string
		want func(*Config)
	}{
		{[]string{"--turn"}, turn(func(*Config) {})},
		{[]string{"--turn", "--turn-listen=[::1]:0", "--turn-relay-ports= 20000 - 20001", "--turn-realm=example.org"}, turn(func(c *Config) {
			c.TURNListen, c.TURNRelayPorts, c.TURNRealm = "[::1]:0", Ports{20000, 20001}, "example.org"
		})},
		{[]string{"--turn", "--turn-public-ip=192.0.2.1,2001:DB8::1", "--turn-host=Turn.Example.org."}, turn(func(c *Config) {
			c.TURNPublicIPs = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
			c.TURNHost = "turn.example.org"
		})},
		{[]string{"--turn", "--turn-public-ip=::ffff:192.0.2.1", "--turn-host=[2001:db8::1]"}, turn(func(c *Config) {
			c.TURNPublicIPs, c.TURNHost = []netip.Addr{netip.MustParseAddr("192.0.2.1")}, "2001:db8::1"
		})},
		{[]string{"--turn", "--turn-allow-peer=10.0.0.0/8", "--turn-allow-peer=192.168.1.7"}, turn(func(c *Config) {
			c.TURNAllowPeers = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.7/32")}
		})},
		{[]string{"--turn", "--turns-listen=:5349", "--tls-cert=c", "--tls-key=k"}, turn(func(c *Config) {
			c.TURNSListen, c.TLSCert, c.TLSKey = ":5349", "c", "k"
		})},
		{[]string{"--turn", "--turn-max-allocations=0", "--turn-max-allocations-per-user=0", "--turn-bytes-per-second=0",
			"--turn-bytes-per-second-per-user=0", "--turn-requests-per-second-per-ip=0", "--turn-max-allocations-per-ip=0",
			"--turn-bytes-per-second-per-ip=0"}, turn(func(c *Config) {
			c.TURNMaxAllocationsPerIP, c.TURNBytesPerSecondPerIP = 0, 0
			c.TURNMaxAllocations, c.TURNMaxAllocationsPerUser, c.TURNBytesPerSecond, c.TURNBytesPerSecondPerUser, c.TURNRequestsPerSecondPerIP = 0, 0, 0, 0, 0
		})},
		{[]string{"--turn", "--turn-secret-file=s", "--turn-credential-ttl=10s", "--relay-only"}, turn(func(c *Config) {
			c.TURNSecretFile, c.TURNCredentialTTL, c.RelayOnly = "s", 10*time.Second, true
		})},
		{[]string{"--ice-server=turn:h", "--turn-secret-file=s", "--relay-only"}, func(c *Config) {
			c.ICEServers, c.TURNSecretFile, c.RelayOnly = []ice.Server{{URLs: []string{"turn:h"}}}, "s", true
		}},
	} {
		want := defaults()
		c.want(&want)
		got, err := Load(c.args, nil, io.Discard)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v, %v\nwant %#v", c.args, got, err, want)
		}
	}
}

func TestTURNRefuses(t *testing.T) {
	const useless = ": needs --turn, which switches the TURN server on"
	tls := []string{"--turn", "--tls-cert=c", "--tls-key=k"}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--turn-listen=:1"}, "--turn-listen" + useless},
		{[]string{"--turns-listen=:1"}, "--turns-listen" + useless},
		{[]string{"--turn-public-ip=192.0.2.1"}, "--turn-public-ip" + useless},
		{[]string{"--turn-host=h"}, "--turn-host" + useless},
		{[]string{"--turn-relay-ports=2000-3000"}, "--turn-relay-ports" + useless},
		{[]string{"--turn-realm=r"}, "--turn-realm" + useless},
		{[]string{"--turn-allow-peer=10.0.0.1"}, "--turn-allow-peer" + useless},
		{[]string{"--turn", "--turn-listen=3478"}, `--turn-listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "3478", did you mean ":3478", or "localhost:3478" for this machine only?`},
		{[]string{"--turn", "--turns-listen=:5349"}, "--turns-listen: needs --tls-cert or --acme-domain, the certificate for its TLS"},
		{append(tls, "--turns-listen=x"), `--turns-listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "x"`},
		{append(tls, "--turns-listen=:9000"), `--turns-listen: must differ from --listen, got ":9000" for both`},
		{append(tls, "--turns-listen=:3478"), `--turns-listen: must differ from --turn-listen, got ":3478" for both`},
		{[]string{"--turn", "--turn-public-ip=host"}, `--turn-public-ip: must be an IPv4 or IPv6 address, got "host"`},
		{[]string{"--turn", "--turn-public-ip=0.0.0.0"}, "--turn-public-ip: must be an address of this machine alone, without a zone, got 0.0.0.0"},
		{[]string{"--turn", "--turn-public-ip=fe80::1%eth0"}, "--turn-public-ip: must be an address of this machine alone, without a zone, got fe80::1%eth0"},
		{[]string{"--turn", "--turn-public-ip=224.0.0.1"}, "--turn-public-ip: must be an address of this machine alone, without a zone, got 224.0.0.1"},
		{[]string{"--turn", "--turn-public-ip=192.0.2.1", "--turn-public-ip=192.0.2.2"}, "--turn-public-ip: one IPv4 and one IPv6 address at most, got 192.0.2.1 and 192.0.2.2"},
		{[]string{"--turn", "--turn-host=h:1"}, `--turn-host: must be a host name or an address and nothing more, got "h:1"`},
		{[]string{"--turn", "--turn-host=https://h"}, `--turn-host: must be a host name or an address and nothing more, got "https://h"`},
		{[]string{"--turn", "--turn-relay-ports=2000"}, `--turn-relay-ports: must be FIRST-LAST, two ports from 1024 to 65535 in this order, got "2000"`},
		{[]string{"--turn", "--turn-relay-ports=3000-2000"}, `--turn-relay-ports: must be FIRST-LAST, two ports from 1024 to 65535 in this order, got "3000-2000"`},
		{[]string{"--turn", "--turn-relay-ports=80-90"}, `--turn-relay-ports: must be FIRST-LAST, two ports from 1024 to 65535 in this order, got "80-90"`},
		{[]string{"--turn", "--turn-relay-ports=2000-65536"}, `--turn-relay-ports: must be FIRST-LAST, two ports from 1024 to 65535 in this order, got "2000-65536"`},
		{[]string{"--turn", "--turn-realm="}, `--turn-realm: must be 1 to 127 characters without quotes, got ""`},
		{[]string{"--turn", `--turn-realm=a"b`}, `--turn-realm: must be 1 to 127 characters without quotes, got "a\"b"`},
		{[]string{"--turn", "--turn-allow-peer=lan"}, `--turn-allow-peer: must be an address or a network such as 10.0.0.0/8, got "lan"`},
		{[]string{"--turn", "--turn-allow-peer=10.0.0.1/8"}, "--turn-allow-peer: 10.0.0.1/8 is an address inside a network: write 10.0.0.0/8 for the network, or 10.0.0.1 for the address"},
		{[]string{"--turn", "--turn-allow-peer=::/0"}, "--turn-allow-peer: ::/0 would let everybody reach everything that this machine reaches, itself included: name the networks of your users"},
		{[]string{"--turn", "--turn-max-allocations=-1"}, "--turn-max-allocations: must be from 0 to 1000000, got -1"},
		{[]string{"--turn", "--turn-bytes-per-second=9"}, "--turn-bytes-per-second: must be from 16384 to 1073741824 or 0, got 9"},
		{[]string{"--turn", "--turn-credential-ttl=1s"}, "--turn-credential-ttl: must be from 10s to 720h, got 1s"},
		{[]string{"--turn-secret-file=s"}, "--turn-secret-file: needs --turn, or an --ice-server turn:HOST:PORT without credentials, for which to make some"},
		{[]string{"--turn-secret-file=s", "--ice-server=turn:u:p@h"}, "--turn-secret-file: needs --turn, or an --ice-server turn:HOST:PORT without credentials, for which to make some"},
		{[]string{"--relay-only"}, "--relay-only: needs --turn, or a TURN server with credentials in --ice-server: without one nobody could connect"},
		{[]string{"--relay-only", "--ice-server=turn:h", "--ice-server=stun:h"}, "--relay-only: needs --turn, or a TURN server with credentials in --ice-server: without one nobody could connect"},
	} {
		_, err := Load(c.args, nil, io.Discard)
		var usage *UsageError
		if !errors.As(err, &usage) || usage.Error() != c.want {
			t.Errorf("Load(%q): %v\nwant %s", c.args, err, c.want)
		}
	}
}
