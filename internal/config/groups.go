package config

import (
	"io/fs"
	"time"

	"beckon/internal/address"
	"beckon/internal/ice"
)

// Serving is where the server is reached.
type Serving struct {
	// Listen is a TCP address, HOST:PORT, where port 0 takes a free one, or unix:PATH.
	Listen string `default:":9000" placeholder:"HOST:PORT" help:"Address to listen on, or unix:PATH for a Unix socket. Port 0 takes a free port. Sockets passed by systemd take its place. The variable PORT, as hosting platforms set it, changes the port of the default, or of the file's address, and nothing else."`
	// SocketMode are the permissions of a Unix socket.
	SocketMode fs.FileMode `default:"0660" placeholder:"MODE" help:"Permissions of a Unix socket, in octal."`
	// BasePath is what every path begins with: "" or /a/b, without a slash at its end.
	BasePath string `placeholder:"PATH" help:"Path that everything is served below, such as /chat, for a proxy that does not strip it."`
	// TrustedProxies are the peers whose X-Forwarded and PROXY headers are believed.
	TrustedProxies []address.Proxy `name:"trusted-proxy" placeholder:"NETWORK" help:"Proxy to trust for client addresses: an address, a network such as 10.0.0.0/8, loopback, private, or unix for the Unix socket. May be repeated."`
	// ProxyProtocol makes trusted proxies begin each connection with a PROXY header.
	ProxyProtocol bool `default:"false" help:"Expect a PROXY protocol header, version 1 or 2, from every --trusted-proxy. A client that it gives no address of, such as one of a Unix socket, counts as the proxy."`
}

// TLS is whether the server does TLS itself, and with which certificates.
type TLS struct {
	// TLSCert and TLSKey are PEM files; both or neither.
	TLSCert string `name:"tls-cert" placeholder:"FILE" help:"Certificate chain in PEM form, for TLS without a proxy. It is read again when it changes, and on SIGHUP."`
	TLSKey  string `name:"tls-key" placeholder:"FILE" help:"Private key of --tls-cert, in PEM form."`
	// ACMEDomains are host names, in lower case, for which to get certificates.
	ACMEDomains []string `name:"acme-domain" placeholder:"HOST" help:"Get a certificate for this host name from an ACME authority, and agree to its terms. May be repeated."`
	// ACMECache is the directory that keeps the certificates; "" for one chosen at start.
	ACMECache string `name:"acme-cache" placeholder:"DIR" help:"Directory for ACME certificates, which nobody else may read: in one that is open to others, such as a volume, they go into a folder named private. Without it: acme below systemd's STATE_DIRECTORY, else beckon/acme below the user's cache directory."`
	// ACMEEmail is where the authority writes to; may be empty.
	ACMEEmail string `name:"acme-email" placeholder:"ADDRESS" help:"E-mail address for the ACME authority to write to."`
	// ACMEDirectory is the URL of another authority than Let's Encrypt.
	ACMEDirectory string `name:"acme-directory" placeholder:"URL" help:"Directory URL of an ACME authority other than Let's Encrypt."`
	// ACMECAFile holds the roots by which ACMEDirectory is trusted.
	ACMECAFile string `name:"acme-ca-file" placeholder:"FILE" help:"Root certificates in PEM form to trust for --acme-directory, instead of the system's."`
	// HTTPRedirect is the TCP address that redirects plain HTTP to https; "" for none.
	HTTPRedirect string `name:"http-redirect" placeholder:"HOST:PORT" help:"Address where plain HTTP is redirected to https and ACME challenges are answered, usually :80."`
}

// Access is who is let in.
type Access struct {
	// AllowedOrigins are the origins, besides the server's own, whose pages may connect:
	// lower-case scheme://host[:port], without a default port, scheme://*.host, scheme://, null or *.
	AllowedOrigins []string `name:"allowed-origin" placeholder:"ORIGIN" help:"Origin of another site or an app whose pages may connect, such as https://example.org or capacitor://localhost; https://*.example.org for all names with one label more, file:// or null for local files, * for everybody. May be repeated."`
	// AllowedHosts are the names by which the server may be asked for, besides those of its certificates: in lower
	// case, *.host for all with one label more. Without any, all are good.
	AllowedHosts []string `name:"allowed-host" placeholder:"HOST" help:"Name by which users reach the server, such as chat.example.org, or *.example.org for all names with one label more. All others are then refused, except the names of --tls-cert and --acme-domain, IP addresses and localhost. May be repeated."`
	// AuthJWTSecretFile, AuthJWKSFile or AuthJWKSURL makes every login need a token.
	AuthJWTSecretFile string `name:"auth-jwt-secret-file" placeholder:"FILE" help:"Let in only logins with a JSON Web Token signed (HS256) with the secret in this file."`
	AuthJWKSFile      string `name:"auth-jwks-file" placeholder:"FILE" help:"Let in only logins with a JSON Web Token signed (RS256, ES256, EdDSA) with a key of this JSON Web Key Set."`
	AuthJWKSURL       string `name:"auth-jwks-url" placeholder:"URL" help:"The same, with the set that this https:// URL gives, as identity providers publish it; http:// for this machine alone. Until it has been fetched for the first time, no login succeeds."`
	// AuthJWKSRefresh is how often the set is fetched again.
	AuthJWKSRefresh time.Duration `name:"auth-jwks-refresh" default:"15m" help:"How often --auth-jwks-url is fetched again. A token with an unknown key (kid), and a failure, have it fetched sooner, 10s after the last time."`
	// AuthAudience and AuthIssuer are what the claims aud and iss must be, if not empty.
	AuthAudience string `name:"auth-audience" placeholder:"TEXT" help:"What the aud claim of a token must be or contain."`
	AuthIssuer   string `name:"auth-issuer" placeholder:"TEXT" help:"What the iss claim of a token must be."`
	// AuthNameClaim is the claim that fixes the name of a token's user.
	AuthNameClaim string `name:"auth-name-claim" default:"sub" placeholder:"CLAIM" help:"The claim of a token that fixes the user's name: a string at the top level, such as preferred_username. A token without a sub is good for any name; one that lacks another claim named here is refused."`
}

// WebRTC is what clients are told for their connections among themselves.
type WebRTC struct {
	// ICEServers are handed to every client that logs in.
	ICEServers []ice.Server `name:"ice-server" placeholder:"URL" help:"STUN or TURN server to give to clients, stun:HOST:PORT or turn:USER:SECRET@HOST:PORT, or turn:HOST:PORT if it shares the secrets of --turn-secret-file. May be repeated."`
	// TURNSecretFile makes the credentials of TURN servers that have none, and of the one built in.
	TURNSecretFile string `name:"turn-secret-file" placeholder:"FILE" help:"File with secrets that the TURN server shares (coturn: static-auth-secret), one per line. Credentials for users are made with the first; the built-in TURN server accepts those of every line. It is read again on SIGHUP. Without it --turn makes up a secret at each start."`
	// TURNCredentialTTL is for how long such credentials are good.
	TURNCredentialTTL time.Duration `name:"turn-credential-ttl" default:"12h" help:"How long TURN credentials that are made for a user are good, unless the user's token ends sooner. Clients fetch new ones in time."`
	// RelayOnly tells clients to connect through TURN servers alone.
	RelayOnly bool `default:"false" help:"Make clients connect through a TURN server only, so that no user learns another's address."`
}

// Timing is how long the server waits for clients.
type Timing struct {
	// PingInterval is the time between two WebSocket pings on one connection.
	PingInterval time.Duration `default:"25s" help:"Time between two WebSocket pings."`
	// PongTimeout is how long after a ping a silent peer is dropped; less than PingInterval.
	// If it is not set, it is nine tenths of a PingInterval that does not exceed the default.
	PongTimeout time.Duration `default:"10s" help:"How long after a ping a silent peer is dropped; less than --ping-interval."`
	// HeaderTimeout is how long a client may take over a request's head, and a proxy over its
	// PROXY header; 0 for ever.
	HeaderTimeout time.Duration `default:"5s" help:"How long a client may take to send the head of a request, 0 for as long as it likes."`
	// KeepAliveTimeout is how long an HTTP connection may be idle between two requests; 0 for ever.
	KeepAliveTimeout time.Duration `default:"2m" help:"How long an HTTP connection may be idle between two requests, 0 for as long as it likes. It should be longer than proxies and load balancers keep theirs, mostly 60s, or their requests meet connections that are just being closed."`
	// LoginTimeout is how long a connection may stay without a login; 0 for ever.
	LoginTimeout time.Duration `default:"1h" help:"How long a connection may stay without a login, 0 for as long as it likes."`
	// WriteTimeout is how long a socket may take nothing of what is to be sent; one that takes a little all the
	// time may take as long as it likes.
	WriteTimeout time.Duration `default:"10s" help:"How long a client may go without reading anything of what waits for it."`
}

// Sizes is what may be sent, and may wait to be sent.
type Sizes struct {
	// MaxMessageBytes is the size of the largest frame that a client may send.
	MaxMessageBytes int `default:"65536" placeholder:"N" help:"Largest message a client may send, in bytes."`
	// MaxLoginBytes is the size of the largest frame of a client that is not logged in. It is at most MaxMessageBytes, to
	// which it is lowered if it is not set.
	MaxLoginBytes int `default:"16384" placeholder:"N" help:"Largest message a client may send before it is logged in, in bytes; at most --max-message-bytes. A token may have 8192 of them."`
	// MaxHeaderBytes is the size of the largest head of a request, which cookies fill. What is less than twice
	// as much is read, and refused with a word; more is refused without one.
	MaxHeaderBytes int `default:"32768" placeholder:"N" help:"Largest head of a request, in bytes: all headers, cookies included, and the path."`
	// OutboxBytes is how many bytes may wait for one client. What others send beyond three quarters is refused to them;
	// what the client itself gives rise to and does not read closes it with 4008. 0 is no bound. Of a longer frame, such as the roster of a large room, half of it counts. It is at least MaxMessageBytes, to which it is raised if it is not set.
	OutboxBytes int `default:"524288" placeholder:"N" help:"How many bytes may wait to be sent to one client, 0 for any number. A quarter of that is kept for answers to the client itself: what others send beyond the rest is refused."`
	// OutboxMessages is how many messages may wait for one client, likewise. 0 is no bound.
	OutboxMessages int `default:"4096" placeholder:"N" help:"How many messages may wait to be sent to one client, 0 for any number; likewise."`
	// SenderSharePercent is how much of what may wait for one client, or be kept for a session, one address may use up.
	SenderSharePercent int `default:"25" placeholder:"N" help:"How much of what may wait for one client, or is kept to be sent again, may come from one client address (IPv6: from one /64), in percent; more is refused to the sender. The share counts only once that much waits."`
}

// Limits is how much the clients may ask of the server. 0 switches each off.
//
// The defaults of the limits per address do not apply to loopback addresses unless a trusted proxy names them:
// who connects from the machine itself is a tool or a proxy that is not set up yet. What is set to something else does apply.
type Limits struct {
	// MaxConnections caps the open WebSocket connections. An idle one costs about 10 KB, so
	// the default is what a machine with a few GB carries.
	MaxConnections int `default:"100000" placeholder:"N" help:"Most WebSocket connections at one time, 0 for any number. The system's limit on open files may allow fewer; 100 of those are kept for other uses."`
	// MaxHTTPConnections caps the connections that are no WebSockets, or not yet. Even if all clients come back at
	// once, each is one of them for a moment only.
	MaxHTTPConnections int `name:"max-http-connections" default:"8192" placeholder:"N" help:"Most connections besides those at one time, 0 for any number. Beyond it, the one that has been silent for longest is closed."`
	// MaxConnectionsPerIP caps those of one client address (IPv6: of one /64), and its users: at a login that makes it too
	// many, the session of it that has waited longest to be resumed ends.
	MaxConnectionsPerIP int `name:"max-connections-per-ip" default:"100" placeholder:"N" help:"Most WebSocket connections of one client address (IPv6: of one /64) at one time, 0 for any number. It may have no more users either: if sessions that lost their connection make it too many, the one that has waited longest ends at the next login. Loopback is exempt from the default, unless a --trusted-proxy names it."`
	// HandshakesPerSecondPerIP caps new connections of one client address; four times as many
	// may come at once.
	HandshakesPerSecondPerIP int `name:"handshakes-per-second-per-ip" default:"20" placeholder:"N" help:"Connections that one client address may open per second, with bursts of four times as many; 0 for any number. Loopback is exempt from the default, unless a --trusted-proxy names it."`
	// LoginsPerSecondPerIP caps the logins of one client address, over all its connections; four times as many may come
	// at once. A whole room hears of each. What goes on with a session is none. It is at least HandshakesPerSecondPerIP, to
	// which it is raised if it is not set: who comes faster than it may log in waits, gives up, and comes again.
	LoginsPerSecondPerIP int `name:"logins-per-second-per-ip" default:"20" placeholder:"N" help:"Logins per second of one client address (IPv6: of one /64), all connections together, with bursts of four times as many; the rest waits, and nothing is lost. Resuming a session does not count. If it is not set, it is at least --handshakes-per-second-per-ip. 0 for any number. Loopback is exempt from the default, unless a --trusted-proxy names it."`
	// MessagesPerSecond is how fast one connection is read, control frames included; four
	// times as many may come at once. The default keeps one client from taking a processor
	// for itself, and stays out of the way of gateways that speak for many.
	MessagesPerSecond int `default:"10000" placeholder:"N" help:"Messages per second that are read from one client, with bursts of four times as many; the rest is read later, and nothing is lost. A login counts as a twentieth of them. 0 for any number."`
	// BytesPerSecond is how fast one connection is read; four times as many may come at once.
	BytesPerSecond int `default:"16777216" placeholder:"N" help:"Bytes per second that are read from one client, with bursts of four times as many; the rest is read later, and nothing is lost. 0 for any number."`
	// MaxUsers caps the users logged in at one time, those waiting to resume included.
	MaxUsers int `default:"100000" placeholder:"N" help:"Most users logged in at one time, 0 for any number."`
	// MaxRooms caps the rooms that have users.
	MaxRooms int `default:"50000" placeholder:"N" help:"Most rooms at one time, 0 for any number."`
	// MaxRoomUsers caps the users of one room, the lobby included.
	MaxRoomUsers int `default:"25000" placeholder:"N" help:"Most users in one room, 0 for any number."`
}

// DefaultMaxConnections is the default of MaxConnections, as in the tag above.
const DefaultMaxConnections = 100_000

// The defaults of the limits per address, as in the tags above.
const (
	defaultConnectionsPerIP = 100
	defaultHandshakesPerIP  = 20
	defaultLoginsPerIP      = 20
)

// Local returns the limits for each loopback address that no proxy names: what is not at its default.
func (l Limits) Local() PerAddress {
	local := PerAddress{
		Connections: l.MaxConnectionsPerIP, HandshakesPerSecond: l.HandshakesPerSecondPerIP, LoginsPerSecond: l.LoginsPerSecondPerIP,
	}
	if local.Connections == defaultConnectionsPerIP {
		local.Connections = 0
	}
	if local.HandshakesPerSecond == defaultHandshakesPerIP {
		local.HandshakesPerSecond = 0
	}
	if local.LoginsPerSecond == defaultLoginsPerIP {
		local.LoginsPerSecond = 0
	}
	return local
}

// PerAddress are the limits of one client address. 0 switches each off.
type PerAddress struct {
	Connections         int
	HandshakesPerSecond int
	LoginsPerSecond     int
}

// Sessions is what is kept for clients that speak beckon.v1 and lose their connection.
type Sessions struct {
	// ResumeWindow is how long a session outlives its connection; 0 for not at all.
	ResumeWindow time.Duration `default:"15s" help:"How long a client whose connection broke may come back to its session, 0 for not at all."`
	// BacklogBytes is how many bytes are kept for one session, of which others may use three quarters. 0 is no bound. It
	// is at least MaxMessageBytes, to which it is raised if it is not set.
	BacklogBytes int `default:"524288" placeholder:"N" help:"How many bytes are kept for one client to be sent again, 0 for any number."`
	// BacklogMessages is how many messages are kept for one session, likewise. 0 is no
	// bound.
	BacklogMessages int `default:"4096" placeholder:"N" help:"How many messages are kept for one client to be sent again, 0 for any number."`
	// WaitingBytes is how many bytes all sessions without a connection may hold together before each is held to an equal
	// part of it. 0 is no bound.
	WaitingBytes int `default:"67108864" placeholder:"N" help:"How many bytes are kept for all clients together that have lost their connection, 0 for any number. Beyond it, each may have an equal part: messages over that are refused to their senders, and a session that has more when it loses its connection ends."`
}

// Watching is what the operator sees.
type Watching struct {
	// Admin is the address of the admin listener, HOST:PORT or unix:PATH; "" for none.
	Admin string `placeholder:"HOST:PORT" help:"Address for metrics, profiles and the admin interface, or unix:PATH; off by default. It must be a loopback address, unless --admin-public says otherwise."`
	// AdminPublic allows Admin to be an address that other machines reach.
	AdminPublic bool `default:"false" help:"Allow --admin on an address that other machines reach. It has no password."`
	// LogLevel is the least severe level that is logged: debug, info, warn or error.
	LogLevel string `default:"info" placeholder:"LEVEL" help:"What to log: debug, info, warn or error."`
	// LogFormat is auto (console on a terminal, else json), console or json.
	LogFormat string `default:"auto" placeholder:"FORMAT" help:"How to log: console, json, or auto (console on a terminal)."`
	// LogLinesPerSecond caps the lines of each kind; how many were left out is told once a second.
	LogLinesPerSecond int `default:"100" placeholder:"N" help:"Most log lines per second of one kind, such as connects or refusals; the rest is only counted. 0 for any number."`
	// LogBufferBytes is how much of the log may wait for its reader, what is being written included.
	LogBufferBytes int `default:"1048576" placeholder:"N" help:"How many bytes of the log may wait for its reader. The rest is dropped and counted; nothing else waits."`
}
