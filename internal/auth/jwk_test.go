package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
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
	ec := jwk("e", newEC())
	for name, c := range map[string]struct {
		set  string
		want string
	}{
		"nothing":       {"", "not a JWK Set"},
		"PEM":           {"-----BEGIN PUBLIC KEY-----", "not a JWK Set"},
		"null":          {"null", `needs "keys"`},
		"a list":        {"[]", "not a JWK Set"},
		"a bare key":    {strings.TrimSuffix(strings.TrimPrefix(string(jwks(ec)), `{"keys":[`), "]}"), `needs "keys"`},
		"more after it": {string(jwks(ec)) + "{}", "not a JWK Set"},
		"KEYS":          {`{"KEYS":[]}`, `needs "keys"`},
		"keys null":     {`{"keys":null}`, `needs "keys"`},
		"no keys":       {`{"keys":[]}`, "no key that can be used"},
		"too many":      {`{"keys":[` + strings.Repeat("{},", 64) + `{}]}`, "65 keys, at most 64"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewJWKS([]byte(c.set), Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A key that is broken, weak or secret is not used; whoever has another of the set is let in.
func TestBrokenKeysAreSkipped(t *testing.T) {
	ec, ed := jwk("e", newEC()), jwk("o", newEd())
	big := jwk("r", rsaKey())
	for name, c := range map[string]struct {
		key  any
		want string
	}{
		"keys of numbers":    {1, "key 1: it is no JSON object"},
		"a null key":         {nil, "key 1: the kty is missing"},
		"kty no string":      {ec.with(fields{"kty": 1}), "kty must be a string"},
		"kty null":           {ec.with(fields{"kty": jsonNull}), "kty must be a string"},
		"kid no string":      {ec.with(fields{"kid": 1}), "kid must be a string"},
		"use no string":      {ec.with(fields{"use": 1}), "use must be a string"},
		"alg no string":      {ec.with(fields{"alg": 1}), "alg must be a string"},
		"operations no list": {ec.with(fields{"key_ops": "verify"}), "key_ops must be a list"},
		"private RSA":        {big.with(fields{"d": "c2VjcmV0"}), "this key is secret"},
		"private Ed25519":    {ed.with(fields{"d": "c2VjcmV0"}), "this key is secret"},
		"private, unknown":   {fields{"kty": "new", "d": "c2VjcmV0"}, "this key is secret"},
		"a shared secret":    {fields{"kty": "oct", "k": "c2VjcmV0"}, "this key is secret"},
		"weak RSA":           {jwk("w", weakKey()), "1024 bits and needs at least 2048"},
		"oversize RSA":       {big.with(fields{"n": encode([]byte(strings.Repeat("\xff", 1025)))}), "8200 bits, at most 8192"},
		"even n":             {big.with(fields{"n": encode([]byte(strings.Repeat("\xfe", 256)))}), "no RSA modulus"},
		"no n":               {big.with(fields{"n": nil}), "requires parameters \"n\" and \"e\""},
		"N":                  {big.with(fields{"n": nil, "N": big["n"]}), "requires parameters \"n\" and \"e\""},
		"n with padding":     {big.with(fields{"n": big["n"].(string) + "="}), "N in marshal does not match"},
		"n in two lines":     {big.with(fields{"n": big["n"].(string)[:100] + "\n" + big["n"].(string)[100:]}), "n must have no line breaks"},
		"n as base64":        {big.with(fields{"n": "+/+/"}), "illegal base64 data"},
		"e is 1":             {big.with(fields{"e": "AQ"}), "\"e\" is out of range"},
		"e is even":          {big.with(fields{"e": "AQAA"}), "e is no RSA exponent"},
		"e is huge":          {big.with(fields{"e": encode([]byte(strings.Repeat("\xff", 9)))}), "\"e\" is out of range"},
		"off the curve":      {ec.with(fields{"x": ec["y"], "y": ec["x"]}), "not on the specified curve"},
		"point at infinity":  {ec.with(fields{"x": encode(make([]byte, 32)), "y": encode(make([]byte, 32))}), "not on the specified curve"},
		"short x":            {ec.with(fields{"x": "AAAA"}), "not on the specified curve"},
		"no y":               {ec.with(fields{"y": nil}), "EC requires parameters"},
		"crv no string":      {ec.with(fields{"crv": 256}), "crv must be a string"},
		"short Ed25519":      {ed.with(fields{"x": "AAAA"}), "should be 32 bytes"},
		"loose bits":         {ed.with(fields{"x": loose(ed["x"].(string))}), "X in marshal does not match"},
		"no Ed25519":         {ed.with(fields{"x": nil}), "OKP requires parameters"},
		"use null":           {ec.with(fields{"use": jsonNull}), "key 1 (kid \"e\"): use must be a string"},
		"no kty":             {ed.with(fields{"kty": nil}), "key 1 (kid \"o\"): the kty is missing"},
		"private EC":         {ec.with(fields{"d": "c2VjcmV0"}), "key 1 (kid \"e\"): this key is secret"},
	} {
		t.Run(name, func(t *testing.T) {
			alone := must(json.Marshal(map[string]any{"keys": []any{c.key}}))
			_, err := NewJWKS(alone, Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("alone: %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "c2VjcmV0") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error shows a key, or is no line: %v", err)
			}
			checkSkipped(t, c.key, c.want)
		})
	}
}

// checkSkipped checks that a key costs nobody but itself: a good one after it is used.
func checkSkipped(t *testing.T, key any, why string) {
	t.Helper()
	good := newEC()
	set := must(json.Marshal(map[string]any{"keys": []any{key, jwk("good", good)}}))
	v, err := NewJWKS(set, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if skipped := v.Skipped(); len(skipped) != 1 || !strings.Contains(skipped[0], why) || !strings.HasPrefix(skipped[0], "key 1") {
		t.Errorf("skipped %q, want %q", skipped, why)
	}
	accept(t, v, sign(jwt.SigningMethodES256, good, fields{"alg": "ES256", "kid": "good"}, hour()))
}

// Of two keys that a token could not tell apart the first is used.
func TestKeysOfTheSameName(t *testing.T) {
	first, second := newEC(), newEC()
	v := newJWKS(t, jwk("e", first), jwk("e", second))
	if skipped := v.Skipped(); len(skipped) != 1 || skipped[0] != `key 2 (kid "e"): another key has the same kid` {
		t.Errorf("skipped %q", skipped)
	}
	accept(t, v, sign(jwt.SigningMethodES256, first, fields{"alg": "ES256", "kid": "e"}, hour()))
	refuse(t, v, sign(jwt.SigningMethodES256, second, fields{"alg": "ES256", "kid": "e"}, hour()), Signature)
}

// Editors on Windows put a byte order mark first (RFC 8259, section 8.1, lets readers ignore it).
func TestByteOrderMark(t *testing.T) {
	ec := newEC()
	v, err := NewJWKS(append([]byte("\ufeff"), jwks(jwk("e", ec))...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, v, sign(jwt.SigningMethodES256, ec, fields{"alg": "ES256", "kid": "e"}, hour()))
}

// Keys for other purposes are left out; a set of nothing else is refused.
func TestKeysThatAreSkipped(t *testing.T) {
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
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
			checkSkipped(t, key, why)
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
