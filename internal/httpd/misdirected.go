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
	s.options.Refusals.Info().Str("request", s.options.Requests.Of(r)).Str("remote", r.RemoteAddr).
		Str("reason", "host").Str("host", r.Host).Str("detail", err.Error()).Msg("refused")
	setSecurityHeaders(w.Header(), r.URL.Path)
	writeText(w, r, http.StatusMisdirectedRequest, "421: "+err.Error())
	return true
}
