package config

import (
	"time"

	"beckon/internal/ice"
)

// Config is all that can be set. The tags are what --help, the environment and the
// documentation are made from; see [Reference].
type Config struct {
	// Listen is the TCP address to listen on, HOST:PORT; port 0 takes a free one.
	Listen string `default:":9000" placeholder:"HOST:PORT" help:"Address to listen on. Port 0 takes a free port."`
	// AllowedOrigins are the origins, besides the server's own, whose pages may connect:
	// lower-case scheme://host[:port], without a default port.
	AllowedOrigins []string `name:"allowed-origin" placeholder:"ORIGIN" help:"Origin of another site whose pages may connect, such as https://example.org. May be repeated."`
	// ICEServers are handed to every client that logs in.
	ICEServers []ice.Server `name:"ice-server" placeholder:"URL" help:"STUN or TURN server to give to clients, stun:HOST:PORT or turn:USER:SECRET@HOST:PORT. May be repeated."`

	// PingInterval is the time between two WebSocket pings on one connection.
	PingInterval time.Duration `default:"25s" help:"Time between two WebSocket pings."`
	// PongTimeout is how long after a ping a silent peer is dropped; less than PingInterval.
	// If it is not set, it is nine tenths of a PingInterval that does not exceed the default.
	PongTimeout time.Duration `default:"10s" help:"How long after a ping a silent peer is dropped; less than --ping-interval."`
	// LoginTimeout is how long a connection may stay without a login.
	LoginTimeout time.Duration `default:"2m" help:"How long a connection may stay without a login."`
	// WriteTimeout is how long one write to a socket may take.
	WriteTimeout time.Duration `default:"10s" help:"How long one write to a socket may take."`

	// MaxMessageBytes is the size of the largest frame that a client may send.
	MaxMessageBytes int `default:"65536" placeholder:"N" help:"Largest message a client may send, in bytes."`
	// OutboxBytes is how many bytes may wait for one client; more closes it with 4008. It is
	// at least MaxMessageBytes, to which it is raised if it is not set.
	OutboxBytes int `default:"1048576" placeholder:"N" help:"How many bytes may wait to be sent to one client before it is dropped."`
	// OutboxMessages is how many messages may wait for one client; more closes it with 4008.
	OutboxMessages int `default:"4096" placeholder:"N" help:"How many messages may wait to be sent to one client before it is dropped."`
	// MaxUsers caps the users logged in at one time; 0 is no cap.
	MaxUsers int `default:"0" placeholder:"N" help:"Most users logged in at one time, 0 for any number."`
	// MaxConnections caps the open WebSocket connections; 0 is no cap.
	MaxConnections int `default:"0" placeholder:"N" help:"Most WebSocket connections at one time, 0 for any number."`
	// MaxRoomUsers caps the users of one room, the lobby included; 0 is no cap.
	MaxRoomUsers int `default:"0" placeholder:"N" help:"Most users in one room, 0 for any number."`

	// LogLevel is the least severe level that is logged: debug, info, warn or error.
	LogLevel string `default:"info" placeholder:"LEVEL" help:"What to log: debug, info, warn or error."`
	// LogFormat is auto (console on a terminal, else json), console or json.
	LogFormat string `default:"auto" placeholder:"FORMAT" help:"How to log: console, json, or auto (console on a terminal)."`
}

// String shows every setting in the flags' own syntax, secrets masked.
func (c Config) String() string {
	text := ""
	for i, s := range c.settings() {
		if i > 0 {
			text += " "
		}
		text += "--" + s.Flag + "=" + s.Value
	}
	return text
}
