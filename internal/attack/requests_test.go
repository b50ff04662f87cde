//go:build linux

package attack_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"beckon/internal/testkit"
)

// requests are of HTTP, and ask for no WebSocket.
func requests() []attack {
	var gets []byte
	for _, path := range []string{"/", "/nonexistent", "/healthz"} {
		gets = append(gets, "GET "+path+" HTTP/1.1\r\nHost: beckon.test\r\n\r\n"...)
	}
	gets = repeated(gets)
	return []attack{
		{
			name: "requests", clients: fast, each: perRequest,
			perform: func(s *siege) { s.browse(fast, gets, true) },
		},
		{
			name: "requests, answers unread", clients: 200, each: perRequest,
			perform: func(s *siege) { s.browse(200, gets, false) },
		},
		{name: "idle connections", clients: silent, each: perRequest, perform: (*siege).idle},
		{name: "requests that are none", clients: fast, each: perRequest, perform: (*siege).malform},
	}
}

// browse has n attackers pour requests, who may read the answers.
func (s *siege) browse(n int, requests []byte, reads bool) {
	s.crowd(n, func(i int) error {
		k, err := s.connect(i)
		if err != nil {
			return err
		}
		if reads {
			go k.discard()
		}
		k.pour(requests)
		return nil
	})
}

// kept is how many connections that are no WebSockets the server keeps open at the same time.
const kept = 8192

// idle opens connections that ask for something once and then say no more. The server must close those that are too
// many.
func (s *siege) idle() {
	var closed atomic.Int64
	s.crowd(silent, func(i int) error {
		k, err := s.connect(i % 200)
		if err != nil {
			return err
		}
		k.Write([]byte("GET /healthz HTTP/1.1\r\nHost: beckon.test\r\n\r\n"))
		if response, err := k.response(); err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("GET /healthz: %v, %v", response, err)
		}
		go func() {
			if k.expectEnd() == nil {
				closed.Add(1)
			}
		}()
		return nil
	})
	for deadline := time.Now().Add(testkit.Patience); closed.Load() < silent-kept; time.Sleep(interval) {
		if time.Now().After(deadline) {
			s.t.Errorf("the server has closed %d idle connections, want %d", closed.Load(), silent-kept)
			return
		}
	}
}

// malformed are requests and their statuses, the lines parted by |. The connection ends with each.
var malformed = []struct {
	status  int
	request string
}{
	{431, "GET / HTTP/1.1|Host: beckon.test|X: " + strings.Repeat("x", 64<<10) + "||"},
	{431, "GET /" + strings.Repeat("x", 64<<10) + " HTTP/1.1|Host: beckon.test||"},
	{400, "GET / HTTP/1.1||"},
	{400, "GET / HTTP/1.1|Host: a|Host: b||"},
	{400, "GET / HTTP/1.1|Host: beckon.test|X : 1||"},
	{400, "GET / HTTP/1.1|Host: beckon.test|X: \x00||"},
	{400, "GET / HTTP/1.1|Host: beckon.test|Content-Length: 1|Content-Length: 2||xx"},
	{400, "GET / HTTP/1.1|Host: beckon.test|Content-Length: +1||x"},
	{200, "GET /healthz HTTP/1.1|Host: beckon.test|Content-Length: 1|Transfer-Encoding: chunked||0||"}, // RFC 9112, section 6.1
	{501, "GET / HTTP/1.1|Host: beckon.test|Transfer-Encoding: xchunked||0||"},
	{501, "GET / HTTP/1.1|Host: beckon.test|Transfer-Encoding: chunked, identity||0||"},
	{200, "GET /healthz HTTP/1.1|Host: beckon.test|Content-Length: 10|Expect: 100-continue||"},
	{417, "GET / HTTP/1.1|Host: beckon.test|Expect: 200-maybe||"},
	{200, "GET /healthz HTTP/1.1|Host: beckon.test|Transfer-Encoding: chunked||" + strings.Repeat("1|x|", 10_000) + "0||"},
	{200, "GET /healthz HTTP/1.1|Host: beckon.test|Transfer-Encoding: chunked||1;" + strings.Repeat("x", 64<<10) + "|x|0||"},
	{200, "GET /healthz HTTP/1.1|Host: beckon.test|Transfer-Encoding: chunked||0|" + strings.Repeat("X: y|", 10_000) + "|"},
	{400, strings.ReplaceAll(handshake, "\r\n", "|") + "Content-Length: 3||abc"},
	{400, strings.ReplaceAll(handshake, "\r\n", "|") + "Transfer-Encoding: chunked||0||"},
	{426, strings.ReplaceAll(strings.Replace(handshake, "13", "8", 1), "\r\n", "|") + "Transfer-Encoding: chunked||0||"},
	{403, strings.ReplaceAll(handshake, "\r\n", "|") + "Origin: https://evil.test|Transfer-Encoding: chunked||0||"},
	{426, "GET /ws HTTP/1.1|Host: beckon.test|Transfer-Encoding: chunked||0||"},
	{505, "GET / HTTP/9.9|Host: beckon.test||"},
	{400, "GET /|"},
	{400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03||"}, // a TLS handshake
}

// malform sends what is no request, or could be read as two.
func (s *siege) malform() {
	begun := time.Now()
	s.crowd(fast, func(i int) error {
		for n := i; time.Since(begun) < attackTime; n++ {
			m := malformed[n%len(malformed)]
			k, err := s.connect(i)
			if err != nil {
				return err
			}
			const smuggled = "GET /healthz HTTP/1.1|Host: beckon.test||"
			k.Write([]byte(strings.ReplaceAll(m.request+smuggled, "|", "\r\n")))
			response, err := k.response()
			if err != nil || response.StatusCode != m.status {
				return fmt.Errorf("%.50q: %v, %v, want %d", m.request, response, err, m.status)
			}
			if second, err := k.response(); err == nil {
				return fmt.Errorf("%.50q: a second answer: %v", m.request, second.Status)
			}
			k.Close()
		}
		return nil
	})
}
