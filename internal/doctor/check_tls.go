package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// soon is how long before its end a certificate should have been renewed: authorities give them for 90 days, and clients
// that renew by themselves do so a month before.
const soon = 14 * 24 * time.Hour

const fullChain = "Give the server or the proxy the whole chain, the file that is often called fullchain.pem, not the certificate alone."

// checkTLS looks at the handshake and at the certificate, as a browser does.
func (x *examination) checkTLS(ctx context.Context) {
	if !x.target.secure {
		x.note(TLSAbsent, "Put it behind a proxy that does TLS, or let the server do it: --tls-cert and --tls-key, or --acme-domain. Browsers give camera, microphone and clipboard to https pages only.",
			"The connection is not encrypted.")
		x.trusted = x.address.Addr().IsLoopback() || x.address.Addr().IsPrivate()
		x.reaches(speaking)
		return
	}
	state, err := x.shakeHands(ctx, &tls.Config{NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		x.blameTLS(err)
		return
	}
	if _, err := x.shakeHands(ctx, &tls.Config{NextProtos: []string{"http/1.1"}}); err != nil {
		x.problem(TLSWithoutHTTP1, "Let it offer http/1.1 besides h2: WebSockets need it.", "It speaks %s only: %s.", state.NegotiatedProtocol, reason(err))
		return
	}
	x.reaches(speaking)
	x.trusted = x.judgeCertificate(state.PeerCertificates)
	if x.trusted {
		leaf := state.PeerCertificates[0]
		x.ok(TLSOK, "%s, and a certificate for %s that is good for %s.", tls.VersionName(state.Version), x.target.host, long(time.Until(leaf.NotAfter)))
		if left := time.Until(leaf.NotAfter); left < soon {
			x.warn(CertificateEnding, "See why it was not renewed: by now it should have been.", "The certificate ends in %s, on %s.", long(left), date(leaf.NotAfter))
		}
	}
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if state, err := x.shakeHands(ctx, old); err == nil {
		x.note(TLSOld, "Allow TLS 1.2 and newer only.", "It still speaks %s, which browsers have given up.", tls.VersionName(state.Version))
	}
}

// shakeHands makes one connection with TLS and closes it.
func (x *examination) shakeHands(ctx context.Context, config *tls.Config) (tls.ConnectionState, error) {
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	conn, err := x.dialPlain(ctx)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	secured, err := x.secure(ctx, conn, config)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer secured.Close()
	return secured.ConnectionState(), nil
}

func (x *examination) blameTLS(err error) {
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) {
		x.problem(TLSNotSpoken, "Ask for http://"+strings.TrimPrefix(x.target.String(), "https://")+", or set TLS up on this port.",
			"Port %s does not speak TLS.", x.target.port)
		return
	}
	x.problem(TLSFailed, "See the log of whatever ends TLS there. It may have no certificate for this name.", "The TLS handshake fails: %s.", reason(err))
}

// judgeCertificate tells what browsers would object to in a chain, and whether there is nothing.
func (x *examination) judgeCertificate(chain []*x509.Certificate) bool {
	leaf, now, fine := chain[0], time.Now(), true
	refuse := func(code Code, remedy, format string, arguments ...any) {
		fine = false
		x.problem(code, remedy, format, arguments...)
	}
	if err := leaf.VerifyHostname(x.target.host); err != nil {
		refuse(CertificateForOther, "Get a certificate for "+x.target.host+", or ask for the server by a name that it has one for.",
			"The certificate is not for %s but for %s.", x.target.host, names(leaf))
	}
	at := now
	switch {
	case now.After(leaf.NotAfter):
		refuse(CertificateExpired, "Renew it, and have the server or the proxy read it again.", "The certificate has expired on %s.", date(leaf.NotAfter))
		at = leaf.NotAfter.Add(-time.Second)
	case now.Before(leaf.NotBefore):
		refuse(CertificateTooNew, "Set the clock of this machine, or of the one that made the certificate.", "The certificate is not good before %s.", date(leaf.NotBefore))
		at = leaf.NotBefore.Add(time.Second)
	}
	middle := x509.NewCertPool()
	for _, c := range chain[1:] {
		middle.AddCert(c)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: x.roots, Intermediates: middle, CurrentTime: at}); err != nil {
		switch {
		case bytes.Equal(leaf.RawIssuer, leaf.RawSubject):
			refuse(CertificateSelfSigned, "Get one from an authority, such as with --acme-domain, or name it with --ca-file if all clients trust it.", "The certificate is by nobody but itself.")
		case len(chain) == 1:
			refuse(ChainIncomplete, fullChain+" If the authority is your own, name it with --ca-file.", "The chain is broken: nothing leads from the certificate to an authority that is trusted here.")
		default:
			refuse(CertificateUntrusted, "Get one from an authority that browsers trust. If it is your own, name it with --ca-file.", "The certificate is by %q, whom nobody here trusts.", leaf.Issuer.CommonName)
		}
	}
	return fine
}

// names lists what a certificate is for.
func names(leaf *x509.Certificate) string {
	all := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no host at all"
	}
	return strings.Join(all, ", ")
}

// long is a time in days, or in hours if that is more telling.
func long(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/day), "day")
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }
