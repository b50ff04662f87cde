package turn

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// maxID is how many bytes the part of a user name may have that says whose it is.
const maxID = 128

// parseUsername reads EXPIRY:ID, seconds since 1970 and whose it is (draft-uberti-behave-turn-rest-00 section 2.2).
func parseUsername(username string) (id string, ends time.Time, ok bool) {
	expiry, id, found := strings.Cut(username, ":")
	seconds, err := strconv.ParseUint(expiry, 10, 40)
	if !found || err != nil || id == "" || len(id) > maxID || strings.Contains(id, ":") {
		return "", time.Time{}, false
	}
	return id, time.Unix(int64(seconds), 0), true
}

// loginOf is the login that a credential was made for, and userOf whose quota it counts for. An ID that this program makes
// is LOGIN or, where tokens say who somebody is, LOGIN/USER: the user stays the same from one login to the next. Others'
// may be anything.
func loginOf(id string) string {
	login, _, _ := strings.Cut(id, "/")
	return login
}

func userOf(id string) string {
	if from := strings.IndexByte(id, '/'); from >= 0 {
		return id[from:] // with the slash, so that no login is taken for a user
	}
	return id
}

// keyOf is the key that a request was signed with: that of the user's password by one of the secrets. It is nil if it
// is signed with none of them.
func keyOf(request *stun.Message, secrets []string, username, realm string) []byte {
	for _, secret := range secrets {
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write([]byte(username))
		password := base64.StdEncoding.EncodeToString(mac.Sum(nil))
		key := pion.GenerateAuthKey(username, realm, password)
		if stun.MessageIntegrity(key).Check(request) == nil {
			return key
		}
	}
	return nil
}
