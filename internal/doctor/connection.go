package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// maxBody is how much of an answer is read, in bytes.
const maxBody = 1 << 20

// excerptBytes is how much of an answer a finding quotes.
const excerptBytes = 120

// userAgent tells the server's operator who asked.
const userAgent = "beckon-doctor"

// answer is one to an HTTP request.
type answer struct {
	status int
	header http.Header
	body   string
	at     time.Time // when it came
}

// excerpt is the beginning of the body, on one line.
func (a answer) excerpt() string {
	text := strings.Join(strings.Fields(a.body), " ")
	if len(text) > excerptBytes {
		text = text[:excerptBytes] + "…"
	}
	return text
}

// words is the status and what the answer says, for a person.
func (a answer) words() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
}

// dialPlain connects to the address that was found to work, without TLS.
func (x *examination) dialPlain(ctx context.Context) (net.Conn, error) {
	return x.opts.Dial(ctx, "tcp", x.address.String())
}

// dial connects, with TLS where the target has it, for HTTP/1.1. A certificate that is not to be trusted is told of by
// the check of TLS, and does not keep the other checks from finding more.
func (x *examination) dial(ctx context.Context) (net.Conn, error) {
	conn, err := x.dialPlain(ctx)
	if err != nil || !x.target.secure {
		return conn, err
	}
	return x.secure(ctx, conn, &tls.Config{NextProtos: []string{"http/1.1"}})
}

// secure begins TLS on a connection, without a look at the certificate. It closes conn if that fails.
func (x *examination) secure(ctx context.Context, conn net.Conn, config *tls.Config) (*tls.Conn, error) {
	config.ServerName, config.InsecureSkipVerify = x.target.host, true
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

// newClient returns a client that connects to the target whatever the host of a URL, and follows no redirects.
func (x *examination) newClient() *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return x.dial(ctx) }
	return &http.Client{
		Transport:     &http.Transport{DialContext: dial, DialTLSContext: dial},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// get asks for a path of the target, which may have a query. headers are names and values in turn.
func (x *examination) get(ctx context.Context, path string, headers ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, x.target.origin()+path, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("User-Agent", userAgent)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := x.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header, at: time.Now()}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	a.body = string(body)
	return a, err
}

// reason says what went wrong with a connection, in a few words for a person.
func reason(err error) string {
	var dns *net.DNSError
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err // without the URL, which the finding names anyway
	}
	switch {
	case isTimeout(err):
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused: nothing listens there"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without an answer"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return "there is no way to it from here"
	case errors.As(err, &dns):
		return dns.Err
	}
	return err.Error()
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}
