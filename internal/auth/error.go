package auth

import "fmt"

// Reason says why a token was refused. The set is closed.
type Reason uint8

// The reasons for refusing a token.
const (
	Missing    Reason = iota + 1 // there is none
	TooLong                      // it is longer than MaxTokenBytes
	Malformed                    // it is not a JSON Web Token
	Extension                    // it insists on an extension (crit)
	Algorithm                    // its algorithm is not the one that the keys are for
	UnknownKey                   // its kid is not among the keys
	NoKeys                       // there are no keys yet, as the issuer has not given any
	Signature                    // its signature is not by the key
	Expired                      // exp is past
	NotYet                       // nbf or iat is still to come
	NoExpiry                     // it has no exp
	Audience                     // its aud is not the expected one
	Issuer                       // its iss is not the expected one
	BadClaim                     // a claim is of the wrong kind: Error.Claim
	reasons                      // one more than there are
)

// Reasons returns all of them, for who must know them beforehand.
func Reasons() []Reason {
	all := make([]Reason, 0, reasons-1)
	for r := Missing; r < reasons; r++ {
		all = append(all, r)
	}
	return all
}

type reason struct {
	label string
	text  string
}

func (r Reason) facts() reason {
	switch r {
	case Missing:
		return reason{"missing", "This server lets in who has a token: log in with one"}
	case TooLong:
		return reason{"too_long", fmt.Sprintf("The token is longer than %d bytes", MaxTokenBytes)}
	case Malformed:
		return reason{"malformed", "The token is not a JSON Web Token: three parts of base64url with dots between them"}
	case Extension:
		return reason{"extension", "The token depends on an extension (crit) that this server does not know"}
	case Algorithm:
		return reason{"algorithm", "The token is signed by another algorithm than this server has keys for"}
	case UnknownKey:
		return reason{"unknown_key", "The token is signed with a key (kid) that this server does not know: if the key is new, try again in a minute"}
	case NoKeys:
		return reason{"no_keys", "This server has not got the keys to verify tokens with yet: try again in a minute"}
	case Signature:
		return reason{"signature", "The signature of the token is wrong"}
	case Expired:
		return reason{"expired", "The token has expired: get a new one"}
	case NotYet:
		return reason{"not_yet", "The token is not valid yet: try again later, or have the issuer's clock set"}
	case NoExpiry:
		return reason{"no_expiry", "The token never expires: it needs an exp claim"}
	case Audience:
		return reason{"audience", "The token is for somebody else: its aud claim does not name this server"}
	case Issuer:
		return reason{"issuer", "The token is by somebody else: its iss claim does not name the expected issuer"}
	case BadClaim:
		return reason{"bad_claim", "The token has a claim that makes no sense"}
	default:
		return reason{label: "unset"}
	}
}

// lacksKey tells whether other keys may let the token in.
func (r Reason) lacksKey() bool { return r == UnknownKey || r == NoKeys }

// String is the reason's label in logs and metrics.
func (r Reason) String() string { return r.facts().label }

// Error tells why a token was refused. It holds nothing of the token.
type Error struct {
	Reason Reason
	Claim  string // exp, nbf, iat, room or that of the name, for BadClaim
}

// Error says what is wrong, for the person who tried to log in.
func (e *Error) Error() string {
	switch e.Claim {
	case "exp", "nbf", "iat":
		return fmt.Sprintf("The token's %s claim must be a time in seconds since 1970", e.Claim)
	case "":
		return e.Reason.facts().text
	case subject:
		return "The token's sub claim must be a name, or be left out"
	case "room":
		return "The token's room claim must be a string or a list of strings, or be left out"
	default:
		return fmt.Sprintf("The token needs a %s claim that is the user's name", e.Claim)
	}
}
