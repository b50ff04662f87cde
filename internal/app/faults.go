package app

import (
	"net/http"

	"github.com/rs/zerolog"

	"beckon/internal/fault"
	"beckon/internal/metrics"
)

// faults notes those that are caught. It is a fault.Observer.
type faults struct {
	log    zerolog.Logger
	counts *metrics.Faults
}

var _ fault.Observer = faults{}

// Caught is fault.Observer.
func (f faults) Caught(r fault.Report) {
	f.counts.Caught(r)
	f.log.Error().Stringer("where", r.Where).Str("fault", r.What).Bytes("stack", r.Stack).Msg("a fault in the server")
}

// guard has a fault of h cost the request, as net/http would, which neither counts it nor spares the log the users'
// words.
func (f faults) guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			value := recover()
			if value != nil && value != http.ErrAbortHandler {
				fault.Caught(f, fault.Request, value)
			}
			if value != nil {
				panic(http.ErrAbortHandler) // net/http closes the connection, and keeps quiet
			}
		}()
		h.ServeHTTP(w, r)
	})
}
