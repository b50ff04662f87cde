package httpd

import (
	"net/http"
	"time"
)

// logged returns a ResponseWriter that notes the status, and a function that logs the
// request once it is answered. Neither costs anything unless debug is on. The query is not
// logged, since people put secrets there.
func (s *site) logged(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	event := s.options.Logger.Debug()
	if event == nil {
		return w, func() {}
	}
	start := time.Now()
	noted := &statusWriter{ResponseWriter: w}
	return noted, func() {
		event.
			Str("request", s.options.Requests.Of(r)).
			Str("method", r.Method).
			Str("path", r.URL.Path).
			Int("status", noted.status).
			Str("remote", r.RemoteAddr).
			Float64("took_ms", float64(time.Since(start).Microseconds())/1000).
			Msg("http request")
	}
}

// statusWriter notes the status of an answer. It never wraps the ResponseWriter of an
// upgrade, which has to be hijacked.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status and passes it on.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
