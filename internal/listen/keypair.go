package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/invisible"
)

// recheckInterval is the least time between two looks at whether the files have changed.
const recheckInterval = time.Second

// keyPair is a certificate in files, which is read again when they change.
type keyPair struct {
	certPath, keyPath string
	log               zerolog.Logger
	current           atomic.Pointer[tls.Certificate]

	mu      sync.Mutex
	checked time.Time // of the last look at the files; guarded by mu
	seen    [2]stamp  // of the files as they were last read, with success or not; guarded by mu
}

// stamp tells one content of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

var _ identity = (*keyPair)(nil)

func newKeyPair(certPath, keyPath string, log zerolog.Logger) (*keyPair, error) {
	p := &keyPair{certPath: certPath, keyPath: keyPath, log: log}
	if err := p.reload(); err != nil {
		return nil, err
	}
	if info, err := os.Stat(keyPath); err == nil && info.Mode().Perm()&0o007 != 0 {
		log.Warn().Str("file", keyPath).Msg("everybody on this machine may read or write the private key: chmod o= it")
	}
	return p, nil
}

func (p *keyPair) config() *tls.Config { return serverConfig(p.certificate) }

// certificate is called at every handshake, and finds out there that the files have changed.
func (p *keyPair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.refresh(time.Now())
	return p.current.Load(), nil
}

// refresh reads the files anew if they have changed. A handshake does not wait for another's
// look.
func (p *keyPair) refresh(now time.Time) {
	if !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if now.Sub(p.checked) < recheckInterval {
		return
	}
	p.checked = now
	if p.stamps() != p.seen {
		_ = p.load() // it is logged
	}
}

func (p *keyPair) reload() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.load()
}

func (p *keyPair) stamps() [2]stamp {
	var stamps [2]stamp
	for i, path := range []string{p.certPath, p.keyPath} {
		if info, err := os.Stat(path); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

// load reads the files and takes the pair into use if it is one. It needs mu.
func (p *keyPair) load() error {
	p.seen = p.stamps() // before reading: a change meanwhile is noticed next time
	pair, err := readKeyPair(p.certPath, p.keyPath)
	old := p.current.Load()
	if err != nil {
		if old != nil {
			p.log.Error().Err(err).Time("expires", old.Leaf.NotAfter).Msg("the new certificate is of no use, the old one stays")
		}
		return err
	}
	p.current.Store(pair)
	event := p.log.Info()
	if now := time.Now(); now.After(pair.Leaf.NotAfter) || now.Before(pair.Leaf.NotBefore) {
		event = p.log.Warn().Bool("valid", false)
	}
	event.Strs("names", pair.Leaf.DNSNames).Time("expires", pair.Leaf.NotAfter).Msg("certificate loaded")
	return nil
}

// readKeyPair reads a pair; its error begins with the flag of the file at fault.
func readKeyPair(certPath, keyPath string) (*tls.Certificate, error) {
	cert, err := os.ReadFile(certPath)
	if err != nil {
		return nil, flagError("--tls-cert", explainFile(certPath, err))
	}
	key, err := os.ReadFile(keyPath)
	if err != nil {
		return nil, flagError("--tls-key", explainFile(keyPath, err))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, explainPair(certPath, keyPath, cert, key, err)
	}
	return &pair, nil
}

func (p *keyPair) owns(host string) bool {
	return p.current.Load().Leaf.VerifyHostname(host) == nil
}

func (p *keyPair) named() bool { return len(p.current.Load().Leaf.DNSNames) > 0 }

func (p *keyPair) name() string {
	leaf := p.current.Load().Leaf
	for _, name := range leaf.DNSNames {
		if !strings.HasPrefix(name, "*") {
			return name
		}
	}
	if len(leaf.IPAddresses) > 0 {
		return leaf.IPAddresses[0].String()
	}
	return ""
}

func (p *keyPair) answers(fallback http.Handler) http.Handler { return fallback }

// run has nothing to do: the handshakes look after the files.
func (p *keyPair) run(ctx context.Context) { <-ctx.Done() }

// explainPair says which of two files that were read is at fault.
func explainPair(certPath, keyPath string, cert, key []byte, err error) error {
	const begin = "-----BEGIN "
	has := func(pem []byte, what string) bool {
		return strings.Contains(string(pem), begin) && strings.Contains(string(pem), what+"-----")
	}
	for _, file := range []struct {
		flag, path string
		pem        []byte
	}{{"--tls-cert", certPath, cert}, {"--tls-key", keyPath, key}} {
		if found := invisible.In(strings.TrimSpace(string(file.pem))); found != "" {
			return flagError(file.flag, errors.New(file.path+" "+found))
		}
	}
	switch text := err.Error(); {
	case !has(cert, "CERTIFICATE") && has(cert, "PRIVATE KEY"):
		return flagError("--tls-cert", errors.New(certPath+" holds a private key; are the two files mixed up?"))
	case !has(cert, "CERTIFICATE"):
		return flagError("--tls-cert", errors.New(certPath+" holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"))
	case has(key, "ENCRYPTED PRIVATE KEY") || strings.Contains(string(key), "Proc-Type: 4,ENCRYPTED"):
		return flagError("--tls-key", errors.New(keyPath+" is encrypted; decrypt it with openssl pkey -in FILE -out FILE"))
	case !has(key, "PRIVATE KEY"):
		return flagError("--tls-key", errors.New(keyPath+" holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"))
	case strings.Contains(text, "does not match") || strings.Contains(text, "type does not"):
		return flagError("--tls-key", errors.New(keyPath+" is not the key of the certificate in "+certPath+"; the server's own certificate must come first in that file"))
	default:
		return flagError("--tls-cert", errors.New(certPath+" and "+keyPath+" cannot be used: "+text))
	}
}

// flagError names the flag at fault.
func flagError(flag string, err error) error { return fmt.Errorf("%s: %w", flag, err) }
