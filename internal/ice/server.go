package ice

import (
	"fmt"
	"slices"
	"strings"
)

// Server is one entry of RTCConfiguration.iceServers (webrtc-pc, section 4.2.2). Its JSON
// form is what a browser's RTCPeerConnection takes, credential included; every other form
// (String, GoString, so all of fmt) masks the credential.
type Server struct {
	// URLs are STUN or TURN URIs without credentials in them.
	URLs []string `json:"urls"`
	// Username is the TURN user name, empty for STUN.
	Username string `json:"username,omitempty"`
	// Credential is the TURN password, empty for STUN.
	Credential string `json:"credential,omitempty"`
}

// LacksCredentials tells whether this is a TURN server without a user name and secret, which
// browsers refuse to use (webrtc-pc, section 4.4.1.6).
func (s Server) LacksCredentials() bool {
	isTURN := func(url string) bool { return strings.HasPrefix(url, "turn") }
	return s.Username == "" && slices.ContainsFunc(s.URLs, isTURN)
}

// mask stands where a credential would.
const mask = "***"

// String shows the server as an operator would write it, with the credential masked.
func (s Server) String() string {
	if s.Username == "" && s.Credential == "" {
		return strings.Join(s.URLs, " ")
	}
	shown := make([]string, len(s.URLs))
	for i, u := range s.URLs {
		scheme, rest, _ := strings.Cut(u, ":")
		shown[i] = scheme + ":" + escapeUser(s.Username) + ":" + mask + "@" + rest
	}
	return strings.Join(shown, " ")
}

// GoString masks the credential in %#v too.
func (s Server) GoString() string {
	return fmt.Sprintf("ice.Server{%s}", s.String())
}

// UnmarshalText reads a server as [ParseServer] does, spaces around it ignored, so that a
// Server can be the type of a command line flag.
func (s *Server) UnmarshalText(text []byte) error {
	parsed, err := ParseServer(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// escapeUser writes a user name so that it cannot be mistaken for another part of the URI.
func escapeUser(user string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", "@", "%40", " ", "%20").Replace(user)
}
