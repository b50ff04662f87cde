package auth

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Grant is what a token allows.
type Grant struct {
	Name    string // the name that the user must have, from the name claim; as it was written
	HasName bool   // whether there is one
	Rooms   []string
	AnyRoom bool // there was no room claim: all rooms, and Rooms is empty
	// Expires is when the session must end: the exp claim or, for a token that was accepted past it, the end of the
	// Leeway.
	Expires time.Time
}

// year10000 is where times in seconds since 1970 end to be times: what comes later is a mistake, such as a time in
// microseconds, or text in a number's clothes.
const year10000 = 253402300800

// subject is the claim that holds the name unless Options say otherwise.
const subject = "sub"

// newGrant reads the claims of a token that was verified at a moment. Its errors are *Error.
func newGrant(claims jwt.MapClaims, nameClaim string, now time.Time) (Grant, error) {
	if wrong := badTime(claims); wrong != nil {
		return Grant{}, wrong
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil {
		return Grant{}, &Error{Reason: NoExpiry}
	}
	g := Grant{Expires: expires.Time}
	if !now.Before(g.Expires) {
		g.Expires = g.Expires.Add(Leeway)
	}
	if own, given := claims[nameClaim]; given || nameClaim != subject {
		g.Name, g.HasName = own.(string)
		if g.Name == "" {
			return Grant{}, &Error{Reason: BadClaim, Claim: nameClaim}
		}
	}
	rooms, given := claims["room"]
	if g.AnyRoom = !given; given {
		var ok bool
		if g.Rooms, ok = texts(rooms); !ok {
			return Grant{}, &Error{Reason: BadClaim, Claim: "room"}
		}
	}
	return g, nil
}

// badTime finds a claim that is not a NumericDate (RFC 7519, section 2) which a clock could show.
func badTime(claims jwt.MapClaims) *Error {
	for _, name := range []string{"exp", "nbf", "iat"} {
		claim, given := claims[name]
		if seconds, ok := claim.(float64); given && (!ok || seconds < 0 || seconds >= year10000) {
			return &Error{Reason: BadClaim, Claim: name}
		}
	}
	return nil
}

// hasExpiry tells whether there is an exp claim; 0 is none.
func hasExpiry(claims jwt.MapClaims) bool {
	seconds, _ := claims["exp"].(float64)
	return seconds != 0
}

// texts reads a claim that is a string or a list of strings.
func texts(claim any) (list []string, ok bool) {
	switch claim := claim.(type) {
	case string:
		return []string{claim}, true
	case []any:
		list = make([]string, len(claim))
		for i, item := range claim {
			if list[i], ok = item.(string); !ok {
				return nil, false
			}
		}
		return list, true
	}
	return nil, false
}
