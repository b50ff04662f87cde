package ice

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"time"
)

// Credential makes the user name and the password by which a TURN server that knows the secret lets somebody in until
// expires, a second later at most: EXPIRY:ID, and its HMAC-SHA1 in base64. It is the convention of
// draft-uberti-behave-turn-rest-00, which coturn has as use-auth-secret. An id holds no colon.
func Credential(secret, id string, expires time.Time) (username, password string) {
	seconds := expires.Add(time.Second - time.Nanosecond).Unix()
	username = strconv.FormatInt(seconds, 10) + ":" + id
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return username, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
