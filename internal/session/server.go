// Package session is the native dialect: what a client says after the upgrade, from its login to its end.
//
// A conversation is the Receiver of one connection and the hub.Sink of the user who logs in on it. Each
// message type has a file of its own. All of a conversation's state belongs to the goroutine that reads the
// connection; what other goroutines call (the Sink) only encodes and enqueues.
package session

import (
	"encoding/json"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// ICESource gives the ICE servers for one login, and how long their credentials are good.
type ICESource interface {
	Servers() ([]ice.Server, time.Duration)
}

// Options are what conversations need.
type Options struct {
	Hub          *hub.Hub
	ICE          ICESource
	LoginTimeout time.Duration // how long a connection may stay without a login; 0 for as long as it likes
	Log          zerolog.Logger
}

// plainWindow is how long presence may wait for more of it on a connection that gets a frame per change.
const plainWindow = 20 * time.Millisecond

// Server begins conversations.
type Server struct {
	opts    Options
	decoder *protocol.Decoder
	connect []byte // the first frame of every connection
}

// NewServer returns a server of the plain dialect.
func NewServer(opts Options) *Server {
	return &Server{
		opts:    opts,
		decoder: protocol.NewDecoder(),
		connect: frame.New(frame.Text, protocol.Connect()),
	}
}

// Accept begins a conversation; it is a link.Accept.
func (s *Server) Accept(conn link.Conn) link.Receiver {
	c := &conversation{server: s, conn: conn}
	c.log(s.opts.Log.Info()).Msg("connect")
	c.send(s.connect)
	c.awaitLogin()
	return c
}

// iceServers is the list for one login as JSON, and how long it is good.
func (s *Server) iceServers() ([]byte, time.Duration) {
	servers, ttl := s.opts.ICE.Servers()
	if servers == nil {
		servers = []ice.Server{}
	}
	list, err := json.Marshal(servers)
	if err != nil { // cannot be: strings only
		s.opts.Log.Error().Err(err).Msg("ice servers")
		return []byte("[]"), ttl
	}
	return list, ttl
}
