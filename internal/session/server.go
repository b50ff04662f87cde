// Package session is the native dialect in its two forms, plain and beckon.v1: what a client says after the
// upgrade, from its login to its end.
//
// A conversation is the link.Receiver of one connection. Each message type has a file of its own. All of a
// conversation's state belongs to the goroutine that reads the connection. The hub.Sink of the user who logs
// in is, in the plain dialect, little more than the connection; in beckon.v1 it is a resumable, the session
// that may move from one connection to the next. Sinks only encode and enqueue.
package session

import (
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/auth"
	"beckon/internal/fault"
	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
)

// ICESource gives the ICE servers for a user.
type ICESource interface {
	Servers(user ice.User) ice.Handout
}

// Verifier tells what the token of a login allows. Its errors are for the user and hold nothing of the token.
type Verifier interface {
	Verify(token string) (auth.Grant, error)
}

// Options are what conversations need.
type Options struct {
	Hub          *hub.Hub
	ICE          ICESource
	Revoke       func(id string) // ends what the TURN credentials of a login are good for; does not block; nil for nothing
	Tokens       Verifier        // nil to let everybody in
	LoginWeight  int             // for how many messages a login counts where connections are held to a rate
	LoginTimeout time.Duration   // how long a connection may stay without a login; 0 for as long as it likes
	ResumeWindow time.Duration   // how long a session outlives its connection; 0 for not at all
	StallTimeout time.Duration   // how long a client may acknowledge nothing while something waits; 0 for as long as it likes
	Backlog      replay.Limits   // what is kept for one session that may be resumed
	WaitingBytes int             // what is kept for all sessions without a connection before each is held to an equal part of it; 0 for any number
	Observer     Observer        // nil for none
	Faults       fault.Observer  // nil for none
	Log          zerolog.Logger
	LogLines     int // of one kind per second; 0 for any number
}

// plainWindow is how long presence may wait for more of it on a connection that gets a frame per change.
const plainWindow = 20 * time.Millisecond

// Server begins conversations.
type Server struct {
	opts      Options
	logs      logs
	epoch     time.Time // of clock
	sessions  *sessions
	addresses *addresses
	waiting   *waiting
	plain     *protocol.Decoder
	v1        *protocol.Decoder
	connect   []byte // the first frame of every connection
}

// NewServer returns a server of both dialects.
func NewServer(opts Options) *Server {
	if opts.Observer == nil {
		opts.Observer = unobserved{}
	}
	return &Server{
		opts:      opts,
		logs:      newLogs(opts.Log, opts.LogLines),
		epoch:     time.Now(),
		sessions:  newSessions(),
		addresses: newAddresses(),
		waiting:   &waiting{bound: int64(opts.WaitingBytes)},
		plain:     protocol.NewDecoder(false),
		v1:        protocol.NewDecoder(true),
		connect:   frame.New(frame.Text, protocol.Connect(opts.Tokens != nil)),
	}
}

// AcceptPlain begins a conversation in the plain dialect; it is a link.Accept.
func (s *Server) AcceptPlain(conn link.Conn) link.Receiver {
	return s.accept(&conversation{server: s, conn: conn})
}

// AcceptV1 begins a conversation in beckon.v1; it is a link.Accept.
func (s *Server) AcceptV1(conn link.Conn) link.Receiver {
	return s.accept(&conversation{server: s, conn: conn, resumes: true})
}

// clock is the time since the server was made. It costs half of what time.Now does.
func (s *Server) clock() time.Duration { return time.Since(s.epoch) }

func (s *Server) accept(c *conversation) link.Receiver {
	c.log(s.logs.connect.Info()).Msg("connect")
	c.send(s.connect)
	c.awaitLogin()
	return c
}
