package auth

import (
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/MicahParks/jwkset"
)

const (
	maxKeys    = 64 // a token without a kid is tried with all of them
	minRSABits = 2048
	maxRSABits = 8192 // verifying takes longer with the square of it
)

// object is a JSON object; a struct would match the names of its members in any case.
type object map[string]json.RawMessage

// parseSet reads a JWK Set (RFC 7517, section 5). Members that are not known are ignored, as it asks. A key that cannot
// be used is left out, whatever is wrong with it: what one issuer adds to its set must not lock out everybody.
func parseSet(text []byte) (keyring, error) {
	var set object
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &set); err != nil {
		return nil, errors.New(`this is not a JWK Set: it must be JSON, {"keys": [...]}`)
	}
	var members []json.RawMessage
	if err := json.Unmarshal(set["keys"], &members); err != nil || members == nil {
		return nil, errors.New(`this is not a JWK Set: it needs "keys", a list of objects`)
	}
	if len(members) > maxKeys {
		return nil, fmt.Errorf("the JWK Set has %d keys, at most %d may be", len(members), maxKeys)
	}
	ring := newPublicKeys()
	for i, member := range members {
		key, err := parseKey(member)
		if err == nil {
			err = ring.add(key)
		}
		if err != nil {
			ring.skipped = append(ring.skipped, fmt.Sprintf("key %d%s: %v", i+1, named(key.KID), err))
		}
	}
	if len(ring.kids) == 0 {
		return nil, noneUsable(ring.skipped)
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

// parseKey reads one key as far as this package has a use for it: its numbers, which are for the library to check, its
// kid, and its one algorithm in place of whatever the key says. The kid is set even if there is an error, if it could
// be read.
func parseKey(text []byte) (key jwkset.JWKMarshal, err error) {
	var o object
	if err := json.Unmarshal(text, &o); err != nil {
		return key, errors.New("it is no JSON object")
	}
	if key.KID, err = o.text("kid"); err != nil {
		return key, err
	}
	kind, err := o.text("kty")
	switch {
	case err != nil:
		return key, err
	case kind == "":
		return key, errors.New("the kty is missing")
	case o["d"] != nil || o["k"] != nil:
		return key, errors.New("this key is secret: take it out, the set is for public keys (and consider replacing it)")
	}
	key.KTY = jwkset.KTY(kind)
	if key.ALG, err = o.algorithm(kind); err != nil {
		return key, err
	}
	if err := o.checkPurpose(key.ALG.String()); err != nil {
		return key, err
	}
	for name, to := range map[string]*string{"n": &key.N, "e": &key.E, "x": &key.X, "y": &key.Y, "crv": (*string)(&key.CRV)} {
		if *to, err = o.text(name); err != nil {
			return key, err
		}
	}
	return key, nil
}

// algorithm is the one that a kind of key is used for.
func (o object) algorithm(kind string) (jwkset.ALG, error) {
	want := map[string]struct{ alg, curve string }{
		"RSA": {rs256, ""}, "EC": {es256, "P-256"}, "OKP": {edDSA, "Ed25519"},
	}[kind]
	if want.alg == "" {
		return "", fmt.Errorf("the kty %q is not known", kind)
	}
	curve, err := o.text("crv")
	if err == nil && want.curve != "" && curve != want.curve {
		err = fmt.Errorf("its crv is %q, not %s", curve, want.curve)
	}
	return jwkset.ALG(want.alg), err
}

// checkPurpose checks that the key is for signatures of an algorithm (RFC 7517, sections 4.2 to 4.4).
func (o object) checkPurpose(alg string) error {
	use, err := o.text("use")
	if err != nil {
		return err
	}
	if use != "" && use != "sig" {
		return fmt.Errorf("its use is %q, not sig", use)
	}
	var operations []string
	if list, given := o["key_ops"]; given {
		if err := json.Unmarshal(list, &operations); err != nil {
			return errors.New("key_ops must be a list of strings")
		}
		if !slices.Contains(operations, "verify") {
			return errors.New("its key_ops do not include verify")
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
		return fmt.Errorf("its alg is %q, not %s", declared, alg)
	}
	return nil
}

// text is a member that is a string on one line, or "" where there is none.
func (o object) text(name string) (string, error) {
	var s *string
	raw, given := o[name]
	if !given {
		return "", nil
	}
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", fmt.Errorf("%s must be a string", name)
	}
	if strings.ContainsAny(*s, lineBreaks) {
		return "", fmt.Errorf("%s must have no line breaks", name)
	}
	return *s, nil
}

// newKey has the library make the key, and refuses what is too weak, or too much work. Padding and loose bits, which
// base64url has none of here (RFC 7515, section 2), are the library's to find.
func newKey(key jwkset.JWKMarshal) (jwkset.JWK, error) {
	made, err := jwkset.NewJWKFromMarshal(key, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{StrictPadding: true})
	if err != nil {
		return made, fmt.Errorf("this is no %s key: %s", key.KTY, strings.ReplaceAll(err.Error(), "\n", ": "))
	}
	if public, ok := made.Key().(*rsa.PublicKey); ok {
		return made, checkRSA(public)
	}
	return made, nil
}

func checkRSA(key *rsa.PublicKey) error {
	switch bits := key.N.BitLen(); {
	case bits < minRSABits:
		return fmt.Errorf("this RSA key has %d bits and needs at least %d", bits, minRSABits)
	case bits > maxRSABits:
		return fmt.Errorf("this RSA key has %d bits, at most %d may be", bits, maxRSABits)
	case key.N.Bit(0) == 0:
		return errors.New("n is no RSA modulus")
	case key.E == 1 || key.E%2 == 0:
		return errors.New("e is no RSA exponent that can be used: 65537 is what it should be")
	}
	return nil
}
