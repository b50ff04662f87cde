package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// checkTLS checks that TLS has a certificate, and just one source of it.
func (c *Config) checkTLS() error {
	switch {
	case c.TLSCert != "" && c.TLSKey == "":
		return errors.New("--tls-cert: needs --tls-key, the file with its private key")
	case c.TLSKey != "" && c.TLSCert == "":
		return errors.New("--tls-key: needs --tls-cert, the file with the certificate")
	case c.TLSCert != "" && len(c.ACMEDomains) > 0:
		return errors.New("--acme-domain: cannot be used together with --tls-cert, drop one of the two")
	case c.HTTPRedirect == "":
		return nil
	case c.TLSCert == "" && len(c.ACMEDomains) == 0:
		return errors.New("--http-redirect: needs --tls-cert or --acme-domain, without which there is no https to redirect to")
	case c.HTTPRedirect == c.Listen && !strings.HasSuffix(c.Listen, ":0"):
		return fmt.Errorf("--http-redirect: must differ from --listen, got %q for both", c.Listen)
	}
	if err := checkTCP(c.HTTPRedirect); err != nil {
		return fmt.Errorf("--http-redirect: %w", err)
	}
	return nil
}

// checkACME checks how certificates are got from an ACME authority.
func (c *Config) checkACME() error {
	if len(c.ACMEDomains) == 0 {
		for _, s := range []struct{ flag, value string }{
			{"acme-cache", c.ACMECache}, {"acme-email", c.ACMEEmail}, {"acme-directory", c.ACMEDirectory}, {"acme-ca-file", c.ACMECAFile},
		} {
			if s.value != "" {
				return fmt.Errorf("--%s: needs --acme-domain, the host name to get a certificate for", s.flag)
			}
		}
		return nil
	}
	for i, domain := range c.ACMEDomains {
		canonical, err := canonicalDomain(strings.TrimSpace(domain))
		if err != nil {
			return fmt.Errorf("--acme-domain: %w", err)
		}
		if slices.Contains(c.ACMEDomains[:i], canonical) {
			return fmt.Errorf("--acme-domain: %s is named twice", canonical)
		}
		c.ACMEDomains[i] = canonical
	}
	if c.ACMEEmail != "" {
		if address, err := mail.ParseAddress(c.ACMEEmail); err != nil || address.Address != c.ACMEEmail {
			return fmt.Errorf("--acme-email: must be a mail address and nothing more, got %q", c.ACMEEmail)
		}
	}
	if c.ACMEDirectory != "" {
		if u, err := url.Parse(c.ACMEDirectory); err != nil || u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("--acme-directory: must be an https:// URL, got %q", c.ACMEDirectory)
		}
	} else if c.ACMECAFile != "" {
		return errors.New("--acme-ca-file: needs --acme-directory, the authority that it is for")
	}
	return nil
}

// hostName matches what an authority issues certificates for: labels of letters, digits and
// inner hyphens (RFC 1123, section 2.1), at least two.
var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// canonicalDomain returns a host name in lower case, without the dot of a complete name.
func canonicalDomain(domain string) (string, error) {
	const maxName = 253
	canonical := strings.TrimSuffix(strings.ToLower(domain), ".")
	if strings.HasPrefix(canonical, "*.") {
		return "", fmt.Errorf("wildcards need a DNS challenge, which is not supported: name each host, got %q", domain)
	}
	if _, err := netip.ParseAddr(canonical); err == nil || len(canonical) > maxName || !hostName.MatchString(canonical) {
		return "", fmt.Errorf("must be a whole host name such as chat.example.org, an international one in its ASCII form, got %q", domain)
	}
	return canonical, nil
}
