package admin

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// methods is a resource: what it does for each method. HEAD is GET without the body.
type methods map[string]http.HandlerFunc

// ServeHTTP is http.Handler.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if serve := m[method]; serve != nil {
		serve(w, r)
		return
	}
	allowed := slices.Collect(maps.Keys(m))
	if m[http.MethodGet] != nil {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "use "+strings.Join(allowed, ", ")+" here")
}

// answer sends v, which is made of strings, numbers and times.
func answer(w http.ResponseWriter, v any) { send(w, http.StatusOK, v) }

// refuse sends an error: code is for programs, message for people.
func refuse(w http.ResponseWriter, status int, code, message string) {
	send(w, status, struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{code, message})
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	// A client that has gone away needs no answer.
	_ = encoder.Encode(v)
}
