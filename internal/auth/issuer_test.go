package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const secret = "0123456789abcdef0123456789abcdef" // as short as may be

// rsaKeys are slow to make.
var (
	rsaKey  = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	weakKey = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(1024) })
)

func newRSA(bits int) *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, bits)) }

func newEC() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func newEd() ed25519.PrivateKey {
	_, private := must2(ed25519.GenerateKey(rand.Reader))
	return private
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

// fields is a JSON object.
type fields map[string]any

// with returns a copy with other members; those that are nil are left out.
func (f fields) with(more fields) fields {
	all := maps.Clone(f)
	maps.Copy(all, more)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// in is the time claim for a moment from now.
func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

func hour() fields { return fields{"exp": in(time.Hour)} }

func encode(octets []byte) string { return base64.RawURLEncoding.EncodeToString(octets) }

// loose is base64url text of 32 bytes with a bit set that stands for nothing.
func loose(text string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(text) - 1
	return text[:last] + string(alphabet[strings.IndexByte(alphabet, text[last])+1])
}

func segment(f fields) string { return encode(must(json.Marshal(f))) }

// sign makes a token with that header and those claims, whatever they are, signed by the method.
func sign(method jwt.SigningMethod, key any, header, claims fields) string {
	text := segment(header) + "." + segment(claims)
	return text + "." + encode(must(method.Sign(text, key)))
}

// hs is a token signed with the secret.
func hs(claims fields) string {
	return sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "HS256", "typ": "JWT"}, claims)
}

// jwk is the public half of a key.
func jwk(id string, key crypto.Signer) fields {
	f := fields{}
	if id != "" {
		f["kid"] = id
	}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		e := big.NewInt(int64(public.E)).Bytes()
		maps.Copy(f, fields{"kty": "RSA", "n": encode(public.N.Bytes()), "e": encode(e)})
	case *ecdsa.PublicKey:
		point := must(public.Bytes())
		maps.Copy(f, fields{"kty": "EC", "crv": public.Curve.Params().Name, "x": encode(point[1:33]), "y": encode(point[33:])})
	case ed25519.PublicKey:
		maps.Copy(f, fields{"kty": "OKP", "crv": "Ed25519", "x": encode(public)})
	}
	return f
}

func jwks(keys ...fields) []byte { return must(json.Marshal(fields{"keys": keys})) }

func newHS256(t testing.TB, opts Options) *Verifier {
	t.Helper()
	v, err := NewHS256([]byte(secret), opts)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newJWKS(t testing.TB, keys ...fields) *Verifier {
	t.Helper()
	v, err := NewJWKS(jwks(keys...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// accept is Verify for a token that must be good.
func accept(t *testing.T, v *Verifier, token string) Grant {
	t.Helper()
	grant, err := v.Verify(token)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return grant
}

// refuse is Verify for a token that must not be.
func refuse(t *testing.T, v *Verifier, token string, want Reason) *Error {
	t.Helper()
	grant, err := v.Verify(token)
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Fatalf("got %v, want %v", err, want)
	}
	if grant.HasName || grant.AnyRoom || grant.Rooms != nil || !grant.Expires.IsZero() {
		t.Errorf("refused, and granted %+v", grant)
	}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) > 8 && strings.Contains(err.Error(), part) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
	return refusal
}
