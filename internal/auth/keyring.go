package auth

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/golang-jwt/jwt/v5"
)

// The algorithms (RFC 7518, section 3.1, RFC 8037, section 3.1).
const (
	hs256 = "HS256"
	rs256 = "RS256"
	es256 = "ES256"
	edDSA = "EdDSA"
)

// key verifies the signatures of one algorithm.
type key struct {
	id    string // "" for none
	alg   string
	value jwt.VerificationKey
}

// keyring is the keys that a token may be signed with. It does not change.
type keyring struct {
	keys    []key
	anyID   bool // the kid of a token is of no interest
	skipped []string
}

// find is a jwt.Keyfunc: it returns the keys that a token may be signed with, all of them for the token's algorithm.
// Its errors are *Error.
func (r *keyring) find(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical { // RFC 7515, section 4.1.11: we know of no extension
		return nil, &Error{Reason: Extension}
	}
	id, named := token.Header["kid"]
	if _, text := id.(string); named && !text {
		return nil, &Error{Reason: Malformed}
	}
	var fit jwt.VerificationKeySet
	known, anyID := false, r.anyID || !named
	for _, k := range r.keys {
		if !anyID && k.id != id {
			continue
		}
		known = true
		if k.alg == token.Method.Alg() {
			fit.Keys = append(fit.Keys, k.value)
		}
	}
	switch {
	case !known:
		return nil, &Error{Reason: UnknownKey}
	case len(fit.Keys) == 0:
		return nil, &Error{Reason: Algorithm}
	}
	return fit, nil
}

// has tells whether a token's kid and algorithm would not tell k from a key that is there.
func (r *keyring) has(k key) bool {
	return slices.ContainsFunc(r.keys, func(other key) bool {
		return k.id != "" && other.id == k.id && other.alg == k.alg
	})
}

const minSecretBytes = 32 // RFC 7518, section 3.2: as long as the hash

func parseSecret(secret []byte) (keyring, error) {
	if bytes.HasPrefix(bytes.TrimSpace(secret), []byte("-----BEGIN ")) {
		return keyring{}, errors.New("this is a PEM file, not a secret: a JWK Set takes public keys")
	}
	if len(secret) < minSecretBytes {
		return keyring{}, fmt.Errorf("the secret has %d bytes and needs at least %d: make one with openssl rand -base64 48",
			len(secret), minSecretBytes)
	}
	return keyring{anyID: true, keys: []key{{alg: hs256, value: bytes.Clone(secret)}}}, nil
}
