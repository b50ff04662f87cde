package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"beckon/internal/testkit"
)

// Neither a token nor a session nor the server's secret is ever in the log, at the most talkative level, whether it
// lets somebody in or not.
func TestSecretsAreNotLogged(t *testing.T) {
	const secret = "a secret of at least thirty-two bytes"
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	signed := func(key string, expires time.Duration) string {
		claims := jwt.MapClaims{"sub": "ana", "exp": time.Now().Add(expires).Unix()}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good, expired, forged := signed(secret, time.Hour), signed(secret, -time.Hour), signed("x"+secret, time.Hour)
	secrets := []string{secret, good, expired, forged, "no token at all"}

	s := onLoopback(t, "--auth-jwt-secret-file="+file)
	for _, wrong := range secrets[2:] {
		s.openV1().LoginRefused("unauthorized", testkit.Message{"name": "ana", "token": wrong})
	}
	s.openV1().LoginRefused("unauthorized", testkit.Message{"name": "ben", "token": good})
	c := s.openV1()
	c.LoginAs(testkit.Message{"name": "ana", "token": good})
	session := c.Session()
	secrets = append(secrets, session.Token)
	c.Drop()
	fields := session.Fields()
	fields["token"] = good
	again := s.openV1()
	again.LoginAs(fields)
	again.LoginRefused("already_logged_in", fields)
	again.Close(1000)
	s.stop()
	for _, forbidden := range secrets {
		parts := strings.Split(forbidden, ".")
		if log := s.log.String(); strings.Contains(log, forbidden) || strings.Contains(log, parts[len(parts)-1]) {
			t.Errorf("the log holds %q:\n%s", forbidden, log)
		}
	}
}
