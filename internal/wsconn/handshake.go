package wsconn

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"time"

	"beckon/internal/header"
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
	versions, keys := r.Header["Sec-Websocket-Version"], r.Header["Sec-Websocket-Key"] // as net/http spells them
	bad := func(text string) *handshakeFault { return &handshakeFault{status: http.StatusBadRequest, text: text} }
	switch {
	case r.Method != http.MethodGet:
		return &handshakeFault{http.StatusMethodNotAllowed, "Allow", http.MethodGet, "a WebSocket is asked for with GET"}
	case !header.HasToken(r.Header["Connection"], "upgrade"):
		return bad("the Connection header must be Upgrade: a proxy on the way must pass it on")
	case !header.HasToken(r.Header["Upgrade"], "websocket"):
		return bad("the Upgrade header must be websocket: a proxy on the way must pass it on")
	case len(versions) == 0:
		return bad("the Sec-WebSocket-Version header is missing: it must be " + version)
	case !header.HasToken(versions, version):
		return &handshakeFault{http.StatusUpgradeRequired, "Sec-WebSocket-Version", version, "the Sec-WebSocket-Version header must be " + version}
	case r.ContentLength != 0:
		return bad("a WebSocket is asked for without a body")
	case !r.ProtoAtLeast(1, 1):
		return bad("a WebSocket is asked for with HTTP/1.1: a proxy on the way may be set to HTTP/1.0")
	case len(keys) == 0 || keys[0] == "":
		return bad("the Sec-WebSocket-Key header is missing")
	case len(keys) > 1:
		return bad("the Sec-WebSocket-Key header is there more than once")
	case !isKey(keys[0]):
		return bad("the Sec-WebSocket-Key header must be 16 bytes in Base64")
	}
	return nil
}

// isKey tells whether a key is one, without memory for what it decodes to.
func isKey(key string) bool {
	var decoded [keyBytes + 2]byte
	if len(key) != base64.StdEncoding.EncodedLen(keyBytes) {
		return false
	}
	n, err := base64.StdEncoding.Decode(decoded[:], []byte(key))
	return err == nil && n == keyBytes
}

// answer says so.
func (f *handshakeFault) answer(w http.ResponseWriter) {
	if f.name != "" {
		w.Header().Set(f.name, f.value)
	}
	if f.status == http.StatusUpgradeRequired {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Add("Connection", "Upgrade") // there may be a close
	}
	http.Error(w, f.text, f.status)
}

// patient answers a client that sends before it is upgraded, which gorilla would only close (RFC 6455 section 4.1).
type patient struct{ http.ResponseWriter }

// Hijack is http.Hijacker.
func (p patient) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(p.ResponseWriter).Hijack()
	if err == nil && buffered.Reader.Buffered() > 0 {
		const text = "the client must send nothing before the answer to its handshake\n"
		conn.SetWriteDeadline(time.Now().Add(time.Second))
		fmt.Fprintf(conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"+
			"Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(text), text)
	}
	return conn, buffered, err
}
