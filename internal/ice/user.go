package ice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// User is who asks for ICE servers.
type User struct {
	ID      string    // of this login
	Subject string    // the same for all logins of one user, as a token says; "" where none does
	Until   time.Time // when the user has to leave; the zero time is never
}

// credentialID is the ID of a credential: the login's, or LOGIN/USER, by which a TURN server can count what one user has
// over all logins, as long as the secret is the same. USER is a keyed hash of the subject, since user names of TURN are
// sent in the clear.
func (u User) credentialID(secret string) string {
	if u.Subject == "" {
		return u.ID
	}
	const enough = 16 // bytes
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("the subject of a token:" + u.Subject)) // no user name of TURN, which the secret signs, too, begins like this
	return u.ID + "/" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:enough])
}
