// Package auth verifies the tokens that users log in with: JSON Web Tokens (RFC 7519), signed with a secret that the
// server shares with the issuer (HS256) or with a key whose public half the server has (RS256, ES256, EdDSA).
//
// What a token's header says about itself is not believed: the algorithm is the one that the configured keys are for,
// keys come from the configured file or URL alone, and a token that expires never is none. Neither a token nor a key ever
// shows in an error.
package auth

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxTokenBytes is the length of the longest token that is looked at.
const MaxTokenBytes = 8 << 10

// Leeway is by how much the issuer's clock and the server's may differ.
const Leeway = 30 * time.Second

// lineBreaks are what package base64 reads over, even when it is strict.
const lineBreaks = "\r\n"

// Options are what tokens must say besides being signed and in time. The zero Options ask for nothing more.
type Options struct {
	Issuer   string // the iss claim; "" for any
	Audience string // one of the aud claim; "" for any
	// NameClaim is the claim, a string, that the user's name must be; "" for sub. A token without a sub is good for any
	// name; one without another claim that was asked for is refused, or its holder could pass for anybody.
	NameClaim string
}

// Verifier verifies tokens. It is safe for concurrent use, also while it is reloaded.
type Verifier struct {
	parser *jwt.Parser             // static
	opts   Options                 // static
	now    func() time.Time        // the date; static
	read   func() (keyring, error) // the keys anew; nil where they are not from a file; static
	remote *remote                 // nil where they are not from a URL; static
	ring   atomic.Pointer[keyring] // never nil, nor what it points to

	reloading sync.Mutex // held from the reading of the file until its keys are in use
}

// NewHS256 returns a verifier of tokens signed with a secret (RFC 7518, section 3.2) of at least 32 bytes. It
// is an error if there is something in it that people do not see and hardly meant.
func NewHS256(secret []byte, opts Options) (*Verifier, error) {
	ring, err := parseSecret(secret)
	if err != nil {
		return nil, err
	}
	return newVerifier(ring, opts), nil
}

// NewJWKS returns a verifier of tokens signed with one of the keys of a JWK Set (RFC 7517, section 5). Keys of
// another kind than RS256, ES256 and EdDSA (Ed25519) take are left out, as are those that are broken, weak or not public:
// see [Verifier.Skipped]. It is an error if none remains.
func NewJWKS(set []byte, opts Options) (*Verifier, error) {
	ring, err := parseSet(set)
	if err != nil {
		return nil, err
	}
	return newVerifier(ring, opts), nil
}

func newVerifier(ring keyring, opts Options) *Verifier {
	if opts.NameClaim == "" {
		opts.NameClaim = subject
	}
	v := &Verifier{opts: opts, now: time.Now}
	rules := []jwt.ParserOption{
		jwt.WithTimeFunc(func() time.Time { return v.now() }),
		jwt.WithValidMethods([]string{hs256, rs256, es256, edDSA}), // which of them, the keys decide
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(Leeway),
		jwt.WithStrictDecoding(),
	}
	if opts.Issuer != "" {
		rules = append(rules, jwt.WithIssuer(opts.Issuer))
	}
	if opts.Audience != "" {
		rules = append(rules, jwt.WithAudience(opts.Audience))
	}
	v.parser = jwt.NewParser(rules...)
	v.ring.Store(&ring)
	return v
}

// find is a jwt.Keyfunc.
func find(ring keyring, token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical { // RFC 7515, section 4.1.11: we know of no extension
		return nil, &Error{Reason: Extension}
	}
	if id, named := token.Header["kid"]; named {
		if _, text := id.(string); !text {
			return nil, &Error{Reason: Malformed}
		}
	}
	return ring.find(token)
}

// Verify returns what a token grants, or an [*Error]. If its key is unknown, and keys are from a URL, it may wait for
// them, two seconds at most.
func (v *Verifier) Verify(token string) (Grant, error) {
	grant, err := v.verify(token)
	if refusal := new(Error); v.remote != nil && errors.As(err, &refusal) && refusal.Reason.lacksKey() && v.remote.await() {
		return v.verify(token)
	}
	return grant, err
}

func (v *Verifier) verify(token string) (Grant, error) {
	switch {
	case token == "":
		return Grant{}, &Error{Reason: Missing}
	case len(token) > MaxTokenBytes:
		return Grant{}, &Error{Reason: TooLong}
	case strings.ContainsAny(token, lineBreaks):
		return Grant{}, &Error{Reason: Malformed}
	}
	ring, claims, algorithmFits := v.ring.Load(), jwt.MapClaims{}, false
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		algorithmFits = true // or the parser would not ask for keys
		return find(*ring, t)
	})
	own := new(Error)
	switch {
	case err == nil:
		return newGrant(claims, v.opts.NameClaim, v.now())
	case errors.As(err, &own): // of find
		return Grant{}, own
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Grant{}, &Error{Reason: Malformed}
	case !algorithmFits:
		return Grant{}, &Error{Reason: Algorithm}
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Grant{}, &Error{Reason: Signature}
	}
	return Grant{}, v.claimError(err, claims)
}

// claimError is what is wrong with the claims of a token whose signature is right, given what the parser found.
func (v *Verifier) claimError(err error, claims jwt.MapClaims) *Error {
	if wrong := badTime(claims); wrong != nil {
		return wrong
	}
	issuer, _ := claims["iss"].(string)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return &Error{Reason: Expired}
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return &Error{Reason: NotYet}
	case !hasExpiry(claims):
		return &Error{Reason: NoExpiry}
	case v.opts.Issuer != "" && v.opts.Issuer != issuer:
		return &Error{Reason: Issuer}
	case v.opts.Audience != "":
		return &Error{Reason: Audience}
	}
	return &Error{Reason: BadClaim} // the parser knows of a rule that this package does not
}

// Skipped says which keys of the JWK Set are not used, and why: a line for each.
func (v *Verifier) Skipped() []string { return (*v.ring.Load()).left() }
