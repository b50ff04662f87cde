package wsconn

import (
	"net/http"
	"time"

	"beckon/internal/ratelimit"
)

// complaintInterval is the least time between two lines in the log on proxies that are not trusted.
const complaintInterval = time.Minute

// hintAtProxy tells the operator, now and then, why a proxy's clients are refused as if they were one.
func (s *Server) hintAtProxy(r *http.Request, reason ratelimit.Reason) {
	byAddress := reason == ratelimit.AddressConnections || reason == ratelimit.AddressHandshakes
	forwarded := len(r.Header["X-Forwarded-For"]) > 0 || len(r.Header["Forwarded"]) > 0
	if byAddress && forwarded && !s.opts.Clients.ByProxy(r) {
		s.strange.Warn().Str("peer", r.RemoteAddr).
			Msg("a peer that speaks for others has as much as one address may have: if it is a proxy of yours, name it with --trusted-proxy, so that each of its clients counts by itself")
	}
}
