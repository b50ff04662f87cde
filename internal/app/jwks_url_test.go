package app_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"beckon/internal/testkit"
)

// identityProvider publishes one key, if it is up, and signs with it.
type identityProvider struct {
	*httptest.Server
	up  atomic.Bool
	key atomic.Pointer[ed25519.PrivateKey] // its kid is its public half
}

func newIdentityProvider(t *testing.T) *identityProvider {
	p := &identityProvider{}
	p.rotate(t)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !p.up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, `{"keys":[{"kty":"oct","kid":"odd","k":"AA"},{"kty":"OKP","crv":"Ed25519","use":"sig","kid":%q,"x":%[1]q}]}`, p.kid())
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *identityProvider) rotate(t *testing.T) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.key.Store(&key)
}

func (p *identityProvider) kid() string {
	return base64.RawURLEncoding.EncodeToString(p.key.Load().Public().(ed25519.PublicKey))
}

func (p *identityProvider) token(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	claims["exp"] = time.Now().Add(time.Hour).Unix()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["kid"] = p.kid()
	signed, err := token.SignedString(*p.key.Load())
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// The server starts although the provider is down, lets nobody in, and has its keys as soon as it can; a reload fetches
// them at once. The name is that of the claim that the operator names.
func TestKeysFromAnIdentityProvider(t *testing.T) {
	provider := newIdentityProvider(t)
	p := launch(t, nil, "--listen=127.0.0.1:0", "--auth-jwks-url="+provider.URL, "--auth-name-claim=preferred_username")
	reload := func() {
		t.Helper()
		if err := p.command.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	as := func(name string) testkit.Message {
		claims := jwt.MapClaims{"sub": "6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11", "preferred_username": name}
		return testkit.Message{"name": name, "token": provider.token(t, claims)}
	}
	refused := func(fields testkit.Message, why string) {
		t.Helper()
		c := p.open()
		if f := c.LoginRefused("unauthorized", fields); !strings.Contains(string(f.JSON), why) {
			t.Errorf("refused with %s, want %s", f.JSON, why)
		}
		c.Drop()
	}
	p.await("without --auth-audience lets in", 1)
	p.await("no login succeeds until they are", 1)
	refused(as("ana"), "try again in a minute")

	provider.up.Store(true)
	reload()
	p.await("fetched new keys", 1)
	p.await(`odd\"): this key is secret`, 1)
	ana := p.open()
	ana.LoginAs(as("ana"))
	before := as("ben")
	refused(testkit.Message{"name": "ben", "token": provider.token(t, jwt.MapClaims{"sub": "ben"})}, "preferred_username")
	refused(testkit.Message{"name": "ben", "token": as("eve")["token"]}, "The token is for")

	provider.rotate(t)
	reload()
	p.await("fetched new keys", 2)
	refused(before, "does not know")
	provider.up.Store(false)
	reload()
	p.await("those of before stay in use", 1)
	ben := p.open()
	ben.LoginAs(as("ben"))
	ana.ExpectJoined("ben")
	p.expectExit(syscall.SIGTERM)
}
