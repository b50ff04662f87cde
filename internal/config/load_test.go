package config

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"beckon/internal/address"
	"beckon/internal/ice"
)

func defaults() Config {
	return Config{
		Serving: Serving{Listen: ":9000", SocketMode: 0o660},
		Access:  Access{AuthNameClaim: "sub", AuthJWKSRefresh: 15 * time.Minute},
		WebRTC:  WebRTC{TURNCredentialTTL: 12 * time.Hour},
		Relay: Relay{
			TURNListen: ":3478", TURNRelayPorts: Ports{49152, 65535}, TURNRealm: "beckon",
			TURNMaxAllocations: 5000, TURNMaxAllocationsPerUser: 100, TURNMaxAllocationsPerIP: 300,
			TURNBytesPerSecond: 1 << 26, TURNBytesPerSecondPerUser: 1 << 22, TURNBytesPerSecondPerIP: 1 << 23,
			TURNRequestsPerSecondPerIP: 50,
		},
		Timing: Timing{
			PingInterval: 25 * time.Second, PongTimeout: 10 * time.Second, HeaderTimeout: 5 * time.Second,
			KeepAliveTimeout: 2 * time.Minute,
			LoginTimeout:     time.Hour, WriteTimeout: 10 * time.Second,
		},
		Sizes: Sizes{MaxMessageBytes: 65536, MaxLoginBytes: 16384, MaxHeaderBytes: 1 << 15, OutboxBytes: 1 << 19, OutboxMessages: 4096, SenderSharePercent: 25},
		Limits: Limits{
			MaxConnections: DefaultMaxConnections, MaxHTTPConnections: 8192, MaxConnectionsPerIP: 100, HandshakesPerSecondPerIP: 20, LoginsPerSecondPerIP: 20,
			MessagesPerSecond: 10_000, BytesPerSecond: 1 << 24,
			MaxUsers: 100_000, MaxRooms: 50_000, MaxRoomUsers: 25_000,
		},
		Sessions: Sessions{ResumeWindow: 15 * time.Second, BacklogBytes: 1 << 19, BacklogMessages: 4096, WaitingBytes: 1 << 26},
		Watching: Watching{LogLevel: "info", LogFormat: "auto", LogLinesPerSecond: 100, LogBufferBytes: 1 << 20},
	}
}

func proxies(texts ...string) []address.Proxy {
	var list []address.Proxy
	for _, text := range texts {
		proxy, err := address.ParseProxy(text)
		if err != nil {
			panic(err)
		}
		list = append(list, proxy)
	}
	return list
}

func TestDefaults(t *testing.T) {
	got, err := Load(nil, nil, io.Discard)
	if err != nil || !reflect.DeepEqual(got, defaults()) {
		t.Errorf("Load() = %+v, %v; want %+v", got, err, defaults())
	}
}

func TestLoad(t *testing.T) {
	stunA, stunB := ice.Server{URLs: []string{"stun:a"}}, ice.Server{URLs: []string{"stun:b:3478"}}
	turn := ice.Server{URLs: []string{"turn:c"}, Username: "u", Credential: "p"}
	for _, c := range []struct {
		about     string
		args, env []string
		want      func(*Config)
	}{
		{"a flag", []string{"--listen", "127.0.0.1:0"}, nil, func(c *Config) { c.Listen = "127.0.0.1:0" }},
		{"a flag with =", []string{"--listen=[::1]:80"}, nil, func(c *Config) { c.Listen = "[::1]:80" }},
		{"the variable", nil, []string{"BECKON_LISTEN=:1"}, func(c *Config) { c.Listen = ":1" }},
		{"PORT", nil, []string{"PORT=8080"}, func(c *Config) { c.Listen = ":8080" }},
		{"the variable before PORT", nil, []string{"PORT=8080", "BECKON_LISTEN=:1"}, func(c *Config) { c.Listen = ":1" }},
		{"the flag before both", []string{"--listen=:2"}, []string{"PORT=8080", "BECKON_LISTEN=:1"}, func(c *Config) { c.Listen = ":2" }},
		{"the flag, the variable being bad", []string{"--listen=:2"}, []string{"BECKON_LISTEN=x"}, func(c *Config) { c.Listen = ":2" }},
		{"empty variables", nil, []string{"PORT=", "BECKON_LISTEN=", "BECKON_MAX_USERS="}, func(*Config) {}},
		{"an empty variable and PORT", nil, []string{"PORT=3", "BECKON_LISTEN="}, func(c *Config) { c.Listen = ":3" }},
		{"other people's variables", nil, []string{"HOME=/", "LISTEN=:3", "beckon_listen=:4", "BECKON=1", "=odd", "odd"}, func(*Config) {}},
		{"the variables of Kubernetes", nil, []string{
			"BECKON_SERVICE_HOST=10.0.0.1", "BECKON_SERVICE_PORT=80", "BECKON_SERVICE_PORT_HTTP=80", "BECKON_PORT=tcp://10.0.0.1:80",
			"BECKON_PORT_80_TCP=tcp://10.0.0.1:80", "BECKON_PORT_80_TCP_PROTO=tcp", "BECKON_PORT_80_TCP_ADDR=10.0.0.1", "BECKON_ADMIN_SERVICE_HOST=10.0.0.2",
		}, func(*Config) {}},
		{"ICE servers by repeated flags", []string{"--ice-server", "stun:a", "--ice-server=turn:u:p@c"}, nil,
			func(c *Config) { c.ICEServers = []ice.Server{stunA, turn} }},
		{"ICE servers by one variable", nil, []string{"BECKON_ICE_SERVER=stun:a, stun:b:3478,turn:u:p@c"},
			func(c *Config) { c.ICEServers = []ice.Server{stunA, stunB, turn} }},
		{"the flag instead of the list", []string{"--ice-server=stun:b:3478"}, []string{"BECKON_ICE_SERVER=stun:a,turn:u:p@c"},
			func(c *Config) { c.ICEServers = []ice.Server{stunB} }},
		{"origins", []string{"--allowed-origin=HTTPS://Example.ORG", "--allowed-origin", "http://[::1]:8080"}, nil,
			func(c *Config) { c.AllowedOrigins = []string{"https://example.org", "http://[::1]:8080"} }},
		{"origins with default ports", nil, []string{"BECKON_ALLOWED_ORIGIN=https://a.example:443, http://a.example:80,http://a.example:443"},
			func(c *Config) {
				c.AllowedOrigins = []string{"https://a.example", "http://a.example", "http://a.example:443"}
			}},
		{"durations", []string{"--ping-interval=1m", "--pong-timeout=500ms", "--login-timeout=2h", "--write-timeout=3s"}, nil,
			func(c *Config) {
				c.PingInterval, c.PongTimeout, c.LoginTimeout, c.WriteTimeout = time.Minute, 500*time.Millisecond, 2*time.Hour, 3*time.Second
			}},
		{"numbers", nil, []string{"BECKON_MAX_MESSAGE_BYTES=1024", "BECKON_BACKLOG_BYTES=4096", "BECKON_OUTBOX_BYTES=4096", "BECKON_OUTBOX_MESSAGES=16", "BECKON_MAX_USERS=7", "BECKON_MAX_CONNECTIONS=8", "BECKON_MAX_ROOM_USERS=9"},
			func(c *Config) {
				c.BacklogBytes, c.MaxLoginBytes = 4096, 1024
				c.MaxMessageBytes, c.OutboxBytes, c.OutboxMessages, c.MaxUsers, c.MaxConnections, c.MaxRoomUsers = 1024, 4096, 16, 7, 8, 9
			}},
		{"logging", []string{"--log-level=debug", "--log-format=json"}, nil, func(c *Config) { c.LogLevel, c.LogFormat = "debug", "json" }},
		{"a short ping interval alone", []string{"--ping-interval=10s"}, nil,
			func(c *Config) { c.PingInterval, c.PongTimeout = 10*time.Second, 9*time.Second }},
		{"large messages alone", []string{"--max-message-bytes=2000000"}, nil,
			func(c *Config) { c.MaxMessageBytes, c.OutboxBytes, c.BacklogBytes = 2_000_000, 2_000_000, 2_000_000 }},
		{"small messages alone", []string{"--max-message-bytes=300"}, nil,
			func(c *Config) { c.MaxMessageBytes, c.MaxLoginBytes = 300, 300 }},
		{"logins as large as messages", []string{"--max-message-bytes=300", "--max-login-bytes=300"}, nil,
			func(c *Config) { c.MaxMessageBytes, c.MaxLoginBytes = 300, 300 }},
		{"small logins", []string{"--max-login-bytes=2048"}, nil, func(c *Config) { c.MaxLoginBytes = 2048 }},
		{"many handshakes alone", []string{"--handshakes-per-second-per-ip=50"}, nil,
			func(c *Config) { c.HandshakesPerSecondPerIP, c.LoginsPerSecondPerIP = 50, 50 }},
		{"any number of handshakes alone", []string{"--handshakes-per-second-per-ip=0"}, nil,
			func(c *Config) { c.HandshakesPerSecondPerIP, c.LoginsPerSecondPerIP = 0, 0 }},
		{"many handshakes, few logins", []string{"--handshakes-per-second-per-ip=50", "--logins-per-second-per-ip=10"}, nil,
			func(c *Config) { c.HandshakesPerSecondPerIP, c.LoginsPerSecondPerIP = 50, 10 }},
		{"few handshakes alone", []string{"--handshakes-per-second-per-ip=5"}, nil, func(c *Config) { c.HandshakesPerSecondPerIP = 5 }},
		{"a Unix socket", []string{"--listen=unix:/run/beckon.sock", "--socket-mode=666"}, nil,
			func(c *Config) { c.Listen, c.SocketMode = "unix:/run/beckon.sock", 0o666 }},
		{"a base path", []string{"--base-path=/chat/v1"}, nil, func(c *Config) { c.BasePath = "/chat/v1" }},
		{"the root as base path", nil, []string{"BECKON_BASE_PATH=/"}, func(*Config) {}},
		{"proxies", []string{"--trusted-proxy=10.0.0.0/8", "--trusted-proxy=Loopback", "--proxy-protocol"}, nil,
			func(c *Config) { c.TrustedProxies, c.ProxyProtocol = proxies("10.0.0.0/8", "loopback"), true }},
		{"proxies by variables", nil, []string{"BECKON_TRUSTED_PROXY=10.0.0.1, unix", "BECKON_PROXY_PROTOCOL=yes", "BECKON_LISTEN=unix:/s"},
			func(c *Config) {
				c.TrustedProxies, c.ProxyProtocol, c.Listen = proxies("10.0.0.1", "unix"), true, "unix:/s"
			}},
		{"a switch that a flag turns off", []string{"--proxy-protocol=false"}, []string{"BECKON_PROXY_PROTOCOL=1"}, func(*Config) {}},
		{"TLS", []string{"--tls-cert=c.pem", "--tls-key=k.pem", "--http-redirect=:80"}, nil,
			func(c *Config) { c.TLSCert, c.TLSKey, c.HTTPRedirect = "c.pem", "k.pem", ":80" }},
		{"ACME", nil, []string{"BECKON_ACME_DOMAIN=Chat.Example.org., b.example.org", "BECKON_ACME_CACHE=/c", "BECKON_ACME_EMAIL=op@example.org", "BECKON_ACME_DIRECTORY=https://ca.example/dir", "BECKON_ACME_CA_FILE=ca.pem"},
			func(c *Config) {
				c.TLS = TLS{ACMEDomains: []string{"chat.example.org", "b.example.org"}, ACMECache: "/c", ACMEEmail: "op@example.org", ACMEDirectory: "https://ca.example/dir", ACMECAFile: "ca.pem"}
			}},
		{"tokens", []string{"--auth-jwks-file=keys.json", "--auth-audience=beckon", "--auth-issuer=https://id.example"}, nil,
			func(c *Config) {
				c.AuthJWKSFile, c.AuthAudience, c.AuthIssuer = "keys.json", "beckon", "https://id.example"
			}},
		{"keys from a URL", []string{"--auth-jwks-url=https://id.example/k?v=1", "--auth-jwks-refresh=1h", "--auth-name-claim=preferred_username"}, nil,
			func(c *Config) {
				c.AuthJWKSURL, c.AuthJWKSRefresh, c.AuthNameClaim = "https://id.example/k?v=1", time.Hour, "preferred_username"
			}},
		{"keys from this machine", []string{"--auth-jwks-url=http://[::1]:8080/k"}, nil, func(c *Config) { c.AuthJWKSURL = "http://[::1]:8080/k" }},
		{"another kind of tokens", []string{"--auth-jwt-secret-file=secret"}, nil, func(c *Config) { c.AuthJWTSecretFile = "secret" }},
		{"the admin listener", []string{"--admin=localhost:9091"}, nil, func(c *Config) { c.Admin = "localhost:9091" }},
		{"the admin listener of IPv6", []string{"--admin=[::1]:9091"}, nil, func(c *Config) { c.Admin = "[::1]:9091" }},
		{"the admin listener as a socket", []string{"--admin=unix:/run/admin"}, nil, func(c *Config) { c.Admin = "unix:/run/admin" }},
		{"the admin listener for all", []string{"--admin=:9091", "--admin-public"}, nil, func(c *Config) { c.Admin, c.AdminPublic = ":9091", true }},
		{"all that may be off", []string{
			"--header-timeout=0", "--login-timeout=0s", "--resume-window=0", "--max-connections=0", "--max-connections-per-ip=0",
			"--handshakes-per-second-per-ip=0", "--logins-per-second-per-ip=0", "--messages-per-second=0", "--bytes-per-second=0", "--max-http-connections=0", "--max-users=0", "--max-rooms=0", "--max-room-users=0",
			"--outbox-messages=0", "--backlog-bytes=0", "--backlog-messages=0", "--waiting-bytes=0",
		}, nil, func(c *Config) {
			c.HeaderTimeout, c.LoginTimeout, c.OutboxMessages, c.Limits, c.Sessions = 0, 0, 0, Limits{}, Sessions{}
		}},
		{"bytes that are not counted", []string{"--outbox-bytes=0", "--backlog-bytes=0"}, nil, func(c *Config) { c.OutboxBytes, c.BacklogBytes = 0, 0 }},
	} {
		want := defaults()
		c.want(&want)
		got, err := Load(c.args, c.env, io.Discard)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: Load = %#v, %v\nwant %#v", c.about, got, err, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		args, env []string
		want      string
	}{
		{[]string{"--bogus"}, nil, "unknown flag --bogus"},
		{[]string{"--listn=:1"}, nil, `unknown flag --listn, did you mean "--listen"?`},
		{[]string{"serve"}, nil, "unknown command serve: there are doctor, health, help, version, completion; without one it is a server"},
		{[]string{"docter"}, nil, `unknown command docter, did you mean "doctor"?`},
		{[]string{"se\nrve"}, nil, "unknown command se rve: there are doctor, health, help, version, completion; without one it is a server"},
		{[]string{"--turn", "serve"}, nil, "unexpected argument serve"},
		{[]string{"-listen", ":1"}, nil, `unknown flag -listen, did you mean "--listen"?`},
		{[]string{"--turn", "-lisen=:1"}, nil, `unknown flag -lisen, did you mean "--listen"?`},
		{[]string{"-port", "80"}, nil, `unknown flag -port, did you mean "--listen"?`},
		{[]string{"--port=80"}, nil, `unknown flag --port, did you mean "--listen"?`},
		{[]string{"--turn", "--host", "::1"}, nil, `unknown flag --host, did you mean "--listen"?`},
		{[]string{"--origin=https://a.example"}, nil, `unknown flag --origin, did you mean "--allowed-origin"?`},
		{[]string{"--cert=x"}, nil, `unknown flag --cert, did you mean "--tls-cert"?`},
		{[]string{"--max-users", "-5"}, nil, "--max-users: must be from 0 to 100000000, got -5"},
		{[]string{"--login-timeout", "-1s"}, nil, "--login-timeout: must be from 10ms to 24h or 0, got -1s"},
		{[]string{"--listen"}, nil, "--listen: needs a value"},
		{[]string{"--listen", "--help"}, nil, "--listen: needs a value"},
		{[]string{"--listen="}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got ""`},
		{[]string{"--listen=9000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "9000", did you mean ":9000", or "localhost:9000" for this machine only?`},
		{[]string{"--listen=09000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "09000"`},
		{[]string{"--listen=::1:9000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "::1:9000"`},
		{[]string{"--listen=:65536"}, nil, `--listen: the port must be a number from 0 to 65535, got ":65536"`},
		{[]string{"--listen=:http"}, nil, `--listen: the port must be a number from 0 to 65535, got ":http"`},
		{[]string{"--listen=http://localhost:9000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "http://localhost:9000"`},
		{[]string{"--listen=a/b:9000"}, nil, `--listen: must be HOST:PORT without a scheme or path, got "a/b:9000"`},
		{nil, []string{"BECKON_LISTEN=x"}, `--listen (from BECKON_LISTEN): must be HOST:PORT, :PORT or [IPV6]:PORT, got "x"`},
		{nil, []string{"PORT=tcp://10.0.0.1:80"}, `--listen (from PORT): must be HOST:PORT, :PORT or [IPV6]:PORT, got ":tcp://10.0.0.1:80"`},
		{[]string{"--ping-interval=5"}, nil, `--ping-interval: must be a duration such as 25s, 500ms or 2m, got "5"`},
		{[]string{"--ping-interval=5s", "--pong-timeout=6s"}, nil, "--ping-interval: must be more than --pong-timeout (6s), got 5s"},
		{[]string{"--ping-interval=10s", "--pong-timeout=10s"}, nil, "--ping-interval: must be more than --pong-timeout (10s), got 10s"},
		{nil, []string{"BECKON_PING_INTERVAL=5s", "BECKON_PONG_TIMEOUT=6s"}, "--ping-interval (from BECKON_PING_INTERVAL): must be more than --pong-timeout (6s), got 5s"},
		{[]string{"--ping-interval=2h"}, nil, "--ping-interval: must be from 20ms to 1h, got 2h"},
		{[]string{"--pong-timeout=0s"}, nil, "--pong-timeout: must be from 10ms to 1h, got 0s"},
		{[]string{"--login-timeout=-1s"}, nil, "--login-timeout: must be from 10ms to 24h or 0, got -1s"},
		{[]string{"--write-timeout=1h1s"}, nil, "--write-timeout: must be from 10ms to 1h, got 1h0m1s"},
		{[]string{"--max-message-bytes=64KiB"}, nil, `--max-message-bytes: must be a whole number, got "64KiB"`},
		{[]string{"--max-message-bytes=127"}, nil, "--max-message-bytes: must be from 128 to 16777216, got 127"},
		{nil, []string{"BECKON_MAX_MESSAGE_BYTES=127"}, "--max-message-bytes (from BECKON_MAX_MESSAGE_BYTES): must be from 128 to 16777216, got 127"},
		{[]string{"--max-login-bytes=2047"}, nil, "--max-login-bytes: must be at least 2048, as long as a login may be, got 2047"},
		{[]string{"--max-login-bytes=299", "--max-message-bytes=300"}, nil, "--max-login-bytes: must be at least 300, as long as a login may be, got 299"},
		{[]string{"--max-login-bytes=10239", "--auth-jwt-secret-file=" + "/none"}, nil, "--max-login-bytes: must be at least 10240, as long as a login may be, got 10239"},
		{[]string{"--max-login-bytes=65537"}, nil, "--max-login-bytes: must be at most --max-message-bytes (65536), got 65537"},
		{nil, []string{"BECKON_MAX_LOGIN_BYTES=65537"}, "--max-login-bytes (from BECKON_MAX_LOGIN_BYTES): must be at most --max-message-bytes (65536), got 65537"},
		{[]string{"--outbox-bytes=5000"}, nil, "--outbox-bytes: must be at least --max-message-bytes (65536), got 5000"},
		{[]string{"--outbox-messages=15"}, nil, "--outbox-messages: must be from 16 to 1000000 or 0, got 15"},
		{[]string{"--max-users=-1"}, nil, "--max-users: must be from 0 to 100000000, got -1"},
		{[]string{"--sender-share-percent=0"}, nil, "--sender-share-percent: must be from 1 to 75, got 0"},
		{[]string{"--sender-share-percent=76"}, nil, "--sender-share-percent: must be from 1 to 75, got 76"},
		{[]string{"--max-connections=1e3"}, nil, `--max-connections: must be a whole number, got "1e3"`},
		{nil, []string{"BECKON_MAX_ROOM_USERS=many"}, `--max-room-users (from BECKON_MAX_ROOM_USERS): must be a whole number, got "many"`},
		{[]string{"--log-level=trace"}, nil, `--log-level: must be one of debug, info, warn, error, got "trace"`},
		{[]string{"--log-format=xml"}, nil, `--log-format: must be one of auto, console, json, got "xml"`},
		{[]string{"--listen=unix:"}, nil, `--listen: must be unix: and the whole path of a socket, such as unix:/run/beckon/http.sock, got "unix:"`},
		{[]string{"--listen=unix:run/s"}, nil, `--listen: must be unix: and the whole path of a socket, such as unix:/run/beckon/http.sock, got "unix:run/s"`},
		{[]string{"--socket-mode=rw"}, nil, `--socket-mode: must be permissions in octal such as 0660, got "rw"`},
		{[]string{"--socket-mode=1777"}, nil, `--socket-mode: must be permissions in octal such as 0660, got "1777"`},
		{[]string{"--socket-mode=0"}, nil, "--socket-mode: nobody could connect with 0000"},
		{[]string{"--base-path=chat"}, nil, `--base-path: must begin with a slash, such as /chat, got "chat"`},
		{[]string{"--base-path=/chat/"}, nil, `--base-path: must not end with a slash, write /chat, got "/chat/"`},
		{[]string{"--base-path=/a b"}, nil, `--base-path: may hold letters, digits and . _ ~ - between slashes, got "/a b"`},
		{[]string{"--base-path=/a%2Fb"}, nil, `--base-path: may hold letters, digits and . _ ~ - between slashes, got "/a%2Fb"`},
		{[]string{"--base-path=/a/../b"}, nil, `--base-path: must not hold //, . or .., write /b, got "/a/../b"`},
		{[]string{"--base-path=//evil.example"}, nil, `--base-path: must not hold //, . or .., write /evil.example, got "//evil.example"`},
		{nil, []string{"BECKON_TRUSTED_PROXY=10.0.0.0/8, anybody"}, `--trusted-proxy (from BECKON_TRUSTED_PROXY): " anybody": must be an address, a network such as 10.0.0.0/8, loopback, private or unix`},
		{[]string{"--proxy-protocol"}, nil, "--proxy-protocol: needs --trusted-proxy, the address of the proxy that sends the header"},
		{[]string{"--proxy-protocol=perhaps"}, nil, `--proxy-protocol: must be true or false, got "perhaps"`},
		{[]string{"--proxy-protocol", "--trusted-proxy=::1", "--listen=unix:/s"}, nil, "--proxy-protocol: needs --trusted-proxy unix where --listen is a Unix socket"},
		{[]string{"--tls-cert=c"}, nil, "--tls-cert: needs --tls-key, the file with its private key"},
		{nil, []string{"BECKON_TLS_KEY=k"}, "--tls-key (from BECKON_TLS_KEY): needs --tls-cert, the file with the certificate"},
		{[]string{"--tls-cert=c", "--tls-key=k", "--acme-domain=a.example"}, nil, "--acme-domain: cannot be used together with --tls-cert, drop one of the two"},
		{[]string{"--http-redirect=:80"}, nil, "--http-redirect: needs --tls-cert or --acme-domain, without which there is no https to redirect to"},
		{[]string{"--http-redirect=80", "--acme-domain=a.example"}, nil, `--http-redirect: must be HOST:PORT, :PORT or [IPV6]:PORT, got "80", did you mean ":80", or "localhost:80" for this machine only?`},
		{[]string{"--http-redirect=:9000", "--acme-domain=a.example"}, nil, `--http-redirect: must differ from --listen, got ":9000" for both`},
		{[]string{"--acme-email=a@b.example"}, nil, "--acme-email: needs --acme-domain, the host name to get a certificate for"},
		{[]string{"--acme-domain=*.a.example"}, nil, `--acme-domain: wildcards need a DNS challenge, which is not supported: name each host, got "*.a.example"`},
		{[]string{"--acme-domain=192.0.2.1"}, nil, `--acme-domain: must be a whole host name such as chat.example.org, an international one in its ASCII form, got "192.0.2.1"`},
		{[]string{"--acme-domain=localhost"}, nil, `--acme-domain: must be a whole host name such as chat.example.org, an international one in its ASCII form, got "localhost"`},
		{[]string{"--acme-domain=a.example:443"}, nil, `--acme-domain: must be a whole host name such as chat.example.org, an international one in its ASCII form, got "a.example:443"`},
		{[]string{"--acme-domain=a.example", "--acme-domain=A.example"}, nil, "--acme-domain: a.example is named twice"},
		{[]string{"--acme-domain=a.example", "--acme-email=me"}, nil, `--acme-email: must be a mail address and nothing more, got "me"`},
		{[]string{"--acme-domain=a.example", "--acme-directory=http://ca"}, nil, `--acme-directory: must be an https:// URL, got "http://ca"`},
		{[]string{"--acme-domain=a.example", "--acme-ca-file=ca"}, nil, "--acme-ca-file: needs --acme-directory, the authority that it is for"},
		{[]string{"--auth-jwt-secret-file=a", "--auth-jwks-file=b"}, nil, "--auth-jwks-file: cannot be used together with --auth-jwt-secret-file, drop one of the two"},
		{[]string{"--auth-jwt-secret-file=a", "--auth-jwks-url=https://a.example"}, nil, "--auth-jwks-url: cannot be used together with --auth-jwt-secret-file, drop one of the two"},
		{[]string{"--auth-jwks-url=http://a.example/k"}, nil, `--auth-jwks-url: must begin with https://, or anybody on the way could put keys of their own there; http:// is for this machine alone, got "http://a.example/k"`},
		{[]string{"--auth-jwks-url=http://127.0.0.1.a.example/k"}, nil, `--auth-jwks-url: must begin with https://, or anybody on the way could put keys of their own there; http:// is for this machine alone, got "http://127.0.0.1.a.example/k"`},
		{[]string{"--auth-jwks-url=file:///k"}, nil, `--auth-jwks-url: must be the whole URL of a JSON Web Key Set, such as https://id.example.org/jwks.json, got "file:///k"`},
		{[]string{"--auth-jwks-url=a.example"}, nil, `--auth-jwks-url: must be the whole URL of a JSON Web Key Set, such as https://id.example.org/jwks.json, got "a.example"`},
		{[]string{"--auth-jwks-url=https://u:s3cret@a.example/"}, nil, "--auth-jwks-url: must hold no user name or password: keys to verify with are for everybody to read"},
		{[]string{"--auth-jwks-url=https://u:s3cret%zz@a.example/"}, nil, "--auth-jwks-url: must be an https:// URL"},
		{[]string{"--auth-jwks-url=https://u:s3cret\x7f@a.example/"}, nil, "--auth-jwks-url: the value holds an invisible character (U+007F), which is character 17: take it out"},
		{[]string{"--auth-jwks-url=https://a.example", "--auth-jwks-refresh=9s"}, nil, "--auth-jwks-refresh: must be from 10s to 24h, got 9s"},
		{[]string{"--auth-jwks-file=a", "--auth-jwks-refresh=1m"}, nil, "--auth-jwks-refresh: needs --auth-jwks-url, what to fetch so often"},
		{[]string{"--auth-jwks-refresh=1m"}, nil, "--auth-jwks-refresh: needs --auth-jwt-secret-file, --auth-jwks-file or --auth-jwks-url, without which there are no tokens"},
		{[]string{"--auth-name-claim=name"}, nil, "--auth-name-claim: needs --auth-jwt-secret-file, --auth-jwks-file or --auth-jwks-url, without which there are no tokens"},
		{[]string{"--auth-name-claim=", "--auth-jwks-file=a"}, nil, "--auth-name-claim: must be the name of a claim, such as sub or preferred_username"},
		{[]string{"--auth-name-claim=exp", "--auth-jwks-file=a"}, nil, "--auth-name-claim: the claim exp does not say who the user is, take one that does, such as sub or preferred_username"},
		{[]string{"--auth-audience=a"}, nil, "--auth-audience: needs --auth-jwt-secret-file, --auth-jwks-file or --auth-jwks-url, without which there are no tokens"},
		{[]string{"--auth-issuer=a"}, nil, "--auth-issuer: needs --auth-jwt-secret-file, --auth-jwks-file or --auth-jwks-url, without which there are no tokens"},
		{[]string{"--admin=:9091"}, nil, `--admin: must be a loopback address such as localhost:9091, since it has no password; add --admin-public if others may reach it, got ":9091"`},
		{[]string{"--admin=192.0.2.1:9091"}, nil, `--admin: must be a loopback address such as localhost:9091, since it has no password; add --admin-public if others may reach it, got "192.0.2.1:9091"`},
		{[]string{"--admin=9091"}, nil, `--admin: must be HOST:PORT, :PORT or [IPV6]:PORT, got "9091", did you mean ":9091", or "localhost:9091" for this machine only?`},
		{[]string{"--admin=localhost:9000", "--listen=localhost:9000"}, nil, `--admin: must differ from --listen, got "localhost:9000" for both`},
		{[]string{"--admin-public"}, nil, "--admin-public: needs --admin, the address to listen on"},
		{[]string{"--header-timeout=1ms"}, nil, "--header-timeout: must be from 10ms to 1h or 0, got 1ms"},
		{[]string{"--resume-window=2h"}, nil, "--resume-window: must be from 10ms to 1h or 0, got 2h"},
		{[]string{"--messages-per-second=-1"}, nil, "--messages-per-second: must be from 0 to 1000000, got -1"},
		{[]string{"--bytes-per-second=1000"}, nil, "--bytes-per-second: must be from 1024 to 1073741824 or 0, got 1000"},
		{[]string{"--outbox-bytes=0", "--outbox-messages=0"}, nil, "--outbox-bytes: cannot be 0 together with --outbox-messages: a client that does not read would take all memory"},
		{[]string{"--backlog-bytes=0", "--backlog-messages=0"}, nil, "--backlog-bytes: cannot be 0 together with --backlog-messages: a client that does not read would take all memory"},
		{[]string{"--backlog-bytes=5000"}, nil, "--backlog-bytes: must be at least --max-message-bytes (65536), got 5000"},
		{[]string{"--ice-server=turn:u:***@h"}, nil, "--ice-server: turn:u:***@h stands for a secret that was not shown, write the secret itself"},
		{[]string{"--allowed-origin=wss://a.example"}, nil, `--allowed-origin: pages come by http or https, write https://a.example, got "wss://a.example"`},
		{[]string{"--allowed-origin=https://*.org"}, nil, `--allowed-origin: a star stands for the first label of a name that has two more, such as https://*.example.org, got "https://*.org"`},
		{[]string{"--ice-server=bad:c"}, nil, `--ice-server: "bad:c": the scheme must be stun, stuns, turn or turns`},
		{nil, []string{"BECKON_ICE_SERVER=stun:a,turn:u:p@h:0"}, `--ice-server (from BECKON_ICE_SERVER): "turn:***@h:0": the port must be a number from 1 to 65535`},
	} {
		_, err := Load(c.args, c.env, io.Discard)
		var usage *UsageError
		if !errors.As(err, &usage) || usage.Error() != c.want {
			t.Errorf("Load(%q, %q): %v\nwant %s", c.args, c.env, err, c.want)
		}
	}
}

func TestOriginsMustBeExact(t *testing.T) {
	for _, origin := range []string{
		"", "example.org", "example.org:80", "//example.org", "ws://example.org", "file:///", "https://", "https://:443",
		"https://example.org/", "https://example.org/path", "https://example.org?", "https://example.org?a", "https://example.org#a",
		"https://user@example.org", "https://*.org", "https://*", "https://*example.org", "https://a.*.example.org", "https://*.*.example.org",
		"app://*.example.org", "**", "https://example.org:", "https://example.org:0", "https://example.org:99999",
		"https://.example.org", "https://a..example.org", "https://*.*.org", "https://example.org:x", "https://example.org:00443", "https://example.org:080", "https://256.1.1.1", "https://1.2.3",
		"https://0x7f.1", "https://*.10.0.0.1", "https://a'b.example", "https://$a.example", "https://a;b.example", "https://[::1%25eth0]", "https://example.org..",
		"https://example.org:x", "https://exa mple.org", "https://bücher.example", "://a", "app:", "app:/a", "1://a", "app://a/", "file:///x",
	} {
		if got, err := canonicalOrigin(origin); err == nil {
			t.Errorf("canonicalOrigin(%q) = %q, want it refused", origin, got)
		}
	}
}

func TestOriginsOfAppsAndFamilies(t *testing.T) {
	for origin, want := range map[string]string{
		"capacitor://localhost": "", "tauri://localhost": "", "app://obsidian.md": "", "app://.": "", "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb": "",
		"capacitor-electron://-": "", "App://Bundle:8080": "app://bundle:8080", "file://": "", "FILE://": "file://", "null": "", "NULL": "null", "*": "",
		"https://*.example.org": "", "HTTPS://*.Example.ORG:443": "https://*.example.org", "http://*.localhost:3000": "", "https://*.a.example.org:8443": "",
		"http://my_service:8080": "", "https://example.org.": "", "https://[0:0:0:0:0:0:0:1]:8443": "https://[::1]:8443", "http://192.0.2.1": "", "https://a-.example": "",
	} {
		if want == "" {
			want = origin
		}
		if got, err := canonicalOrigin(origin); err != nil || got != want {
			t.Errorf("canonicalOrigin(%q) = %q, %v, want %q", origin, got, err, want)
		}
	}
}

func TestHostNames(t *testing.T) {
	for host, want := range map[string]string{
		"chat.example.org": "chat.example.org", "Chat.Example.ORG.": "chat.example.org", "beckon": "beckon", "my_service": "my_service",
		"*.example.org": "*.example.org", "10.0.0.1": "10.0.0.1", "[::1]": "::1", "xn--bcher-kva.example": "xn--bcher-kva.example",
		"": "", "*": "", "*.*.example": "", "a.*.example": "", "*.org": "", "https://chat.example.org": "", "chat.example.org:443": "",
		"chat.example.org/": "", "bücher.example": "", "a b": "", ".example.org": "", "a..b": "", "chat.example.org:x": "", "*.*.org": "", "[::1": "", "::1]": "", "[10.0.0.1]": "",
		"256.1.1.1": "", "1.2.3": "", "*.10.0.0.1": "",
	} {
		if got, err := canonicalName(host); got != want || (err == nil) != (want != "") {
			t.Errorf("canonicalName(%q) = %q, %v, want %q", host, got, err, want)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	badEnvironment := []string{"BECKON_LISTEN=x", "BECKON_BOGUS=1"}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"--log-level=bad", "--help"}} {
		var out bytes.Buffer
		if _, err := Load(args, badEnvironment, &out); !errors.Is(err, ErrShown) {
			t.Errorf("Load(%q): %v, want ErrShown", args, err)
		}
		checkFirstScreen(t, out.String())
	}
	var out bytes.Buffer
	if _, err := Load([]string{"--version"}, badEnvironment, &out); !errors.Is(err, ErrShown) {
		t.Errorf("Load(--version): %v, want ErrShown", err)
	}
	if !strings.HasPrefix(out.String(), "beckon ") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("--version writes %q", out.String())
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestHelpThatCannotBeWritten(t *testing.T) {
	for _, arg := range []string{"--help", "--version"} {
		if _, err := Load([]string{arg}, nil, brokenWriter{}); !errors.Is(err, errBroken) {
			t.Errorf("Load(%s): %v, want the writer's error", arg, err)
		}
	}
}

func TestLimitsPerAddressAreForLoopbackOnlyWhenSet(t *testing.T) {
	for _, test := range []struct {
		args []string
		want PerAddress
	}{
		{nil, PerAddress{}},
		{[]string{"--max-connections-per-ip=99"}, PerAddress{Connections: 99}},
		{[]string{"--handshakes-per-second-per-ip=7"}, PerAddress{HandshakesPerSecond: 7}},
		{[]string{"--logins-per-second-per-ip=7"}, PerAddress{LoginsPerSecond: 7}},
	} {
		c, err := Load(test.args, nil, io.Discard)
		if err != nil || c.Local() != test.want {
			t.Errorf("%v: got %+v, %v", test.args, c.Local(), err)
		}
	}
	if c, err := Load(nil, []string{"BECKON_MAX_CONNECTIONS_PER_IP=3"}, io.Discard); err != nil || c.Local().Connections != 3 {
		t.Errorf("by environment: got %+v, %v", c.Local(), err)
	}
}
