package httpd

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"
)

// onlyHost is the only name by which the server may be asked for.
type onlyHost string

func (h onlyHost) Check(r *http.Request) error {
	if r.Host != string(h) {
		return errors.New("not by this name")
	}
	return nil
}

// What follows a body could be one request to a proxy and another to this server, where the two disagree on the body's
// length (RFC 9112, section 11.2): it is not read.
func TestNothingIsReadAfterABody(t *testing.T) {
	const second = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"
	for about, request := range map[string]string{
		"Content-Length":    "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"Transfer-Encoding": "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"both":              "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"refused method":    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"refused upgrade":   "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc",
		"upgrade required":  "GET /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"another host":      "GET / HTTP/1.1\r\nHost: evil.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"another base path": "GET /elsewhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
	} {
		t.Run(about, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newSite(t, func(o *Options) {
					o.Hosts = onlyHost("a")
					o.WebSocket = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadRequest) })
					if about == "another base path" {
						o.BasePath = "/chat"
					}
				})
				conn := serve(t, h, zerolog.Nop()).dial()
				defer conn.Close()
				go func() { _, _ = io.WriteString(conn, request+second) }()
				in := bufio.NewReader(conn)
				response, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, response.Body)
				if !response.Close {
					t.Error("the connection is said to stay open")
				}
				if rest, _ := io.ReadAll(in); len(rest) > 0 {
					t.Errorf("a second answer: %.40q", rest)
				}
			})
		})
	}
}
