package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestSecretsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":         "0 bytes",
		secret[1:]: "31 bytes and needs at least 32",
		"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A": "PEM",
	} {
		_, err := NewHS256([]byte(text), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if err != nil && len(text) > 0 && strings.Contains(err.Error(), text) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestTheSecretIsNotShared(t *testing.T) {
	mine := []byte(secret)
	v, err := NewHS256(mine, Options{})
	if err != nil {
		t.Fatal(err)
	}
	clear(mine)
	accept(t, v, hs(hour()))
}

func TestSetsThatAreRefused(t *testing.T) {
	ec, ed := jwk("e", newEC()), jwk("o", newEd())
	big := jwk("r", rsaKey())
	for name, c := range map[string]struct {
		set  string
		want string
	}{
		"nothing":            {"", "not a JWK Set"},
		"PEM":                {"-----BEGIN PUBLIC KEY-----", "not a JWK Set"},
		"null":               {"null", `needs "keys"`},
		"a list":             {"[]", "not a JWK Set"},
		"a bare key":         {strings.TrimSuffix(strings.TrimPrefix(string(jwks(ec)), `{"keys":[`), "]}"), `needs "keys"`},
		"more after it":      {string(jwks(ec)) + "{}", "not a JWK Set"},
		"KEYS":               {`{"KEYS":[]}`, `needs "keys"`},
		"keys null":          {`{"keys":null}`, `needs "keys"`},
		"keys of numbers":    {`{"keys":[1]}`, `needs "keys"`},
		"no keys":            {`{"keys":[]}`, "no key that can be used"},
		"too many":           {`{"keys":[` + strings.Repeat("{},", 64) + `{}]}`, "65 keys, at most 64"},
		"a null key":         {`{"keys":[null]}`, "key 1: the kty is missing"},
		"no kty":             {string(jwks(ec, ed.with(fields{"kty": nil}))), `key 2 (kid "o"): the kty is missing`},
		"kty no string":      {string(jwks(ec.with(fields{"kty": 1}))), "kty must be a string"},
		"kty null":           {string(jwks(ec.with(fields{"kty": jsonNull}))), "kty must be a string"},
		"kid no string":      {string(jwks(ec.with(fields{"kid": 1}))), "kid must be a string"},
		"use no string":      {string(jwks(ec.with(fields{"use": 1}))), "use must be a string"},
		"alg no string":      {string(jwks(ec.with(fields{"alg": 1}))), "alg must be a string"},
		"operations no list": {string(jwks(ec.with(fields{"key_ops": "verify"}))), "key_ops must be a list"},
		"same kid":           {string(jwks(ec, jwk("e", newEC()))), "another key has the same kid"},

		"private RSA":      {string(jwks(big.with(fields{"d": "c2VjcmV0"}))), "this key is secret"},
		"private EC":       {string(jwks(ec, ec.with(fields{"d": "c2VjcmV0"}))), "key 2 (kid \"e\"): this key is secret"},
		"private Ed25519":  {string(jwks(ed.with(fields{"d": "c2VjcmV0"}))), "this key is secret"},
		"private, unknown": {string(jwks(fields{"kty": "new", "d": "c2VjcmV0"})), "this key is secret"},
		"a shared secret":  {string(jwks(fields{"kty": "oct", "k": "c2VjcmV0"})), "this key is secret"},

		"weak RSA":           {string(jwks(jwk("w", weakKey()))), "1024 bits and needs at least 2048"},
		"weak beside strong": {string(jwks(ec, jwk("w", weakKey()))), "1024 bits"},
		"oversize RSA":       {string(jwks(big.with(fields{"n": encode([]byte(strings.Repeat("\xff", 1025)))}))), "8200 bits, at most 8192"},
		"even n":             {string(jwks(big.with(fields{"n": encode([]byte(strings.Repeat("\xfe", 256)))}))), "no RSA modulus"},
		"no n":               {string(jwks(big.with(fields{"n": nil}))), "n must be base64url"},
		"N":                  {string(jwks(big.with(fields{"n": nil, "N": big["n"]}))), "n must be base64url"},
		"n with padding":     {string(jwks(big.with(fields{"n": big["n"].(string) + "="}))), "n must be base64url"},
		"n in two lines":     {string(jwks(big.with(fields{"n": big["n"].(string)[:100] + "\n" + big["n"].(string)[100:]}))), "n must be base64url"},
		"n as base64":        {string(jwks(big.with(fields{"n": "+/+/"}))), "n must be base64url"},
		"e is 1":             {string(jwks(big.with(fields{"e": "AQ"}))), "e is no RSA exponent"},
		"e is even":          {string(jwks(big.with(fields{"e": "AQAA"}))), "e is no RSA exponent"},
		"e is huge":          {string(jwks(big.with(fields{"e": encode([]byte(strings.Repeat("\xff", 9)))}))), "e is no RSA exponent"},

		"off the curve":     {string(jwks(ec.with(fields{"x": ec["y"], "y": ec["x"]}))), "no point on P-256"},
		"point at infinity": {string(jwks(ec.with(fields{"x": encode(make([]byte, 32)), "y": encode(make([]byte, 32))}))), "no point"},
		"short x":           {string(jwks(ec.with(fields{"x": "AAAA"}))), "x must have 32 bytes, has 3"},
		"no y":              {string(jwks(ec.with(fields{"y": nil}))), "y must be base64url"},
		"crv no string":     {string(jwks(ec.with(fields{"crv": 256}))), "crv must be a string"},
		"short Ed25519":     {string(jwks(ed.with(fields{"x": "AAAA"}))), "x must have 32 bytes, has 3"},
		"loose bits":        {string(jwks(ed.with(fields{"x": loose(ed["x"].(string))}))), "x must be base64url"},
		"no Ed25519":        {string(jwks(ed.with(fields{"x": nil}))), "x must be base64url"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewJWKS([]byte(c.set), Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "c2VjcmV0") {
				t.Errorf("the error shows a key: %v", err)
			}
		})
	}
}

// Keys for other purposes are left out; a set of nothing else is refused.
func TestKeysThatAreSkipped(t *testing.T) {
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	good := newEC()
	ec, ed, big := jwk("e", newEC()), jwk("o", newEd()), jwk("r", rsaKey())
	for why, key := range map[string]fields{
		`kty "AKP" is not known`:        {"kty": "AKP", "kid": "q", "pub": "AA"},
		`kty "ec" is not known`:         {"kty": "ec"},
		`crv is "P-384"`:                jwk("p", p384),
		`crv is "X25519"`:               ed.with(fields{"crv": "X25519"}),
		`crv is ""`:                     ed.with(fields{"crv": nil}),
		`use is "enc"`:                  ec.with(fields{"use": "enc"}),
		`key_ops do not include verify`: ec.with(fields{"key_ops": []string{"encrypt"}}),
		`alg is "RS512", not RS256`:     big.with(fields{"alg": "RS512"}),
		`alg is "RSA-OAEP", not RS256`:  big.with(fields{"alg": "RSA-OAEP"}),
		`alg is "HS256", not ES256`:     ec.with(fields{"alg": "HS256"}),
	} {
		t.Run(why, func(t *testing.T) {
			v := newJWKS(t, key, jwk("good", good))
			if skipped := v.Skipped(); len(skipped) != 1 || !strings.Contains(skipped[0], why) || !strings.HasPrefix(skipped[0], "key 1") {
				t.Errorf("skipped %q", skipped)
			}
			accept(t, v, sign(jwt.SigningMethodES256, good, fields{"alg": "ES256", "kid": "good"}, hour()))
			_, err := NewJWKS(jwks(key), Options{})
			if err == nil || !strings.Contains(err.Error(), "no key that can be used") || !strings.Contains(err.Error(), why) {
				t.Errorf("alone: %v", err)
			}
		})
	}
}

func TestKeysThatSayWhatTheyAreFor(t *testing.T) {
	ec, ed := newEC(), newEd()
	for _, more := range []fields{
		{"alg": "ES256"}, {"use": "sig"}, {"key_ops": []string{"verify"}}, {"key_ops": []string{"sign", "verify"}}, {"x5t": "AA", "x5c": []int{1}},
	} {
		v := newJWKS(t, jwk("e", ec).with(more))
		accept(t, v, sign(jwt.SigningMethodES256, ec, fields{"alg": "ES256", "kid": "e"}, hour()))
	}
	for _, alg := range []string{"EdDSA", "Ed25519"} {
		v := newJWKS(t, jwk("o", ed).with(fields{"alg": alg}))
		accept(t, v, sign(jwt.SigningMethodEdDSA, ed, fields{"alg": "EdDSA", "kid": "o"}, hour()))
	}
	both := newJWKS(t, jwk("same", ec), jwk("same", ed))
	accept(t, both, sign(jwt.SigningMethodES256, ec, fields{"alg": "ES256", "kid": "same"}, hour()))
	accept(t, both, sign(jwt.SigningMethodEdDSA, ed, fields{"alg": "EdDSA", "kid": "same"}, hour()))
}

func FuzzNewJWKS(f *testing.F) {
	f.Add(jwks(jwk("e", newEC()), jwk("o", newEd())))
	f.Add(jwks(jwk("r", rsaKey()).with(fields{"alg": "RS256", "use": "sig", "key_ops": []string{"verify"}})))
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AA"},null,{"kty":1}]}`))
	f.Fuzz(func(t *testing.T, set []byte) {
		v, err := NewJWKS(set, Options{})
		if (err == nil) == (v == nil) {
			t.Fatalf("got %v, %v", v, err)
		}
		if err == nil {
			for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
				checkOutcome(t, v, segment(fields{"alg": alg})+"."+segment(hour())+"."+strings.Repeat("A", 86))
			}
		}
	})
}
