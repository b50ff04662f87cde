package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"beckon/internal/address"
)

// The defaults of what tokens must say and how their keys are kept, as in the tags of Access.
const (
	defaultNameClaim   = "sub"
	defaultJWKSRefresh = 15 * time.Minute
)

// checkTokens checks what login tokens are held against.
func (c *Config) checkTokens() error {
	var sources []string
	for _, s := range []struct{ flag, value string }{
		{"--auth-jwt-secret-file", c.AuthJWTSecretFile}, {"--auth-jwks-file", c.AuthJWKSFile}, {"--auth-jwks-url", c.AuthJWKSURL},
	} {
		if s.value != "" {
			sources = append(sources, s.flag)
		}
	}
	if len(sources) > 1 {
		return fmt.Errorf("%s: cannot be used together with %s, drop one of the two", sources[1], sources[0])
	}
	for flag, text := range map[string]string{"auth-audience": c.AuthAudience, "auth-issuer": c.AuthIssuer, "auth-name-claim": c.AuthNameClaim} {
		if !utf8.ValidString(text) {
			return fmt.Errorf("--%s: must be UTF-8 text, as all that is in a token, got %q", flag, text)
		}
	}
	switch {
	case c.AuthNameClaim == "":
		return fmt.Errorf("--auth-name-claim: must be the name of a claim, such as %s or preferred_username", defaultNameClaim)
	case slices.Contains([]string{"exp", "nbf", "iat", "iss", "aud", "jti", "room"}, c.AuthNameClaim):
		return fmt.Errorf("--auth-name-claim: the claim %s does not say who the user is, take one that does, such as sub or preferred_username", c.AuthNameClaim)
	case len(sources) == 0:
		return c.checkNoTokens()
	case c.AuthJWKSURL == "" && c.AuthJWKSRefresh != defaultJWKSRefresh:
		return errors.New("--auth-jwks-refresh: needs --auth-jwks-url, what to fetch so often")
	case c.AuthJWKSURL != "":
		return checkKeyURL(c.AuthJWKSURL)
	}
	return nil
}

// takesTokens tells whether every login needs a token.
func (c *Config) takesTokens() bool {
	return c.AuthJWTSecretFile != "" || c.AuthJWKSFile != "" || c.AuthJWKSURL != ""
}

// checkNoTokens refuses what is of no use where everybody may come in.
func (c *Config) checkNoTokens() error {
	for _, s := range []struct {
		flag string
		set  bool
	}{
		{"auth-audience", c.AuthAudience != ""}, {"auth-issuer", c.AuthIssuer != ""},
		{"auth-name-claim", c.AuthNameClaim != defaultNameClaim}, {"auth-jwks-refresh", c.AuthJWKSRefresh != defaultJWKSRefresh},
	} {
		if s.set {
			return fmt.Errorf("--%s: needs --auth-jwt-secret-file, --auth-jwks-file or --auth-jwks-url, without which there are no tokens", s.flag)
		}
	}
	return nil
}

// checkKeyURL checks that nobody on the way can put keys of their own in place of the issuer's. What it quotes holds no
// password.
func checkKeyURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("--auth-jwks-url: must be an https:// URL")
	case u.User != nil:
		return errors.New("--auth-jwks-url: must hold no user name or password: keys to verify with are for everybody to read")
	case u.Host == "" || u.Hostname() == "" || u.Fragment != "":
		return fmt.Errorf("--auth-jwks-url: must be the whole URL of a JSON Web Key Set, such as https://id.example.org/jwks.json, got %q", text)
	case u.Scheme == "https", u.Scheme == "http" && address.IsLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("--auth-jwks-url: must begin with https://, or anybody on the way could put keys of their own there; http:// is for this machine alone, got %q", text)
}
