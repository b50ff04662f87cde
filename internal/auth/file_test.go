package auth

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSecretFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for end, fits := range map[string]bool{"": true, "\n": true, "\r\n": true, "\n\n": false, " ": false, "\r": false} {
		write(t, path, []byte(secret+end))
		v, err := LoadHS256(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(hs(hour())); (err == nil) != fits {
			t.Errorf("a file that ends in %q: %v", end, err)
		}
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	for want, content := range map[string][]byte{
		"31 bytes":         []byte(secret[1:] + "\n"),
		"longer than 1048": make([]byte, maxFileBytes+1),
	} {
		write(t, path, content)
		if _, err := LoadHS256(path, Options{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := LoadJWKS(path, Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := LoadJWKS(path+".none", Options{}); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
	if _, err := LoadHS256(filepath.Dir(path), Options{}); err == nil {
		t.Error("a directory is accepted")
	}
}

func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jwks.json")
	old, young := newEC(), newEC()
	token := func(id string, key any) string {
		return sign(jwt.SigningMethodES256, key, fields{"alg": "ES256", "kid": id}, hour().with(fields{"iss": "i"}))
	}
	write(t, path, jwks(jwk("old", old)))
	v, err := LoadJWKS(path, Options{Issuer: "i"})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, v, token("old", old))

	write(t, path, []byte("{"))
	if err := v.Reload(); err == nil {
		t.Error("reloaded a broken file")
	}
	accept(t, v, token("old", old))

	write(t, path, jwks(jwk("young", young), fields{"kty": "new"}))
	refuse(t, v, token("young", young), UnknownKey)
	if err := v.Reload(); err != nil {
		t.Fatal(err)
	}
	accept(t, v, token("young", young))
	refuse(t, v, token("old", old), UnknownKey)
	if len(v.Skipped()) != 1 {
		t.Errorf("skipped %q", v.Skipped())
	}
	refuse(t, v, sign(jwt.SigningMethodES256, young, fields{"alg": "ES256", "kid": "young"}, hour()), Issuer)

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := v.Reload(); err == nil {
		t.Error("reloaded a file that is gone")
	}
	accept(t, v, token("young", young))
}

func TestReloadWithoutAFile(t *testing.T) {
	v := newHS256(t, Options{})
	if err := v.Reload(); err != nil {
		t.Error(err)
	}
	accept(t, v, hs(hour()))
}

func TestReloadWhileTokensAreVerified(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	write(t, path, []byte(secret))
	v, err := LoadHS256(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	token := hs(hour())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if _, err := v.Verify(token); err != nil {
					t.Error(err)
				}
				if err := v.Reload(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
