package httpd

import (
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Bounds on what a client may take of the server before a request is complete. A hijacked
// connection is not subject to the timeouts: hijacking clears them.
const (
	bodyTimeout  = 5 * time.Second // after the head; no request has a body
	writeTimeout = time.Minute
)

// Bounds are those bounds of a server that are settings.
type Bounds struct {
	HeaderTimeout time.Duration // for the head of a request; 0 for ever
	IdleTimeout   time.Duration // between two requests; 0 for ever
	HeaderBytes   int           // of the head of a request, all headers and the target; 0 for what net/http takes
	Connections   int           // that are open at one time and no WebSockets, or not yet; 0 for any number
}

// Server is an http.Server that goes on when the process has no file descriptor left: it closes connections that are no
// WebSockets, the one that has been silent for longest first.
type Server struct {
	*http.Server
	visitors *visitors
}

// Serve is that of http.Server.
func (s *Server) Serve(l net.Listener) error { return s.Server.Serve(yielding{l, s.visitors}) }

// NewServer returns a server for h with all its bounds set, which logs what net/http has to
// say to logger. The caller listens, serves and shuts it down.
func NewServer(h http.Handler, bounds Bounds, logger zerolog.Logger) *Server {
	headerTimeout, readTimeout := bounds.HeaderTimeout, time.Duration(0)
	if headerTimeout > 0 {
		readTimeout = headerTimeout + bodyTimeout
	}
	idleTimeout := bounds.IdleTimeout
	if idleTimeout == 0 {
		idleTimeout = -1 // 0 is for as long as a request may take
	}
	visitors := newVisitors(bounds.Connections)
	return &Server{visitors: visitors, Server: &http.Server{
		Handler:           bodiless(newHeads(bounds.HeaderBytes, logger, h)),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headSlack * bounds.HeaderBytes,
		ErrorLog:          log.New(errorLog{logger}, "", 0),
		ConnState:         visitors.note,
	}}
}

// bodiless ends the connection with a request that has a body, whatever the answer: none is to have one, and what follows
// may be meant as another request (RFC 9112, section 11.2).
func bodiless(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// errorLog turns the lines of net/http into events. What they quote comes from clients, so
// it goes into a field, which is escaped, and never into the message.
type errorLog struct {
	logger zerolog.Logger
}

// Write logs one line: a panic as an error, trouble with accepting connections as a warning
// and what clients do wrong at debug level.
func (l errorLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	event := l.logger.Debug()
	switch {
	case strings.HasPrefix(text, "http: panic serving"):
		event = l.logger.Error()
	case strings.HasPrefix(text, "http: Accept error"):
		event = l.logger.Warn()
	}
	event.Str("detail", text).Msg("http server")
	return len(line), nil
}
