// Package admin is what the operator's listener serves: metrics, profiles, and a small JSON API to see who is
// there and to end a user's connection. API.md beside this file describes it.
//
// There is no login: who reaches the listener is the operator. So that a web page which the operator's browser
// happens to show cannot reach it, requests must name a host that no page of others can have, and may not come
// from another origin.
package admin

import (
	"net/http"
	"net/http/pprof"

	"beckon/internal/hub"
	"beckon/internal/session"
)

// Options are what the listener serves.
type Options struct {
	Metrics  http.Handler
	Hub      *hub.Hub
	Sessions *session.Server
	// Hosts are the names that requests may use for this listener, besides localhost and IP addresses.
	Hosts []string
}

type server struct {
	hub      *hub.Hub
	sessions *session.Server
}

// New returns the handler of the admin listener.
func New(opts Options) http.Handler {
	s := &server{hub: opts.Hub, sessions: opts.Sessions}
	mux := http.NewServeMux()
	mux.Handle("/{$}", methods{http.MethodGet: index})
	mux.Handle("/metrics", methods{http.MethodGet: opts.Metrics.ServeHTTP})
	mux.Handle("/api/v1/rooms", methods{http.MethodGet: s.listRooms})
	mux.Handle("/api/v1/users", methods{http.MethodGet: s.listUsers})
	mux.Handle("/api/v1/users/{id}", methods{http.MethodDelete: s.dismiss})
	profiles(mux)
	mux.HandleFunc("/", notFound)
	return newGuard(opts.Hosts, mux)
}

// profiles mounts net/http/pprof, but for the command line, which may hold TURN credentials.
func profiles(mux *http.ServeMux) {
	mux.Handle("/debug/pprof/", methods{http.MethodGet: pprof.Index})
	mux.HandleFunc("/debug/pprof/cmdline", notFound)
	mux.Handle("/debug/pprof/profile", methods{http.MethodGet: pprof.Profile})
	mux.Handle("/debug/pprof/trace", methods{http.MethodGet: pprof.Trace})
	mux.Handle("/debug/pprof/symbol", methods{http.MethodGet: pprof.Symbol, http.MethodPost: pprof.Symbol})
}

func index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// A client that has gone away needs no answer.
	_, _ = w.Write([]byte("beckon, for its operator:\n\n/metrics\n/api/v1/rooms\n/api/v1/users\n/debug/pprof/\n"))
}

// listRooms answers GET /api/v1/rooms.
func (s *server) listRooms(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r)
	if err == nil {
		err = q.only("limit", "after")
	}
	var from string
	if err == nil {
		from, err = q.roomCursor()
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", err.Error())
		return
	}
	answer(w, roomPage(s.hub.ListRooms(from, q.limit+1), q.limit))
}

// listUsers answers GET /api/v1/users.
func (s *server) listUsers(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r)
	if err == nil {
		err = q.only("limit", "after", "room")
	}
	var from hub.Place
	if err == nil {
		from, err = q.userCursor()
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", err.Error())
		return
	}
	list := s.sessions.ListUsers
	if q.inRoom {
		list = s.sessions.ListRoom
	}
	answer(w, userPage(list(from, q.limit+1), q.limit))
}

// dismiss answers DELETE /api/v1/users/{id}.
func (s *server) dismiss(w http.ResponseWriter, r *http.Request) {
	if !s.sessions.Dismiss(r.PathValue("id")) {
		refuse(w, http.StatusNotFound, "unknown_user", "nobody here has this id: it is new with every login")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusNotFound, "not_found", "nothing is served at "+r.URL.Path)
}
