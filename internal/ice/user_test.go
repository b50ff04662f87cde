package ice

import (
	"strings"
	"testing"
)

func TestCredentialsTellLoginsOfASubjectFromOthers(t *testing.T) {
	const secret, rotated = "0123456789abcdef", "fedcba9876543210"
	id := func(login, subject, secret string) (account string) {
		id := User{ID: login, Subject: subject}.credentialID(secret)
		if strings.Contains(id, ":") {
			t.Errorf("%q cannot be an ID", id)
		}
		was, account, given := strings.Cut(id, "/")
		if was != login || given != (subject != "") {
			t.Errorf("the ID of %s, %q is %s", login, subject, id)
		}
		if subject != "" && strings.Contains(strings.ToLower(account), subject) {
			t.Errorf("%s tells the subject %s", id, subject)
		}
		return account
	}
	first := id("a", "ana", secret)
	if first != id("b", "ana", secret) {
		t.Error("another login is another user")
	}
	if first == id("a", "ben", secret) || first == id("a", "ana", rotated) {
		t.Error("the hash is not of subject and secret")
	}
	if id("a", "", secret) != "" {
		t.Error("nobody is somebody")
	}
}
