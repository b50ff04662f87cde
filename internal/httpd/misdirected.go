package httpd

import "net/http"

// misdirected refuses a request that asks for the server by a name that is none of its own.
func (s *site) misdirected(w http.ResponseWriter, r *http.Request) bool {
	if s.options.Hosts == nil {
		return false
	}
	err := s.options.Hosts.Check(r)
	if err == nil {
		return false
	}
	client := r.RemoteAddr
	if s.options.Clients != nil {
		if addr := s.options.Clients.Client(r); addr.IsValid() {
			client = addr.String()
		}
	}
	s.options.Refusals.Info().Str("request", s.options.Requests.Of(r)).Str("remote", client).
		Str("reason", "host").Str("detail", err.Error()).Msg("refused")
	setSecurityHeaders(w.Header(), r.URL.Path)
	writeText(w, r, http.StatusMisdirectedRequest, "421: "+err.Error())
	return true
}
