//go:build linux

package attack_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// perTLS is what TLS adds to a connection: its state, and a record of 16 KiB each way.
const perTLS = 64 << 10

// secure are attacks on TLS.
func secure(t *testing.T) []attack {
	flags := certified(t)
	return []attack{
		{
			name: "TLS handshakes that come to no end", clients: 1500, each: perRequest + perTLS, secure: true,
			flags: append(flags, "--header-timeout=1s"), perform: (*siege).shake,
		},
		{
			name: "TLS key updates", clients: fast, each: perSocket + perTLS + perMessage, secure: true,
			flags: flags, perform: (*siege).rekey,
		},
		{
			name: "TLS records of a byte", clients: fast, each: perSocket + perTLS + perMessage, secure: true,
			flags: flags, perform: (*siege).crumble,
		},
	}
}

// certified makes a certificate, and returns the settings that name it.
func certified(t *testing.T) []string {
	t.Helper()
	key, keyPEM := testkit.NewKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"beckon.test"}}
	cert, private := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	err := errors.Join(os.WriteFile(cert, testkit.Sign(t, template, template, key, key), 0o600), os.WriteFile(private, keyPEM, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return []string{"--tls-cert=" + cert, "--tls-key=" + private}
}

// trusting is the TLS of clients, who trust whomever they meet.
func trusting() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

// hello is a ClientHello.
func hello() []byte {
	var first firstWrite
	tls.Client(&first, trusting()).HandshakeContext(context.Background())
	return first.data
}

// firstWrite is a connection that keeps what is written to it first, and fails then.
type firstWrite struct {
	net.Conn
	data []byte
}

func (f *firstWrite) Write(b []byte) (int, error) {
	f.data = bytes.Clone(b)
	return 0, net.ErrClosed
}
func (f *firstWrite) Close() error { return nil }

// shake begins handshakes: some come byte by byte, some stop in the middle of the first message, and some after it.
func (s *siege) shake() {
	first := hello()
	s.crowd(1500, func(i int) error {
		switch i % 3 {
		case 0:
			return s.drip(i, "", string(first))
		case 1:
			return s.stop(i, first[:len(first)/2])
		default:
			return s.stop(i, first)
		}
	})
}

// stop sends a beginning and no more. The server must not wait for the end of it.
func (s *siege) stop(i int, beginning []byte) error {
	k, err := s.connect(i)
	if err != nil {
		return err
	}
	k.Write(beginning)
	return k.expectEnd()
}

// secured opens a WebSocket over TLS and logs in.
func (s *siege) secured(i int) (*records, error) {
	k, err := s.connect(i)
	if err != nil {
		return nil, err
	}
	r, err := newRecords(k.Conn)
	if err != nil {
		return nil, err
	}
	k.Conn, k.in = r, bufio.NewReader(r)
	if err := k.upgrade(""); err != nil {
		return nil, err
	}
	return r, k.login(fields{"name": attackerName(i), "room": "records", "presence": false})
}

// rekey asks for new keys and for an answer, as often as may be between two records with something in them.
func (s *siege) rekey() { s.pourRecords((*records).updates) }

// crumble sends messages in records of a byte.
func (s *siege) crumble() { s.pourRecords((*records).crumbs) }

// pourRecords pours what next makes. The answers are not read as TLS: crypto/tls would find there are too many key updates.
func (s *siege) pourRecords(next func(*records) []byte) {
	s.crowd(fast, func(i int) error {
		r, err := s.secured(i)
		if err != nil {
			return err
		}
		go io.Copy(io.Discard, r.Conn)
		until := time.Now().Add(attackTime)
		r.Conn.SetWriteDeadline(until)
		for err == nil {
			_, err = r.Conn.Write(next(r))
		}
		if time.Now().Before(until) {
			return err
		}
		return nil
	})
}

// The types of records that are sent here (RFC 8446 section 5.1).
const handshakes, applicationData = 22, 23

// records is a connection of TLS 1.3 on which each Write is one record. crypto/tls does the handshake and reads; it sends
// no key updates, and no records as small as one likes.
type records struct {
	net.Conn // below TLS
	in       *tls.Conn
	secret   []byte
	seal     cipher.AEAD
	iv       []byte
	number   uint64 // of the next record
}

func newRecords(below net.Conn) (*records, error) {
	var secrets bytes.Buffer
	config := trusting()
	config.MinVersion, config.KeyLogWriter = tls.VersionTLS13, &secrets
	r := &records{Conn: below, in: tls.Client(below, config)}
	if err := r.in.HandshakeContext(context.Background()); err != nil {
		return nil, err
	}
	if suite := r.in.ConnectionState().CipherSuite; suite != tls.TLS_AES_128_GCM_SHA256 {
		return nil, fmt.Errorf("the server has chosen %s", tls.CipherSuiteName(suite))
	}
	_, of, _ := bytes.Cut(secrets.Bytes(), []byte("CLIENT_TRAFFIC_SECRET_0 "))
	var random, secret []byte
	if _, err := fmt.Fscanf(bytes.NewReader(of), "%x %x", &random, &secret); err != nil {
		return nil, err
	}
	r.use(secret)
	return r, nil
}

// use goes on with another secret (RFC 8446 section 7.3).
func (r *records) use(secret []byte) {
	block, err := aes.NewCipher(expand(secret, "key", 16))
	if err == nil {
		r.seal, err = cipher.NewGCM(block)
	}
	if err != nil {
		panic(err) // of a key of this length there is none
	}
	r.secret, r.iv, r.number = secret, expand(secret, "iv", r.seal.NonceSize()), 0
}

// expand is HKDF-Expand-Label (RFC 8446 section 7.1).
func expand(secret []byte, label string, length int) []byte {
	label = "tls13 " + label
	info := fmt.Sprintf("%c%c%c%s%c", 0, length, len(label), label, 0)
	out, err := hkdf.Expand(sha256.New, secret, info, length)
	if err != nil {
		panic(err) // of so few bytes there is none
	}
	return out
}

// append adds a record to dst.
func (r *records) append(dst []byte, kind byte, content []byte) []byte {
	head := []byte{applicationData, 3, 3, 0, 0}
	binary.BigEndian.PutUint16(head[3:], uint16(len(content)+1+r.seal.Overhead()))
	nonce := bytes.Clone(r.iv)
	last := nonce[len(nonce)-8:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^r.number)
	r.number++
	return r.seal.Seal(append(dst, head...), nonce, append(bytes.Clone(content), kind), head)
}

// updates is as many key updates as the server takes one after the other, each of which asks for one in return, and a
// ping behind them.
func (r *records) updates() (all []byte) {
	for range 15 {
		all = r.append(all, handshakes, []byte{24, 0, 0, 1, 1}) // RFC 8446 section 4.6.3
		r.use(expand(r.secret, "traffic upd", sha256.Size))
	}
	return r.append(all, applicationData, testkit.PingFrame("").Bytes())
}

// crumbs is pings in records of a byte.
func (r *records) crumbs() (all []byte) {
	for _, b := range bytes.Repeat(testkit.PingFrame("crumbs").Bytes(), 20) {
		all = r.append(all, applicationData, []byte{b})
	}
	return all
}

func (r *records) Read(b []byte) (int, error) { return r.in.Read(b) }

func (r *records) Write(b []byte) (int, error) {
	if _, err := r.Conn.Write(r.append(nil, applicationData, b)); err != nil {
		return 0, err
	}
	return len(b), nil
}
