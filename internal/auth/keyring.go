package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"

	"beckon/internal/invisible"
)

// The algorithms (RFC 7518, section 3.1, RFC 8037, section 3.1).
const (
	hs256 = "HS256"
	rs256 = "RS256"
	es256 = "ES256"
	edDSA = "EdDSA"
)

// keyring is the keys that a token may be signed with. It does not change.
type keyring interface {
	// find is a jwt.Keyfunc for a token whose header is well-formed: it returns the keys that the token may be signed
	// with, all of them for the token's algorithm. Its errors are *Error.
	find(token *jwt.Token) (any, error)
	// left says which keys were left out, and why.
	left() []string
}

// sharedSecret is the one key of tokens signed with a secret. Their kid is of no interest.
type sharedSecret []byte

const minSecretBytes = 32 // RFC 7518, section 3.2: as long as the hash

func parseSecret(secret []byte) (keyring, error) {
	if bytes.HasPrefix(bytes.TrimSpace(secret), []byte("-----BEGIN ")) {
		return nil, errors.New("this is a PEM file, not a secret: a JWK Set takes public keys")
	}
	if found := invisible.In(string(secret)); found != "" {
		return nil, fmt.Errorf("the secret %s", found)
	}
	if len(secret) < minSecretBytes {
		return nil, fmt.Errorf("the secret has %d bytes and needs at least %d: make one with openssl rand -base64 48",
			len(secret), minSecretBytes)
	}
	return sharedSecret(bytes.Clone(secret)), nil
}

func (s sharedSecret) find(token *jwt.Token) (any, error) {
	if token.Method.Alg() != hs256 {
		return nil, &Error{Reason: Algorithm}
	}
	return []byte(s), nil
}

func (sharedSecret) left() []string { return nil }

// noKeys stands where the keys will be.
type noKeys struct{}

func (noKeys) find(*jwt.Token) (any, error) { return nil, &Error{Reason: NoKeys} }

func (noKeys) left() []string { return nil }

// publicKeys are those of a JWK Set. Each algorithm has keys of its own, so that no token can have a key taken for one
// of another kind: there are none for HS256, and none for none.
type publicKeys struct {
	stores  map[string]*jwkset.MemoryJWKSet // by algorithm
	finders map[string]keyfunc.Keyfunc      // by algorithm: what looks into the stores
	kids    map[string]bool                 // of all keys; "" for one without
	skipped []string
}

func newPublicKeys() *publicKeys {
	return &publicKeys{stores: map[string]*jwkset.MemoryJWKSet{}, finders: map[string]keyfunc.Keyfunc{}, kids: map[string]bool{}}
}

// add takes in a key whose algorithm is set, unless it is unfit, or a token's kid and algorithm would not tell it from
// one that is there.
func (k *publicKeys) add(key jwkset.JWKMarshal) error {
	made, err := newKey(key)
	if err != nil {
		return err
	}
	ctx, alg := context.Background(), key.ALG.String() // the storage is memory: it waits for nothing
	store := k.stores[alg]
	if store == nil {
		store = jwkset.NewMemoryStorage()
		finder, err := keyfunc.New(keyfunc.Options{Ctx: ctx, Storage: store})
		if err != nil {
			return err
		}
		k.stores[alg], k.finders[alg] = store, finder
	}
	if _, err := store.KeyRead(ctx, key.KID); err == nil && key.KID != "" {
		return errors.New("another key has the same kid")
	}
	k.kids[key.KID] = true
	return store.KeyWrite(ctx, made)
}

func (k *publicKeys) find(token *jwt.Token) (any, error) {
	kid, named := token.Header["kid"].(string)
	if named && !k.kids[kid] {
		return nil, &Error{Reason: UnknownKey}
	}
	finder := k.finders[token.Method.Alg()]
	if finder == nil {
		return nil, &Error{Reason: Algorithm}
	}
	keys, err := finder.Keyfunc(token)
	if err != nil { // there is such a key, but for another algorithm
		return nil, &Error{Reason: Algorithm}
	}
	return keys, nil
}

func (k *publicKeys) left() []string { return k.skipped }
