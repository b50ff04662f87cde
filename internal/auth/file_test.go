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
	for _, end := range []string{"", "\n", "\r\n"} {
		write(t, path, []byte(secret+end))
		v, err := LoadHS256(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(hs(hour())); err != nil {
			t.Errorf("a file that ends in %q: %v", end, err)
		}
	}
}

// What an editor or a shell has left in the file is no part of the secret, and would have everybody refused.
func TestSecretsWithSomethingInvisible(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for text, want := range map[string]string{
		secret + "\n\n":        "the secret ends with a line break (0A)",
		secret + "\r\n\r\n":    "the secret ends with a line break (0A)",
		secret + " \n":         "the secret ends with a blank (20)",
		secret + "\r":          "the secret ends with a carriage return (0D)",
		" " + secret:           "the secret begins with a blank (20)",
		"\ufeff" + secret:      "the secret begins with a byte order mark (EF BB BF)",
		secret + "\x00":        "the secret holds a NUL character (00), which is byte 33",
		`"` + secret + `"`:     "the secret has quotation marks around it",
		"'" + secret + "'\n":   "the secret has quotation marks around it",
		secret + "\u200b\n":    "the secret holds an invisible character (U+200B)",
		utf16(secret + "\n"):   "the secret is UTF-16",
		utf16(secret + "\r\n"): "the secret is UTF-16",
	} {
		write(t, path, []byte(text))
		_, err := LoadHS256(path, Options{})
		if err == nil || !strings.Contains(err.Error(), path+": "+want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	random := append([]byte{0, '"', 0xff}, []byte(secret+" \x00 \t")...)
	write(t, path, append(random, '\n'))
	v, err := LoadHS256(path, Options{})
	if err != nil {
		t.Fatalf("bytes that are no text: %v", err)
	}
	accept(t, v, sign(jwt.SigningMethodHS256, random, fields{"alg": "HS256"}, hour()))
}

// utf16 is a text of ASCII as Windows calls Unicode.
func utf16(text string) string {
	return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00"
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
