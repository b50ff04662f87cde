package turn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// Kind says why a server could not be used. The set is closed.
type Kind string

// The kinds of failure.
const (
	BadURL        Kind = "bad_url"        // it cannot be read
	Unsupported   Kind = "unsupported"    // DTLS
	NoCredentials Kind = "no_credentials" // TURN without a user name and a password, which browsers do not use
	Unresolved    Kind = "unresolved"     // the host name has no address
	Refused       Kind = "refused"        // nothing listens there
	Unreachable   Kind = "unreachable"    // no route
	Timeout       Kind = "timeout"        // no answer
	TLS           Kind = "tls"            // no TLS, or a certificate that browsers refuse
	Cut           Kind = "cut"            // it ended the connection
	Garbled       Kind = "garbled"        // what it says is not STUN, or not signed with the password
	Rejected      Kind = "rejected"       // it answered with an error: Code
)

// Failure is why a server could not be used. It holds no credentials.
type Failure struct {
	Kind   Kind
	Code   int    // of Rejected, such as 401 (RFC 8489 section 14.8, RFC 8656 section 18)
	Reason string // of Rejected: the server's words
	err    error
}

// Error says what happened.
func (f *Failure) Error() string {
	switch {
	case f.Kind == Rejected:
		return fmt.Sprintf("turn: rejected with %d %s", f.Code, f.Reason)
	case f.err != nil:
		return fmt.Sprintf("turn: %s: %v", f.Kind, f.err)
	}
	return "turn: " + string(f.Kind)
}

// Unwrap is the error behind it, if there is one.
func (f *Failure) Unwrap() error { return f.err }

// explain makes a Failure of whatever went wrong.
func explain(ctx context.Context, err error) *Failure {
	if f := (*Failure)(nil); errors.As(err, &f) && (f.Kind != TLS || !isTimeout(ctx, err)) {
		return f
	}
	return &Failure{Kind: kindOf(ctx, err), err: err}
}

func kindOf(ctx context.Context, err error) Kind {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && !dns.IsTimeout:
		return Unresolved
	case isTimeout(ctx, err):
		return Timeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return Unreachable
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Cut
	}
	return Garbled
}

func isTimeout(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ETIMEDOUT)
}
