// Package listen opens what the daemon serves on: TCP ports, Unix sockets and the sockets that
// systemd passes; TLS with certificates from files or from an ACME server (RFC 8555), the
// plain HTTP listener that redirects to it, and the PROXY protocol in front of it all. It also
// tells systemd how the service is doing (sd_notify).
//
// [Open] opens everything or nothing. Its errors are for the operator: one line that begins
// with the flag at fault and says what to do. The package serves nothing itself: the caller
// runs HTTP servers on the listeners of the [Set].
//
// # TLS
//
// TLS 1.2 is the least that is spoken. ALPN offers http/1.1 alone: a WebSocket begins with an
// HTTP/1.1 upgrade (RFC 6455 section 4.1), which HTTP/2 does not have (its own way, RFC 8441,
// is spoken by few), so a second protocol would cost every page a second connection.
//
// A port may be shared with TURN over TLS: the first bytes that a client says inside TLS tell which of the two it is.
package listen
