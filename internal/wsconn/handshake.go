package wsconn

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// version is the version of the protocol, the only one that there is (RFC 6455 section 4.1).
const version = "13"

// keyBytes is the length of a handshake's key, decoded.
const keyBytes = 16

// handshakeFault is what is wrong with a handshake.
type handshakeFault struct {
	status      int
	name, value string // of a header that the answer needs, if any
	text        string // names the header at fault
}

// faultOf looks at a handshake as RFC 6455 section 4.2.1 asks; nil if nothing is wrong with it.
func faultOf(r *http.Request) *handshakeFault {
	bad := func(text string) *handshakeFault { return &handshakeFault{status: http.StatusBadRequest, text: text} }
	switch {
	case r.Method != http.MethodGet:
		return &handshakeFault{http.StatusMethodNotAllowed, "Allow", http.MethodGet, "a WebSocket is asked for with GET"}
	case !hasToken(r.Header.Values("Connection"), "upgrade"):
		return bad("the Connection header must be Upgrade: a proxy on the way must pass it on")
	case !hasToken(r.Header.Values("Upgrade"), "websocket"):
		return bad("the Upgrade header must be websocket: a proxy on the way must pass it on")
	case r.Header.Get("Sec-WebSocket-Version") == "":
		return bad("the Sec-WebSocket-Version header is missing: it must be " + version)
	case !hasToken(r.Header.Values("Sec-WebSocket-Version"), version):
		return &handshakeFault{http.StatusUpgradeRequired, "Sec-WebSocket-Version", version, "the Sec-WebSocket-Version header must be " + version}
	}
	switch key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key")); {
	case r.Header.Get("Sec-WebSocket-Key") == "":
		return bad("the Sec-WebSocket-Key header is missing")
	case err != nil || len(key) != keyBytes:
		return bad("the Sec-WebSocket-Key header must be 16 bytes in Base64")
	}
	return nil
}

// answer says so.
func (f *handshakeFault) answer(w http.ResponseWriter) {
	if f.name != "" {
		w.Header().Set(f.name, f.value)
	}
	if f.status == http.StatusUpgradeRequired {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
	}
	http.Error(w, f.text, f.status)
}

// hasToken tells whether the comma-separated lists in a header's lines hold a token, in any case (RFC 9110 section
// 5.6.1).
func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.Trim(item, " \t"), token) {
				return true
			}
		}
	}
	return false
}
