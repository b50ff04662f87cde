package auth

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestSecret(t *testing.T) {
	v := newHS256(t, Options{})
	accept(t, v, hs(hour()))
	accept(t, v, sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "HS256", "kid": "any"}, hour()))
	other := sign(jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), fields{"alg": "HS256"}, hour())
	refuse(t, v, other, Signature)
}

func TestPublicKeys(t *testing.T) {
	ec, ed := newEC(), newEd()
	v := newJWKS(t, jwk("r", rsaKey()), jwk("e", ec), jwk("o", ed))
	accept(t, v, sign(jwt.SigningMethodRS256, rsaKey(), fields{"alg": "RS256", "kid": "r"}, hour()))
	accept(t, v, sign(jwt.SigningMethodES256, ec, fields{"alg": "ES256", "kid": "e"}, hour()))
	accept(t, v, sign(jwt.SigningMethodEdDSA, ed, fields{"alg": "EdDSA", "kid": "o"}, hour()))
	if v.Skipped() != nil {
		t.Errorf("skipped %q", v.Skipped())
	}
}

func TestKeyIDs(t *testing.T) {
	one, two, unnamed, stranger := newEC(), newEC(), newEC(), newEC()
	v := newJWKS(t, jwk("one", one), jwk("two", two), jwk("", unnamed))
	es := func(key any, header fields) string {
		return sign(jwt.SigningMethodES256, key, fields{"alg": "ES256"}.with(header), hour())
	}
	accept(t, v, es(one, fields{"kid": "one"}))
	accept(t, v, es(two, fields{"kid": "two"}))
	for _, key := range []any{one, two, unnamed} {
		accept(t, v, es(key, nil))
	}
	refuse(t, v, es(one, fields{"kid": "two"}), Signature)
	refuse(t, v, es(unnamed, fields{"kid": "one"}), Signature)
	refuse(t, v, es(one, fields{"kid": "ONE"}), UnknownKey)
	refuse(t, v, es(one, fields{"kid": "three"}), UnknownKey)
	refuse(t, v, es(one, fields{"kid": 1}), Malformed)
	refuse(t, v, es(stranger, nil), Signature)
}

// What the header says of the algorithm is not believed.
func TestAlgorithmIsPinned(t *testing.T) {
	ec, ed := newEC(), newEd()
	public := newJWKS(t, jwk("r", rsaKey()), jwk("e", ec), jwk("o", ed))
	withSecret := newHS256(t, Options{})
	none := segment(fields{"alg": "none"}) + "." + segment(hour()) + "."
	der := must(x509.MarshalPKIXPublicKey(&rsaKey().PublicKey))
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	for name, token := range map[string]string{
		"none":           none,
		"None":           segment(fields{"alg": "None"}) + "." + segment(hour()) + ".",
		"none, signed":   sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "none"}, hour()),
		"no algorithm":   sign(jwt.SigningMethodHS256, []byte(secret), fields{"typ": "JWT"}, hour()),
		"a number":       sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": 256}, hour()),
		"HS512":          sign(jwt.SigningMethodHS512, []byte(secret), fields{"alg": "HS512"}, hour()),
		"in small print": sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "hs256"}, hour()),
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, withSecret, token, Algorithm)
			refuse(t, public, token, Algorithm)
		})
	}
	for name, key := range map[string][]byte{
		"modulus": rsaKey().N.Bytes(), "DER": der, "PEM": asPEM, "point": must(ec.PublicKey.Bytes()), "Ed25519": ed[32:],
	} {
		t.Run("HS256 with the public key, "+name, func(t *testing.T) {
			for _, id := range []any{nil, "r", "e", "o"} {
				refuse(t, public, sign(jwt.SigningMethodHS256, key, fields{"alg": "HS256"}.with(fields{"kid": id}), hour()), Algorithm)
			}
		})
	}
	t.Run("a secret in the set", func(t *testing.T) {
		set := jwks(jwk("e", ec), fields{"kty": "oct", "kid": "s", "alg": "HS256", "use": "sig", "k": encode([]byte(secret))})
		v := must(NewJWKS(set, Options{}))
		refuse(t, v, hs(hour()), Algorithm)
		refuse(t, v, sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "HS256", "kid": "s"}, hour()), UnknownKey)
		refuse(t, v, sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "HS256", "kid": "e"}, hour()), Algorithm)
		refuse(t, v, none, Algorithm)
	})
	t.Run("a key of its own", func(t *testing.T) {
		mine := newEC()
		header := fields{"alg": "ES256", "kid": "e", "jwk": jwk("e", mine), "jku": "https://evil.example/", "x5u": "https://evil.example/"}
		refuse(t, public, sign(jwt.SigningMethodES256, mine, header, hour()), Signature)
	})
	t.Run("RSA in other ways", func(t *testing.T) {
		refuse(t, public, sign(jwt.SigningMethodRS512, rsaKey(), fields{"alg": "RS512", "kid": "r"}, hour()), Algorithm)
		refuse(t, public, sign(jwt.SigningMethodPS256, rsaKey(), fields{"alg": "PS256", "kid": "r"}, hour()), Algorithm)
		refuse(t, public, sign(jwt.SigningMethodRS256, rsaKey(), fields{"alg": "RS256", "kid": "e"}, hour()), Algorithm)
		refuse(t, withSecret, sign(jwt.SigningMethodRS256, rsaKey(), fields{"alg": "RS256"}, hour()), Algorithm)
	})
}

func TestTamperedTokens(t *testing.T) {
	v := newHS256(t, Options{})
	good := hs(hour().with(fields{"sub": "ana"}))
	part := strings.Split(good, ".")
	refuse(t, v, part[0]+"."+segment(hour().with(fields{"sub": "bob"}))+"."+part[2], Signature)
	refuse(t, v, segment(fields{"alg": "HS256", "typ": "jwt"})+"."+part[1]+"."+part[2], Signature)
	refuse(t, v, part[0]+"."+part[1]+".", Signature)
	refuse(t, v, part[0]+"."+part[1]+"."+part[2][:20], Signature)
	for i := range good { // whatever character is another one
		changed := []byte(good)
		changed[i] = base64.URLEncoding.EncodeToString([]byte{changed[i] ^ 0x40, 0, 0})[0]
		if changed[i] == good[i] {
			changed[i] = '-'
		}
		if _, err := v.Verify(string(changed)); err == nil {
			t.Errorf("character %d changed: accepted", i)
		}
	}
}

func TestMalformedTokens(t *testing.T) {
	v := newHS256(t, Options{})
	good := hs(hour())
	part := strings.Split(good, ".")
	refuse(t, v, "", Missing)
	for _, token := range []string{
		" ", ".", "..", "...", "x", "a.b", "a.b.c", "null", "{}", good + ".", "." + good, good + ".x", "Bearer " + good,
		part[0] + "." + part[1], part[0] + "=." + part[1] + "." + part[2], good + "=", good + "\n", "\r" + good, part[0] + "\n." + part[1] + "." + part[2], good[:len(good)-1] + "/", loose(good),
		encode([]byte("[]")) + "." + part[1] + "." + part[2], encode([]byte("x")) + "." + part[1] + "." + part[2],
		part[0] + "." + encode([]byte(`["exp"]`)) + "." + part[2], part[0] + "." + encode([]byte(`{"exp":1}{}`)) + "." + part[2],
	} {
		refuse(t, v, token, Malformed)
	}
	refuse(t, v, sign(jwt.SigningMethodHS256, []byte(secret), fields{"alg": "HS256", "crit": []string{"b64"}, "b64": false}, hour()), Extension)
}

func TestLengthIsBounded(t *testing.T) {
	v := newHS256(t, Options{})
	token := hs(hour())
	for len(token) < MaxTokenBytes {
		filling := strings.Repeat("x", (MaxTokenBytes-len(hs(hour().with(fields{"x": ""}))))*3/4)
		token = hs(hour().with(fields{"x": filling}))
		if len(token) <= MaxTokenBytes {
			accept(t, v, token)
			break
		}
	}
	refuse(t, v, hs(hour().with(fields{"x": strings.Repeat("x", MaxTokenBytes)})), TooLong)
	refuse(t, v, strings.Repeat(".", MaxTokenBytes+1), TooLong)
	refuse(t, v, strings.Repeat(".", MaxTokenBytes), Malformed)
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{Reason(0).String(): true}
	for _, reason := range Reasons() {
		if seen[reason.String()] || (&Error{Reason: reason}).Error() == "" {
			t.Errorf("%d: %q, %q", reason, reason, &Error{Reason: reason})
		}
		seen[reason.String()] = true
	}
	if len(seen) != int(reasons) {
		t.Errorf("%d reasons", len(seen))
	}
}

// Whatever comes in, there is a grant that ends or a reason, and the token does not show.
func FuzzVerify(f *testing.F) {
	ec := newEC()
	withSecret, public := newHS256(f, Options{Issuer: "i", Audience: "a"}), newJWKS(f, jwk("e", ec))
	for _, claims := range []fields{hour(), {"exp": "x"}, {"exp": 1e300, "room": []any{1}}, hour().with(fields{"iss": "i", "aud": []string{"a"}})} {
		f.Add(hs(claims))
		f.Add(sign(jwt.SigningMethodES256, ec, fields{"alg": "ES256", "kid": "e"}, claims))
	}
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		for _, v := range []*Verifier{withSecret, public} {
			checkOutcome(t, v, token)
		}
		// The same text as claims that are signed, to get past the signature.
		text := encode([]byte(`{"alg":"HS256"}`)) + "." + encode([]byte(token))
		checkOutcome(t, withSecret, text+"."+encode(must(jwt.SigningMethodHS256.Sign(text, []byte(secret)))))
	})
}

func checkOutcome(t *testing.T, v *Verifier, token string) {
	t.Helper()
	grant, err := v.Verify(token)
	if err == nil {
		if grant.Expires.IsZero() || grant.HasName == (grant.Name == "") || grant.AnyRoom && grant.Rooms != nil {
			t.Errorf("%q: granted %+v", token, grant)
		}
		return
	}
	refusal, ok := err.(*Error)
	if !ok || refusal == nil || refusal.Reason == 0 || refusal.Reason >= reasons {
		t.Fatalf("%q: %#v", token, err)
	}
	if len(token) > 100 && strings.Contains(err.Error(), token[:100]) {
		t.Errorf("the error shows the token: %v", err)
	}
}
