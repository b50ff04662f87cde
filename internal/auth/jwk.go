package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

const (
	maxKeys    = 64 // a token without a kid is tried with all of them
	minRSABits = 2048
	maxRSABits = 8192 // verifying takes longer with the square of it
)

// skip is why a key is left out, where that is no mistake.
type skip string

func (s skip) Error() string { return string(s) }

// object is a JSON object; a struct would match the names of its members in any case.
type object map[string]json.RawMessage

// parseSet reads a JWK Set (RFC 7517, section 5). Members that are not known are ignored, as it asks.
func parseSet(text []byte) (keyring, error) {
	var set object
	if err := json.Unmarshal(text, &set); err != nil {
		return keyring{}, errors.New(`this is not a JWK Set: it must be JSON, {"keys": [...]}`)
	}
	var members []object
	if err := json.Unmarshal(set["keys"], &members); err != nil || members == nil {
		return keyring{}, errors.New(`this is not a JWK Set: it needs "keys", a list of objects`)
	}
	if len(members) > maxKeys {
		return keyring{}, fmt.Errorf("the JWK Set has %d keys, at most %d may be", len(members), maxKeys)
	}
	var ring keyring
	for i, member := range members {
		k, err := parseKey(member)
		if err == nil && ring.has(k) {
			err = errors.New("another key has the same kid")
		}
		switch skipped := skip(""); {
		case errors.As(err, &skipped):
			ring.skipped = append(ring.skipped, fmt.Sprintf("key %d%s: %v", i+1, named(k.id), err))
		case err != nil:
			return keyring{}, fmt.Errorf("key %d%s: %w", i+1, named(k.id), err)
		default:
			ring.keys = append(ring.keys, k)
		}
	}
	if len(ring.keys) == 0 {
		return keyring{}, noneUsable(ring.skipped)
	}
	return ring, nil
}

func noneUsable(skipped []string) error {
	err := errors.New("the JWK Set has no key that can be used: RSA, EC P-256 or OKP Ed25519 it must be")
	for _, why := range skipped {
		err = fmt.Errorf("%w; %s", err, why)
	}
	return err
}

func named(id string) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf(" (kid %q)", id)
}

// parseKey reads one key. The kid is set even if there is an error, if it could be read.
func parseKey(o object) (k key, err error) {
	if k.id, err = o.text("kid"); err != nil {
		return k, err
	}
	kind, err := o.text("kty")
	switch {
	case err != nil:
		return k, err
	case kind == "":
		return k, errors.New("the kty is missing")
	case o["d"] != nil || o["k"] != nil:
		return k, errors.New("this key is secret: take it out, the file is for public keys (and consider replacing it)")
	}
	switch kind {
	case "RSA":
		k.alg = rs256
		k.value, err = o.rsa()
	case "EC":
		k.alg = es256
		k.value, err = o.ec()
	case "OKP":
		k.alg = edDSA
		k.value, err = o.okp()
	default:
		return k, skip(fmt.Sprintf("the kty %q is not known", kind))
	}
	if err != nil {
		return k, err
	}
	return k, o.checkPurpose(k.alg)
}

// checkPurpose checks that the key is for signatures of an algorithm (RFC 7517, sections 4.2 to 4.4).
func (o object) checkPurpose(alg string) error {
	use, err := o.text("use")
	if err != nil {
		return err
	}
	if use != "" && use != "sig" {
		return skip(fmt.Sprintf("its use is %q, not sig", use))
	}
	var operations []string
	if list, given := o["key_ops"]; given {
		if err := json.Unmarshal(list, &operations); err != nil {
			return errors.New("key_ops must be a list of strings")
		}
		if !slices.Contains(operations, "verify") {
			return skip("its key_ops do not include verify")
		}
	}
	declared, err := o.text("alg")
	if err != nil {
		return err
	}
	if declared == "Ed25519" && alg == edDSA { // RFC 9864
		return nil
	}
	if declared != "" && declared != alg {
		return skip(fmt.Sprintf("its alg is %q, not %s", declared, alg))
	}
	return nil
}

// rsa reads an RSA public key (RFC 7518, section 6.3.1).
func (o object) rsa() (*rsa.PublicKey, error) {
	modulus, err := o.octets("n")
	if err != nil {
		return nil, err
	}
	exponent, err := o.octets("e")
	if err != nil {
		return nil, err
	}
	n, e := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent)
	switch bits := n.BitLen(); {
	case bits < minRSABits:
		return nil, fmt.Errorf("this RSA key has %d bits and needs at least %d", bits, minRSABits)
	case bits > maxRSABits:
		return nil, fmt.Errorf("this RSA key has %d bits, at most %d may be", bits, maxRSABits)
	case n.Bit(0) == 0:
		return nil, errors.New("n is no RSA modulus")
	case e.BitLen() < 2 || e.BitLen() > 31 || e.Bit(0) == 0:
		return nil, errors.New("e is no RSA exponent that can be used: 65537 is what it should be")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

// ec reads a public key on the curve P-256 (RFC 7518, section 6.2.1).
func (o object) ec() (*ecdsa.PublicKey, error) {
	curve, err := o.text("crv")
	if err != nil {
		return nil, err
	}
	if curve != "P-256" {
		return nil, skip(fmt.Sprintf("its crv is %q, not P-256", curve))
	}
	const size = 32
	point := []byte{4} // SEC 1, section 2.3.3: uncompressed
	for _, name := range []string{"x", "y"} {
		coordinate, err := o.octets(name)
		if err != nil {
			return nil, err
		}
		if len(coordinate) != size {
			return nil, fmt.Errorf("%s must have %d bytes, has %d", name, size, len(coordinate))
		}
		point = append(point, coordinate...)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, errors.New("x and y are no point on P-256")
	}
	return public, nil
}

// okp reads an Ed25519 public key (RFC 8037, section 2).
func (o object) okp() (ed25519.PublicKey, error) {
	curve, err := o.text("crv")
	if err != nil {
		return nil, err
	}
	if curve != "Ed25519" {
		return nil, skip(fmt.Sprintf("its crv is %q, not Ed25519", curve))
	}
	x, err := o.octets("x")
	if err != nil {
		return nil, err
	}
	if len(x) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("x must have %d bytes, has %d", ed25519.PublicKeySize, len(x))
	}
	return x, nil
}

// text is a member that is a string, or "" where there is none.
func (o object) text(name string) (string, error) {
	var s *string
	raw, given := o[name]
	if !given {
		return "", nil
	}
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", fmt.Errorf("%s must be a string", name)
	}
	return *s, nil
}

// octets is a member that must be there, decoded (RFC 7515, section 2: base64url without padding).
func (o object) octets(name string) ([]byte, error) {
	s, err := o.text(name)
	if err != nil {
		return nil, err
	}
	octets, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(octets) == 0 || strings.ContainsAny(s, lineBreaks) {
		return nil, fmt.Errorf("%s must be base64url without padding, and not empty", name)
	}
	return octets, nil
}
