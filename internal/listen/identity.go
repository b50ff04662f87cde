package listen

import (
	"crypto/tls"
	"errors"
)

// webSocketProtocol is all that ALPN offers; see the package comment.
const webSocketProtocol = "http/1.1"

// newIdentity returns where the certificates come from, nil for no TLS.
func newIdentity(opts Options) (identity, error) {
	files := opts.TLSCert != "" || opts.TLSKey != ""
	switch {
	case files && len(opts.ACME.Domains) > 0:
		return nil, errors.New("--acme-domain: the certificate comes from --tls-cert already; drop one of the two")
	case len(opts.ACME.Domains) > 0:
		return newACME(opts)
	case !files:
		return nil, nil
	case opts.TLSCert == "":
		return nil, errors.New("--tls-key: needs --tls-cert, the file with the certificate")
	case opts.TLSKey == "":
		return nil, errors.New("--tls-cert: needs --tls-key, the file with its private key")
	}
	return newKeyPair(opts.TLSCert, opts.TLSKey, opts.Log)
}

// serverConfig is what every identity's configuration begins with.
func serverConfig(get func(*tls.ClientHelloInfo) (*tls.Certificate, error), protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: get,
		NextProtos:     append([]string{webSocketProtocol}, protocols...),
	}
}
